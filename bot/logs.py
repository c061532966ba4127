"""Log lines of the bot. Rasa quotes customers, so of foreign lines only the place and the kind survive."""

import json
import logging
import sys
from datetime import datetime, timezone
from typing import Any, Dict

import structlog

FIELDS = ("conversation", "message_id", "action", "error", "model", "ready", "seconds", "port", "removed")

log = logging.getLogger("tingsu.bot")


class AllowListed(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.startswith("tingsu.")
        line: Dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if ours else f"{record.name}:{record.lineno}",
        }
        line.update({name: str(record.__dict__[name]) for name in FIELDS if name in record.__dict__})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AllowListed())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log.setLevel(level)
    for name in ("rasa", "sanic", "sanic.root", "sanic.error", "sanic.access", "apscheduler", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(True)
