"""The one way to the database. SQLite: one writer, BEGIN IMMEDIATE. PostgreSQL: READ COMMITTED, small pool."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, cast

import structlog
from sanic import HTTPResponse, Request
from sqlalchemy import JSON, DateTime, Dialect, Executable, MetaData, Row, TypeDecorator, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement

from casebackend import engines

log = structlog.get_logger()


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


async def locked[T: Base](session: AsyncSession, model: type[T], key: Any) -> T | None:
    """The row as it stands, until the end of the transaction. `session.get` with a lock refuses a row of a versioned
    table that was changed since this session saw it (StaleDataError); who has waited for his turn wants the new one,
    and compares versions himself."""
    [column] = model.__table__.primary_key
    query = select(model).where(column == key).with_for_update().execution_options(populate_existing=True)
    found: T | None = await session.scalar(query)
    return found


def announce(session: AsyncSession, topic: str) -> None:
    """Wake whoever polls `topic`, once this session has committed."""
    session.info.setdefault("announce", set()).add(topic)


REMEMBERED, TOLD = "remembered", "told"


async def remembered[T](session: AsyncSession, key: object, load: Callable[[], Awaitable[T]]) -> T:
    """Asked once a batch where somebody keeps a memory in the session (see `outbox.jobs`), else each time."""
    memory: dict[object, Any] | None = session.info.get(REMEMBERED)
    if memory is None:
        return await load()
    if key not in memory:
        memory[key] = await load()
    return cast(T, memory[key])


class Database:
    def __init__(self, url: str, *, info: dict[str, Any] | None = None, name: str = "tingsu") -> None:
        """`info` is found in each session: audit_key (bytes) and vault (customers.vault.Vault). `name` is how
        PostgreSQL knows our sessions."""
        self.url = url
        self.signals = Signals()
        self.is_sqlite = engines.is_sqlite(url)
        self._one_writer = asyncio.Lock() if self.is_sqlite else None
        self.engine = engines.writers(url, name)
        self._read_engine = engines.readers(url, name)
        self.info = info = {"references": {}} | (info or {})
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info=info)
        self._readings = async_sessionmaker(self._read_engine, expire_on_commit=False, info=info)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """The one way to a writing session: commits on exit, rolls back on error, then wakes the pollers."""
        async with self._one_writer or nullcontext(), self._sessions.begin() as session:
            yield session
        self.signals.announce(session.info.get("announce", set()))

    async def whole[T](self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """A transaction that PostgreSQL ended for the sake of another is done again from its beginning, in a new
        session, three times at most. `work` does nothing that a rollback does not take back."""
        for tries in range(1, AGAIN_AT_MOST + 1):
            try:
                async with self.transaction() as session:
                    return await work(session)
            except DBAPIError as error:
                if not engines.ended_for_another(error):
                    raise
                log.warning("database.again", error=type(error.orig).__name__, attempt=tries)
            await asyncio.sleep(random.uniform(0, PAUSE_SECONDS * 2**tries))
        async with self.transaction() as session:
            return await work(session)

    @asynccontextmanager
    async def reading(self, told: Mapping[str, Any] | None = None) -> AsyncIterator[AsyncSession]:
        """What writes is refused. SQLite: one snapshot. PostgreSQL: each statement sees what is committed. `told`: what
        was asked already, for `session.info[TOLD]`."""
        async with self._readings() as session:
            session.info[TOLD] = told or {}
            yield session

    async def look(self, statement: Executable, **values: Any) -> Row[Any] | None:
        """The first row of one statement, without a session around it: for what every request asks."""
        async with asyncio.timeout(DEADLINE_SECONDS), self._read_engine.connect() as connection:
            await connection.execution_options(**{engines.ONE_STATEMENT: True})
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


AGAIN_AT_MOST, PAUSE_SECONDS = 3, 0.02
# For a database that takes what we say and never answers; what it does answer has its own, shorter limits.
DEADLINE_SECONDS = 10

type Handler[**P] = Callable[Concatenate[Request, AsyncSession, P], Awaitable[HTTPResponse]]
type Route[**P] = Callable[Concatenate[Request, P], Coroutine[Any, Any, HTTPResponse]]


type Work = Callable[[AsyncSession], Awaitable[HTTPResponse]]


def _in_one[**P](unit: Callable[[Request, Work], Awaitable[HTTPResponse]], handler: Handler[P]) -> Route[P]:
    @wraps(handler)
    async def in_one(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
        async def work() -> HTTPResponse:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await unit(request, lambda session: handler(request, session, *args, **kwargs))

        return await shielded(work())

    return in_one


def transactional[**P](handler: Handler[P]) -> Route[P]:
    """One request, one shielded writing transaction, committed before the response leaves. See `Database.whole`."""
    return _in_one(lambda request, work: _of(request).whole(work), handler)


def reading[**P](handler: Handler[P]) -> Route[P]:
    """One request that only reads. Shielded too: a query cancelled half-way would cost its connection."""
    return _in_one(_read, handler)


async def _read(request: Request, work: Work) -> HTTPResponse:
    async with _of(request).reading(getattr(request.ctx, TOLD, None)) as session:
        return await work(session)


def _of(request: Request) -> Database:
    database: Database = request.app.ctx.database
    return database
