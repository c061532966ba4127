"""A log line is an event and ids. Whatever is not on this list never reaches the log."""

import logging

import structlog
from structlog.typing import EventDict, WrappedLogger

from casebackend.logging import SPILLWAY, Place, scrubbed

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "program",
        "turn_id",
        "message_id",
        "conversation_id",
        "delivery_id",
        "call_id",
        "channel",
        "engine",
        "outcome",
        "status",
        "slug",
        "error",
        "errcode",
        "attempt",
        "epoch",
        "count",
        "route",
        "task",
        "state",
    }
)


def only_allowed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure() -> None:
    handler = logging.StreamHandler(SPILLWAY)
    handler.setFormatter(Place())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            scrubbed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(SPILLWAY),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
