"""Logs are events with fields from a list; a field that is not on it is dropped, so no customer word can slip in.

A value on the list is looked at as well: what has the shape of a name, a number or an address is not written."""

import json
import logging
import re
import sys
import threading
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "program", "route", "status", "error", "method", "ms", "case_no", "case_id",
        "conversation_id", "message_id", "turn_id", "delivery_id", "draft_id", "topic", "count", "move", "channel",
        "state", "outcome", "attempt", "epoch", "engine", "action", "reason", "port", "revision", "generation", "kind",
        "article_id", "user_id", "principal", "why", "where", "version",
    }
)  # fmt: skip


def allow_listed(_: Any, __: str, fields: Any) -> Any:
    return {name: value for name, value in fields.items() if name in ALLOWED}


HIDDEN = "***"
OURS = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\b[A-Z]{2,4}\d{12,16}\b|"
    r"\b20\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
SAFE = re.compile(r"[A-Za-z0-9_.:/<>=+,\[\]()%'\- ]{0,200}")
# Seven digits however they are grouped, or two words as a name is written.
PERSONAL = re.compile(
    r"\d(?:[ .\-_]?\d){6,}|\b[A-Z][a-z]+[ .][A-Z][a-z]+\b|\b[A-Z]{2,} [A-Z]{2,}\b|\b[A-Za-z]\d{7,8}\b"
)
LARGEST = 1_000_000_000


def scrubbed(_: Any, __: str, fields: Any) -> Any:
    """The last look: ids, dates and case numbers of ours pass, a phone, paper, card, mail address or name does not."""
    return {name: value if name in ("timestamp", "level") else clean(value) for name, value in fields.items()}


def clean(value: Any) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < LARGEST else HIDDEN
    text = str(value)
    return text if SAFE.fullmatch(text) and not PERSONAL.search(OURS.sub("#", text)) else HIDDEN


def where_it_broke(_: Any, __: str, fields: Any) -> Any:
    """File and line of the innermost frame of the exception: never its message, which may quote a customer."""
    trace = sys.exc_info()[2]
    if trace is not None and fields.get("level") == "error":
        while trace.tb_next is not None:
            trace = trace.tb_next
        fields["where"] = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}"
    return fields


class Spillway:
    """Where lines go: to the standard error, as long as it takes them. When its disk is full they are dropped and
    counted, and nobody who logs hears of it: a program goes on without its log."""

    def __init__(self) -> None:
        self._mine = threading.local()
        self.dropped = 0
        self.failing = False

    def write(self, text: str) -> int:
        self._mine.held = getattr(self._mine, "held", "") + text
        return len(text)

    def flush(self) -> None:
        said, self._mine.held = getattr(self._mine, "held", ""), ""
        if not said:
            return
        try:
            sys.stderr.write(said)
            sys.stderr.flush()
            self.failing = False
        except (OSError, ValueError):
            self.dropped += said.count("\n") or 1
            self.failing = True


SPILLWAY = Spillway()


def why_no_log() -> str | None:
    """Whether the log can be written again is found out by writing to it."""
    if SPILLWAY.failing:
        SPILLWAY.write(json.dumps({"event": "log.lines_dropped", "level": "warning", "count": SPILLWAY.dropped}) + "\n")
        SPILLWAY.flush()
    return "日志写不下，日志所在磁盘可能已满" if SPILLWAY.failing else None


class Place(logging.Formatter):
    """For libraries: where it happened. Their messages and tracebacks may quote a customer."""

    def format(self, record: logging.LogRecord) -> str:
        file, line = record.pathname, record.lineno
        trace = record.exc_info[2] if record.exc_info else None
        while trace is not None:
            file, line, trace = trace.tb_frame.f_code.co_filename, trace.tb_lineno, trace.tb_next
        return f"{record.levelname} {record.name} {'/'.join(file.split('/')[-2:])}:{line}"


def configure(program: str) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_it_broke,
            allow_listed,
            scrubbed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(SPILLWAY),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(program=program)
    handler = logging.StreamHandler(SPILLWAY)
    handler.setFormatter(Place())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
