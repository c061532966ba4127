"""What a case costs: registering it, finding it among a million, and the worker's look at the clocks.

`--cases` is the size of the invented bank. PostgreSQL is embedded, as in the tests. Ours is always the whole request
over HTTP: CPU of the web process and of PostgreSQL. Ours and the peer run in turn, in short batches; medians are
compared.

The peer of a registration: a bare Sanic handler that writes the same rows, with the same sealed values, by Core inserts
in one transaction.

The peer of a list, "the bare SQL query": ONE statement sent by psycopg (prepared after five times) that returns
everything the list shows, under the same conditions, in the same scope and the same order: columns of the case, names
of units, handler and customer (masked), the flags near due and overdue, the masks of tokens. Its rows are turned into
JSON text by json.dumps, because ours answers JSON. Its CPU is that of the client and of PostgreSQL.
"""

import argparse
import asyncio
import json
import os
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

os.environ["TINGSU_TEST_DATABASE"] = "postgres"

import httpx
import psutil
import psycopg
from asgi_lifespan import LifespanManager
from sanic import Sanic
from sqlalchemy import event, func, select

from bench.bank import CATEGORIES, Load
from bench.serving import Meter, Side, in_turn, postmaster, program, signed_in, web
from casebackend.calendar.rules import local_date
from casebackend.clocks import jobs
from casebackend.clocks.model import Timer
from casebackend.connection import open_database
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import subtree
from casebackend.schema import METADATA
from casebackend.settings import Settings
from casebackend.staff.model import User
from ops.figures import Figures
from tests.casebackend.console.live import _free_port
from tests.casebackend.registration.takers import STORY
from tests.casebackend.staff.logins import staff
from tests.databases import fresh_url
from tests.world import World, configured, prepare

REGISTERED, LOOKS, BATCHES, WARM_UP, AT_ONCE, SCANS = 20, 24, 10, 30, 50, 400
BAR_REGISTER, BAR_LIST, BAR_SCAN, BAR_PAGE = 2.0, 3.0, 1.2, 20
AIM_SECONDS = 0.2
STAFF, BRANCH_STAFF, BRANCH = "agent", "branch", "北京分行"


async def post(client: httpx.AsyncClient, path: str = "/api/v1/cases/") -> httpx.Response:
    return await client.post(path, json=STORY, headers={"Idempotency-Key": uuid4().hex})


@asynccontextmanager
async def in_process(settings: Settings) -> AsyncIterator[World]:
    """The same application within this process, so that its statements can be counted."""
    Sanic.test_mode = True  # without it Sanic cannot start a second application in one process
    world = World(open_database(settings), settings)
    world.time = datetime.now(UTC)
    async with LifespanManager(world.app):
        yield world
    await world.database.dispose()


@contextmanager
def statements(world: World) -> Any:
    said: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(world.database.engine.sync_engine, "before_cursor_execute", note)


async def _contents(world: World) -> dict[str, list[dict[str, Any]]]:
    async with world.database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in METADATA.sorted_tables
        }


async def what_one_writes(settings: Settings) -> tuple[dict[str, list[dict[str, Any]]], set[UUID], int]:
    """The rows of one registration, the keys made for it, and how many statements it took."""
    async with in_process(settings) as world, await staff(world, STAFF) as client:
        for _ in range(2):
            (await post(client)).raise_for_status()
        before = await _contents(world)
        with statements(world) as said:
            (await post(client)).raise_for_status()
        after = await _contents(world)
    written = {
        name: [row for row in rows if row not in before[name]]
        for name, rows in after.items()
        if len(rows) > len(before[name])
    }
    held = {value for rows in before.values() for row in rows for value in row.values() if isinstance(value, UUID)}
    new = {value for rows in written.values() for row in rows for value in row.values() if isinstance(value, UUID)}
    return written, new - held, len(said)


async def timed(count: int, call: Callable[[int], Awaitable[Any]]) -> list[float]:
    seconds = []
    for number in range(count):
        start = time.perf_counter()
        await call(number)
        seconds.append(time.perf_counter() - start)
    return seconds


async def expect(response: httpx.Response, status: int) -> None:
    if response.status_code != status:
        raise RuntimeError(f"{response.request.url}: {response.status_code} {response.text[:300]}")


async def register(figures: Figures, folder: Path) -> None:
    async with fresh_url(prepare, folder) as url:
        settings = configured(url, folder)
        rows, new, ours_said = await what_one_writes(settings)
        count = sum(map(len, rows.values()))
        figures.show(
            "statements of one registration", ours=ours_said, peer=len(rows) + 1, rows=count,
            tables={name: len(found) for name, found in rows.items()},
        )  # fmt: skip
        server = postmaster()
        with web(settings, folder / "web.log") as (process, address):
            async with await signed_in(settings, address, STAFF) as client:

                async def ours(_: int) -> None:
                    await expect(await post(client), 201)

                async with _bare(folder, settings, rows, new) as (bare_process, bare):
                    mine, peer = Side(ours, (process, server)), Side(bare, (bare_process, server))
                    await in_turn(mine, peer, batches=BATCHES, of=REGISTERED, warm_up=WARM_UP)
                await all_at_once(figures, client, settings)
        _show(figures, "CPU s per registration, web process and PostgreSQL", mine, peer, BAR_REGISTER)
        figures.show("wall s per registration, p95", ours=p95(mine.seconds), aim=AIM_SECONDS)


def _show(figures: Figures, name: str, mine: Side, peer: Side, bar: float) -> None:
    figures.show(
        name, ours=mine.cpu(), peer=peer.cpu(), bar=bar, ours_each=mine.each(), peer_each=peer.each(),
        load=round(os.getloadavg()[0], 1),
    )  # fmt: skip


async def all_at_once(figures: Figures, client: httpx.AsyncClient, settings: Settings) -> None:
    answers = await asyncio.gather(*(post(client) for _ in range(AT_ONCE)))
    numbers = [answer.json()["number"] for answer in answers if answer.status_code == 201]
    figures.show("numbers given twice, 50 registrations at once", ours=len(numbers) - len(set(numbers)), bar=0)
    figures.show("refused of 50 registrations at once", ours=AT_ONCE - len(numbers), bar=0)


@asynccontextmanager
async def _bare(folder: Path, settings: Settings, rows: Any, new: set[UUID]) -> AsyncIterator[tuple[Any, Any]]:
    port, held = _free_port(), folder / "rows.pickle"
    held.write_bytes(pickle.dumps((rows, new, local_date(datetime.now(UTC)))))
    arguments = ["-m", "bench.bare", str(held), settings.database_url, str(port)]
    with program(arguments, {}, port, folder / "bare.log") as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:

            async def bare(_: int) -> None:
                await expect(await post(client, "/"), 201)

            yield process, bare


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


async def loaded(url: str, folder: Path, cases: int) -> Settings:
    settings = configured(url, folder)
    database = open_database(settings)
    async with database.reading() as session:
        units = list(await session.scalars(select(Organisation.id).order_by(Organisation.code)))
        users = list(await session.scalars(select(User.id).order_by(User.login)))
    await database.dispose()
    start = time.perf_counter()
    Load(url, cases=cases, units=units, users=users, now=datetime.now(UTC)).run()
    print(f'{{"note": "{cases} cases loaded in {time.perf_counter() - start:.0f} s"}}', flush=True)
    return settings


async def scan(settings: Settings, figures: Figures) -> float:
    """CPU of the worker's look at the clocks when a hundred are due; what it strikes is rolled back."""
    database, server = open_database(settings), postmaster()
    async with database.reading() as session:
        at = await session.scalar(
            select(Timer.next_at).where(Timer.next_at.is_not(None)).order_by(Timer.next_at).offset(99)
        )
        running = await session.scalar(select(func.count()).where(Timer.stopped_at.is_(None)))
    if at is None:
        raise RuntimeError("no clock runs")

    async def look(_: int) -> None:
        async with database.reading() as session:
            if not await jobs.anything_due(session, now=at):
                raise RuntimeError("nothing due")
            await session.scalars(select(Timer).where(Timer.next_at <= at).order_by(Timer.next_at, Timer.id).limit(100))

    await timed(20, look)
    meter = Meter(psutil.Process(), server)
    await timed(SCANS, look)
    used = meter.cpu() / SCANS
    await database.dispose()
    print(f'{{"note": "{running} clocks run"}}', flush=True)
    return used


# The peer gets what our own connections ask of the planner.
PLANNER = "-c random_page_cost=1.1"
LISTED = (
    "number, kind, status, channel, severity, lane, facts, category_b, received_at, promised_on, urge_count, unit_id,"
    " handling_unit_id, handler_id, customer_id, conversation_id, id"
)
BARE_LIST = f"""SELECT c.*, u.short_name, h.short_name, p.display_name, k.name_masked, t.near_due, t.overdue, m.masks
FROM (
  SELECT {LISTED} FROM cases
  WHERE (unit_id = ANY(%(units)s) OR handling_unit_id = ANY(%(units)s) OR handler_id = %(me)s OR assignee_id = %(me)s
    OR id IN (SELECT case_id FROM tasks WHERE (unit_id = ANY(%(units)s) OR user_id = %(me)s) AND state != 'cancelled'))
  AND status = ANY(%(statuses)s) AND category_b = %(category)s
  AND received_at >= %(first)s AND received_at < %(last)s AND unit_id = ANY(%(units)s)
  ORDER BY received_at DESC, number DESC LIMIT 51
) c
LEFT JOIN organisations u ON u.id = c.unit_id
LEFT JOIN organisations h ON h.id = c.handling_unit_id
LEFT JOIN users p ON p.id = c.handler_id
LEFT JOIN customers k ON k.id = c.customer_id
LEFT JOIN LATERAL (
  SELECT min(near_at) <= %(now)s AS near_due, min(due_at) <= %(now)s AS overdue
  FROM timers WHERE case_id = c.id AND stopped_at IS NULL
) t ON true
LEFT JOIN LATERAL (
  SELECT json_object_agg(token, masked) AS masks FROM personal_values WHERE conversation_id = c.conversation_id
) m ON true
ORDER BY c.received_at DESC, c.number DESC"""


async def lists(settings: Settings, figures: Figures, folder: Path) -> None:
    """Five conditions and the scope of a branch: its whole way over HTTP against the bare statement."""
    database, server = open_database(settings), postmaster()
    async with database.reading() as session:
        branch = await session.scalar(select(Organisation.id).where(Organisation.short_name == BRANCH))
        units = list(await subtree(session, branch)) if branch else []
        me = await session.scalar(select(User.id).where(User.login == BRANCH_STAFF))
    await database.dispose()
    today = datetime.now(UTC)
    years = [(today.year - 2, 3 * quarter + 1) for quarter in range(4)]

    def asked(number: int) -> tuple[str, datetime, datetime]:
        year, month = years[number % len(years)]
        return (
            CATEGORIES[number % len(CATEGORIES)],
            datetime(year, month, 1, tzinfo=UTC),
            datetime(year, month + 2, 28, tzinfo=UTC),
        )

    with (
        web(settings, folder / "web.log") as (process, address),
        psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True, options=PLANNER) as plain,
    ):
        async with await signed_in(settings, address, BRANCH_STAFF) as client:

            async def ours(number: int) -> None:
                category, first, last = asked(number)
                query = {
                    "status": ["closed", "archived"], "category_b": category, "unit_tree": str(branch),
                    "received_from": f"{first:%Y-%m-%d}", "received_to": f"{last:%Y-%m-%d}",
                }  # fmt: skip
                answer = await client.get("/api/v1/cases/", params=query)
                await expect(answer, 200)
                if len(answer.json()["items"]) < 10:
                    raise RuntimeError("the list is too short to compare")

            async def bare(number: int) -> None:
                category, first, last = asked(number)
                values = {
                    "units": units,
                    "statuses": ["closed", "archived"],
                    "category": category,
                    "first": first,
                    "last": last,
                    "me": me,
                    "now": datetime.now(UTC),
                }
                rows = plain.execute(BARE_LIST, values).fetchall()
                json.dumps(rows, default=str, ensure_ascii=False)

            mine, peer = Side(ours, (process, server)), Side(bare, (psutil.Process(), server))
            await in_turn(mine, peer, batches=BATCHES, of=LOOKS, warm_up=WARM_UP)
            _show(figures, "CPU s per list of five conditions and scope, client and PostgreSQL", mine, peer, BAR_LIST)
            figures.show("wall s per such list over HTTP, p95", ours=p95(mine.seconds), aim=AIM_SECONDS)
            await _walls(client, figures)


async def _walls(client: httpx.AsyncClient, figures: Figures) -> None:
    number = (await client.get("/api/v1/cases/?queue=todo&limit=1")).json()["items"][0]["number"]
    for name, path in (
        ("to-do list", "/api/v1/cases/?queue=todo"),
        ("queue page", "/queue"),
        ("case", f"/api/v1/cases/{number}"),
    ):

        async def look(_: int, path: str = path) -> None:
            await expect(await client.get(path), 200)

        await timed(3, look)
        figures.show(f"wall s, {name}, p95", ours=p95(await timed(20, look)), aim=AIM_SECONDS)


async def pages(settings: Settings, figures: Figures) -> None:
    """A real case among the invented ones, as far as its handler has brought it."""
    async with (
        in_process(settings) as world,
        await staff(world, "supervisor") as client,
        await staff(world, STAFF) as taker,
    ):
        answer = await post(taker)
        await expect(answer, 201)
        number = answer.json()["number"]
        for path in (f"/cases/{number}", f"/api/v1/cases/{number}", "/queue", "/api/v1/cases/?queue=todo"):
            await expect(await client.get(path), 200)
            with statements(world) as said:
                await expect(await client.get(path), 200)
            bar = BAR_PAGE if "/cases/TS" in path else None
            figures.show(f"statements of {path.replace(number, '<number>')}", ours=len(said), bar=bar)


async def million(figures: Figures, folder: Path, cases: int) -> None:
    async with fresh_url(prepare, folder) as url:
        few = await scan(await loaded(url, folder, min(10_000, cases)), figures)
    async with fresh_url(prepare, folder) as url:
        settings = await loaded(url, folder, cases)
        many = await scan(settings, figures)
        figures.show(f"CPU s of a look at the clocks, {cases} cases against 10000", ours=many, peer=few, bar=BAR_SCAN)
        await lists(settings, figures, folder)
        await pages(settings, figures)


def main() -> int:
    reader = argparse.ArgumentParser()
    reader.add_argument("--cases", type=int, default=1_000_000)
    reader.add_argument("--only", choices=("register", "million"))
    wanted = reader.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="tingsu-bench-") as folder:
        if wanted.only != "million":
            asyncio.run(register(figures, Path(folder)))
        if wanted.only != "register":
            asyncio.run(million(figures, Path(folder), wanted.cases))
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
