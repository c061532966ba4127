"""A list among a million cases, against one bare statement; walls of other pages; statements of the case page."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import psycopg
from sqlalchemy import select

from bench.bank import CATEGORIES
from bench.casework.measuring import AIM_SECONDS, BATCHES, STAFF, WARM_UP, expect, in_process, p95, post, show, timed
from bench.serving import Side, in_turn, postmaster, signed_in, web
from casebackend.connection import open_database
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import subtree
from casebackend.settings import Settings
from casebackend.staff.model import User
from ops.figures import Figures
from tests.casebackend.staff.logins import staff
from tests.statements import counted

LOOKS = 24
BAR, BAR_PAGE = 3.0, 20
BRANCH_STAFF, BRANCH = "branch", "北京分行"
# The peer gets what our own connections ask of the planner.
PLANNER = "-c random_page_cost=1.1"
LISTED = (
    "number, kind, status, channel, severity, lane, facts, category_b, received_at, promised_on, urge_count, unit_id,"
    " handling_unit_id, handler_id, customer_id, conversation_id, id"
)
BARE_LIST = f"""SELECT c.*, u.short_name, h.short_name, p.display_name, k.name_masked, t.near_due, t.overdue, m.masks,
  EXISTS (SELECT 1 FROM supervisions WHERE case_id = c.id AND state <> 'closed') AS supervised
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
            show(figures, "CPU s per list of five conditions and scope, client and PostgreSQL", mine, peer, BAR)
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
            with counted(world) as said:
                await expect(await client.get(path), 200)
            bar = BAR_PAGE if "/cases/TS" in path else None
            figures.show(f"statements of {path.replace(number, '<number>')}", ours=len(said), bar=bar)
