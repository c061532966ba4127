"""The one way to the database. SQLite: one writer, BEGIN IMMEDIATE. PostgreSQL: READ COMMITTED, small pool."""

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache, wraps
from pathlib import Path
from select import POLLIN, poll
from typing import Any, Concatenate, cast

import structlog
from psycopg import AsyncRawCursor
from sanic import HTTPResponse, Request
from sqlalchemy import JSON, DateTime, Dialect, Executable, MetaData, Row, TypeDecorator, event, func, insert, select
from sqlalchemy.engine import Connection, ExceptionContext, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, make_transient_to_detached
from sqlalchemy.sql.functions import FunctionElement

log = structlog.get_logger()

PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "journal_size_limit=67108864",
)  # fmt: skip
# What SQLite says when its files can no longer be trusted. A full disk is not among them: that is refused and passes.
BROKEN_FILE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
EXIT_BROKEN_FILE = 70
WROTE = "wrote"


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware UTC out, on both databases; a naive value is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class by_name(FunctionElement[dict[str, str]]):
    """An aggregate: pairs of (name, value) as one JSON object."""

    name = "by_name"
    type = JSON()
    inherit_cache = True


@compiles(by_name, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_object_agg({compiler.process(element.clauses, **how)})"


@compiles(by_name, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **how)})"


class Signals:
    """Wakes long polls of this process after a commit. A poll must not rely on it: other processes commit too."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def announce(self, topics: set[str]) -> None:
        for topic in topics:
            for event_ in self._waiting.get(topic, ()):
                event_.set()

    async def wait(self, topic: str, seconds: float) -> None:
        mine = asyncio.Event()
        waiting = self._waiting.setdefault(topic, set())
        waiting.add(mine)
        try:
            async with asyncio.timeout(seconds):
                await mine.wait()
        except TimeoutError:
            return
        finally:
            waiting.discard(mine)


async def one_at_a_time(session: AsyncSession, name: str) -> None:
    """Whoever asks for `name` meanwhile waits until this transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        await session.execute(select(func.pg_advisory_xact_lock(number)))


def announce(session: AsyncSession, topic: str) -> None:
    """Wake whoever polls `topic`, once this session has committed."""
    session.info.setdefault("announce", set()).add(topic)


REMEMBERED = "remembered"


async def remembered[T](session: AsyncSession, key: object, load: Callable[[], Awaitable[T]]) -> T:
    """Asked once a batch where somebody keeps a memory in the session (see `outbox.jobs`), else each time."""
    memory: dict[object, Any] | None = session.info.get(REMEMBERED)
    if memory is None:
        return await load()
    if key not in memory:
        memory[key] = await load()
    return cast(T, memory[key])


@cache
def _places() -> dict[str, int]:
    """The tables in an order in which what is referred to stands first."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


@cache
def _columns(kind: type[Base]) -> tuple[tuple[str, Any], ...]:
    return tuple((column.key, column.default) for column in kind.__table__.columns)


def _values(row: Base) -> dict[str, Any]:
    """Every column, with its default where nothing was said; the row holds the same afterwards."""
    held = row.__dict__
    for key, default in _columns(type(row)):
        if key not in held:
            held[key] = None if default is None else default.arg(None) if default.is_callable else default.arg
    return {key: held[key] for key, _ in _columns(type(row))}


@cache
def _as_one(kinds: tuple[tuple[type[Base], int], ...], dialect: Dialect) -> tuple[str, list[Any]]:
    """So many rows of each kind in one statement, and what makes values fit for it. Foreign keys are looked at when the
    whole statement has ended."""
    inserts: list[str] = []
    processors: list[Any] = []
    for kind, count in kinds:
        columns = list(kind.__table__.columns)
        names = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
        places = iter(range(len(processors) + 1, len(processors) + count * len(columns) + 1))
        listed = ", ".join(f"({', '.join(f'${next(places)}' for _ in columns)})" for _ in range(count))
        inserts.append(f"INSERT INTO {kind.__tablename__} ({names}) VALUES {listed}")
        processors += [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns] * count
    *first, last = inserts
    before = ", ".join(f"part_{place} AS ({part})" for place, part in enumerate(first))
    return f"WITH {before} {last}" if first else last, processors


async def insert_rows(session: AsyncSession, rows: Sequence[Base], *, keep: Sequence[Base] = ()) -> None:
    """New rows of many tables, what is referred to first. Those to `keep` stay in the session.

    SQLite takes one statement a table, PostgreSQL one for all: each would cost a way there and back.
    For the paths that are measured; everywhere else `session.add` is as good."""
    by_kind: dict[type[Base], list[dict[str, Any]]] = {}
    for row in (*rows, *keep):
        by_kind.setdefault(type(row), []).append(_values(row))
    kinds = sorted(by_kind, key=lambda each: _places()[each.__tablename__])
    connection = await session.connection()
    if connection.dialect.name == "postgresql":
        statement, processors = _as_one(tuple((kind, len(by_kind[kind])) for kind in kinds), connection.dialect)
        values = [value for kind in kinds for found in by_kind[kind] for value in found.values()]
        bound = (process(value) if process else value for process, value in zip(processors, values, strict=True))
        driver: Any = (await connection.get_raw_connection()).driver_connection
        usual, driver.cursor_factory = driver.cursor_factory, AsyncRawCursor  # no search for places in so long a text
        try:
            await connection.exec_driver_sql(statement, tuple(bound))
        finally:
            driver.cursor_factory = usual
    else:
        for kind in kinds:
            await connection.execute(insert(kind.__table__), by_kind[kind])  # type: ignore[arg-type]
    for row in keep:
        make_transient_to_detached(row)
        session.add(row)


def _pragmas(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


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


def _has_written_nothing(connection: Connection) -> None:
    connection.info[WROTE] = False


def _note_what_writes(connection: Connection, _: Any, statement: str, *__: Any) -> None:
    if not statement.startswith("SELECT"):
        connection.info[WROTE] = True


def _sqlite_engine(url: str, begin: str) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _pragmas)
    event.listen(engine.sync_engine, "handle_error", _end_if_the_file_is_broken)

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "begin", start)
    return engine


class Database:
    def __init__(self, url: str, *, info: dict[str, Any] | None = None, name: str = "tingsu") -> None:
        """`info` is found in each session: audit_key (bytes) and vault (customers.vault.Vault). `name` is how
        PostgreSQL knows our sessions."""
        self.url = url
        self.signals = Signals()
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._one_writer: asyncio.Lock | None = None
        if self.is_sqlite:
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._one_writer = asyncio.Lock()
            self.engine = _sqlite_engine(url, "BEGIN IMMEDIATE")
            self._read_engine = _sqlite_engine(url, "BEGIN")
        else:
            self.engine = create_async_engine(
                url,
                pool_size=8,
                max_overflow=0,
                pool_timeout=2,
                hide_parameters=True,
                connect_args={
                    # 1.1: pages are on flash; the default of 4 makes the planner read whole months of cases in order.
                    "options": "-c random_page_cost=1.1 -c statement_timeout=5000 -c lock_timeout=2000"
                    " -c idle_in_transaction_session_timeout=30000",
                    "application_name": name,
                },
            )
            event.listen(self.engine.sync_engine, "checkout", _refuse_what_was_closed)
            self._read_engine = self.engine
        self._looks = readers = self._read_engine
        if not self.is_sqlite:
            self._looks = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            readers = self.engine.execution_options()
            event.listen(readers.sync_engine, "begin", _has_written_nothing)
            event.listen(readers.sync_engine, "before_cursor_execute", _note_what_writes)
        info = {"references": {}} | (info or {})
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info=info)
        self._readings = async_sessionmaker(readers, expire_on_commit=False, info=info)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """The one way to a writing session: commits on exit, rolls back on error, then wakes the pollers."""
        async with self._one_writer or nullcontext(), self._sessions.begin() as session:
            yield session
        self.signals.announce(session.info.get("announce", set()))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A snapshot to read from. Nothing written in it is kept.

        PostgreSQL gets a COMMIT where nothing was written: after ROLLBACK psycopg prepares every statement anew."""
        async with self._readings() as session:
            try:
                yield session
                if not self.is_sqlite and session.in_transaction():
                    session.expunge_all()
                    if not (await session.connection()).info.get(WROTE):
                        await session.commit()
            finally:
                await session.rollback()

    async def look(self, statement: Executable, **values: Any) -> Row[Any] | None:
        """The first row of one statement, without a transaction around it: for what every request asks."""
        async with self._looks.connect() as connection:
            return (await connection.execute(statement, values)).first()

    async def dispose(self) -> None:
        await self.engine.dispose()
        await self._read_engine.dispose()


_shielded: set[asyncio.Task[Any]] = set()


async def shielded[T](work: Coroutine[Any, Any, T]) -> T:
    """Runs to its end even when the client hangs up and Sanic cancels the handler."""
    task = asyncio.ensure_future(work)
    _shielded.add(task)
    task.add_done_callback(_shielded.discard)
    return await asyncio.shield(task)


type Handler[**P] = Callable[Concatenate[Request, AsyncSession, P], Awaitable[HTTPResponse]]
type Route[**P] = Callable[Concatenate[Request, P], Coroutine[Any, Any, HTTPResponse]]


def _in_one[**P](
    unit: Callable[[Database], AbstractAsyncContextManager[AsyncSession]], handler: Handler[P]
) -> Route[P]:
    @wraps(handler)
    async def in_one(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
        async def work() -> HTTPResponse:
            async with unit(request.app.ctx.database) as session:
                return await handler(request, session, *args, **kwargs)

        return await shielded(work())

    return in_one


def transactional[**P](handler: Handler[P]) -> Route[P]:
    """One request, one shielded writing transaction, committed before the response leaves."""
    return _in_one(Database.transaction, handler)


def reading[**P](handler: Handler[P]) -> Route[P]:
    """One request, one snapshot. Shielded too: a query cancelled half-way would cost its connection."""
    return _in_one(Database.reading, handler)
