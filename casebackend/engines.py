"""How a database is opened: what each of our connections is told first, and when one is given up."""

import os
import sqlite3
from functools import partial
from pathlib import Path
from select import POLLIN, poll
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from casebackend.one_hop import connected

log = structlog.get_logger()

PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "journal_size_limit=67108864",
)  # fmt: skip
# The option of a connection of which one statement is asked: SQLite needs no BEGIN around it.
ONE_STATEMENT = "tingsu_one_statement"
# What SQLite says when its files can no longer be trusted. A full disk is not among them: that is refused and passes.
BROKEN_FILE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
EXIT_BROKEN_FILE = 70
# Two that wait for each other, or that cannot be put in one order: nothing of the one that is ended so has happened.
# Who has waited too long for a lock (55P03) is refused: to wait again would only be longer.
ENDED_FOR_ANOTHER = frozenset({"40P01", "40001"})
# 1.1: pages are on flash; the default of 4 makes the planner read whole months of cases in order.
OPTIONS = "-c random_page_cost=1.1 -c statement_timeout=5000 -c lock_timeout=2000"
OPTIONS += " -c idle_in_transaction_session_timeout=30000"
# By a plan for any values the counts of the queue page took 1.7 s among a million cases, by one of their own 0.2 s.
READ_ONLY = " -c default_transaction_read_only=on -c TimeZone=UTC -c plan_cache_mode=force_custom_plan"


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def ended_for_another(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in ENDED_FOR_ANOTHER


def writers(url: str, name: str) -> AsyncEngine:
    if not is_sqlite(url):
        return _postgres_engine(url, name, OPTIONS)
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return _sqlite_engine(url, "BEGIN IMMEDIATE", *PRAGMAS, writes=True)


def readers(url: str, name: str) -> AsyncEngine:
    """What writes is refused. PostgreSQL: one snapshot a statement, as READ COMMITTED has it anyway, so nothing is
    begun or committed."""
    if is_sqlite(url):
        return _sqlite_engine(url, "BEGIN", *PRAGMAS, "query_only=ON", writes=False)
    return _postgres_engine(url, name, OPTIONS + READ_ONLY, isolation_level="AUTOCOMMIT")


def _sqlite_engine(url: str, begin: str, *pragmas: str, writes: bool) -> AsyncEngine:
    path = make_url(url).database or ":memory:"
    engine = create_async_engine(url, hide_parameters=True, async_creator=partial(connected, path, writes=writes))

    def told(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def start(connection: Connection) -> None:
        if ONE_STATEMENT not in connection.get_execution_options():
            connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", told)
    event.listen(engine.sync_engine, "begin", start)
    event.listen(engine.sync_engine, "handle_error", _end_if_the_file_is_broken)
    return engine


def _postgres_engine(url: str, name: str, options: str, **how: Any) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=0,
        pool_timeout=2,
        hide_parameters=True,
        connect_args={"options": options, "application_name": name},
        **how,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_what_was_closed)
    return engine


def _end_if_the_file_is_broken(context: ExceptionContext) -> None:
    """After a failed write or sync nobody knows what is on the disk: only a new process that recovers may go on."""
    code = getattr(context.original_exception, "sqlite_errorcode", 0)
    if code & 0xFF in BROKEN_FILE:
        log.critical("database.broken", error=context.original_exception.sqlite_errorname)  # type: ignore[attr-defined]
        os._exit(EXIT_BROKEN_FILE)


def _refuse_what_was_closed(connection: Any, *_: object) -> None:
    """A server that has ended an idle connection leaves its end of file in the socket. That is seen without asking
    PostgreSQL anything; the pool then makes a new connection."""
    waiting = poll()
    waiting.register(connection.driver_connection.fileno(), POLLIN)
    if waiting.poll(0):
        raise InvalidatePoolError
