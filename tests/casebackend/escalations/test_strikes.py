"""Many strikes at once say the same as each by itself, to the same people, and cost a few statements."""

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from casebackend.audit.model import AuditHead
from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.clocks import jobs as clocks
from casebackend.clocks.model import Timer
from casebackend.escalations.strikes import on_strikes
from casebackend.notices.model import Notice, StaffMessage
from casebackend.outbox.model import OutboxMessage
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.fleet import PROBE, in_hands, run_out
from tests.casebackend.workers import worker
from tests.statements import counted
from tests.world import World

STRIKES = ("clock.near_due", "clock.overdue", "clock.escalated")


async def struck(world: World) -> list[dict[str, Any]]:
    """What the strikes of everything that is due have left in the outbox."""
    ticking = worker(world)
    await ticking.lead()
    await ticking._repeat(clocks.strike, clocks.BATCH)
    async with world.database.reading() as session:
        query = select(OutboxMessage.payload).where(OutboxMessage.topic.in_(STRIKES))
        return list(await session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id)))


async def left(world: World) -> dict[str, Counter[Any]]:
    async with world.database.reading() as session:
        notices = await session.execute(select(Notice.cause, Notice.user_id, Notice.unit_id, Notice.values["handler"]))
        mails = await session.execute(select(StaffMessage.cause, StaffMessage.user_id, StaffMessage.not_before))
        entries = await session.execute(
            select(TimelineEntry.case_id, TimelineEntry.kind).where(TimelineEntry.kind.in_(STRIKES))
        )
        heads = await session.execute(select(AuditHead.chain, AuditHead.seq))
        return {
            "notices": Counter((cause, user, unit, str(who)) for cause, user, unit, who in notices),
            "mails": Counter(map(tuple, mails)),
            "entries": Counter(map(tuple, entries)),
            "heads": Counter(map(tuple, heads)),
        }


async def test_a_batch_says_what_each_would_have_said_by_itself_and_says_it_once(world: World) -> None:
    cases = await in_hands(world, 2)
    nobody = await filed(world, sender="customer-nobody")
    await run_out(world, [*cases, nobody.case_id], 12)
    world.wait(days=16)
    payloads = await struck(world)
    assert len(payloads) > 12

    async def told_by(batches: list[list[dict[str, Any]]]) -> dict[str, Counter[Any]]:
        async with world.database.transaction() as session:
            for batch in batches:
                await on_strikes(session, batch, world.time)
        return await left(world)

    together = await told_by([payloads])
    assert await told_by([payloads, *([each] for each in payloads)]) == together, "told before is not told again"
    async with world.database.transaction() as session:
        assert [each for each in await check(session, now=world.time) if "未触发" not in each] == []
        for table in (StaffMessage, Notice):
            for row in await session.scalars(select(table)):
                await session.delete(row)
            await session.flush()
    alone = await told_by([[each] for each in payloads])
    for said in ("notices", "mails"):
        assert alone[said] == together[said]
    assert alone["entries"] == together["entries"] + together["entries"]


async def test_so_many_strikes_cost_no_more_statements_than_a_few(world: World) -> None:
    cases = await in_hands(world, 3)
    costs = []
    for first, count in ((0, 3), (3, 60)):
        await run_out(world, cases, count, first=first)
        async with world.database.transaction() as session:
            await session.execute(update(Timer).where(Timer.kind != PROBE).values(next_at=None))
        ticking = worker(world)
        await ticking.lead()
        await ticking._repeat(clocks.strike, clocks.BATCH)
        with counted(world) as said:
            await ticking._drain()
        costs.append(len(said))
        world.wait(seconds=1)
    assert costs[1] <= costs[0] + 4


async def test_the_superior_of_whoever_has_the_case_now_is_told_and_no_case_is_moved(world: World) -> None:
    """Handed to another between the strike and the word: his superior hears of it, not that of the one before."""
    (case_id,) = await in_hands(world, 1)
    await run_out(world, [case_id], 1)
    payloads = [each for each in await struck(world) if each["case_id"] == str(case_id)]
    async with world.database.transaction() as session:
        users = {user.login: user for user in await session.scalars(select(User))}
        case = await session.get_one(Case, case_id)
        before = (case.status, case.version)
        await session.execute(
            update(Case).where(Case.id == case_id).values(handler_id=users["outlet"].id, assignee_id=None)
        )
        world.wait(seconds=1)
        await on_strikes(session, payloads, world.time + timedelta(days=3))
    async with world.database.reading() as session:
        case = await session.get_one(Case, case_id)
        assert (case.status, case.version) == before
        told = set(await session.scalars(select(Notice.user_id).where(Notice.case_id == case_id)))
        assert users["outlet"].id in told
        assert users["agent"].id not in told


async def test_a_clock_of_nothing_in_the_batch_takes_no_other_with_it(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    async with world.database.transaction() as session:
        timer = (await session.scalars(select(Timer).where(Timer.kind == "l1"))).one()
    stranger = {"case_id": str(timer.id), "timer_id": str(timer.id), "told": 0, "level": 9}
    own = {"case_id": str(timer.case_id), "timer_id": str(timer.id), "told": 0, "level": 9}
    world.time = timer.due_at + timedelta(days=1)
    ticking = worker(world)
    async with world.database.transaction() as session:
        session.add_all(
            OutboxMessage(topic="clock.overdue", payload=each, created_at=world.time, due_at=world.time)
            for each in (stranger, own)
        )
    await ticking.lead()
    await ticking._drain()
    async with world.database.reading() as session:
        ended = await session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "clock.overdue"))
        found = {row.payload["case_id"]: (row.done_at is not None, row.error) for row in ended}
    assert found == {str(timer.case_id): (True, None), str(timer.id): (False, "CaseNotFound")}
