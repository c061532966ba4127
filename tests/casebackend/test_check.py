from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case, CaseCounter
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.conversations.model import Turn
from casebackend.drafts.model import Draft
from casebackend.outbox import service as outbox
from casebackend.outbox.model import OutboxMessage
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.workers import worker
from tests.world import START, World

LONG_AGO = START - timedelta(hours=1)


async def a_receipt_more(session: AsyncSession) -> None:
    case = await session.scalar(text("select id from cases"))
    outbox.emit(session, "case.filed", {"case_id": str(uuid4()), "was": str(case)}, now=START)


async def a_strike_more(session: AsyncSession) -> None:
    for _ in range(2):
        outbox.emit(session, "clock.overdue", {"case_id": "x", "timer_id": "y"}, now=START)


def sql(*statements: object) -> Callable[[AsyncSession], Awaitable[None]]:
    async def run(session: AsyncSession) -> None:
        for statement in statements:
            await session.execute(statement)  # type: ignore[call-overload]

    return run


DAMAGE: dict[str, tuple[Callable[[AsyncSession], Awaitable[None]], str]] = {
    "a status set by hand": (sql(update(Case).values(status="closed")), "的状态 closed 与经办记录"),
    "a lost timeline": (sql(delete(TimelineEntry)), "没有经办记录"),
    "an illegal step": (sql(update(TimelineEntry).where(TimelineEntry.seq == 2).values(move="reply")), "不合规则"),
    "a lost receipt": (sql(delete(OutboxMessage).where(OutboxMessage.topic == "case.filed")), "登记回执不是恰好一份"),
    "a receipt for nothing": (a_receipt_more, "登记回执指向不存在的投诉单"),
    "a stopped clock": (sql(update(Timer).values(stopped_at=START)), "应有 1 个运行中的法定时钟，实有 0 个"),
    "no clock": (sql(delete(Timer)), "应有 1 个运行中的法定时钟"),
    "a clock of nobody": (sql(update(Timer).values(case_id=uuid4())), "时钟指向不存在的投诉单"),
    "a write without audit": (sql(update(Case).values(version=9)), "的版本 9 与审计记录不符"),
    "a changed audit": (sql(update(AuditEntry).values(actor="x")), "被改动"),
    "an unfiled draft": (sql(update(Draft).values(state="open")), "未提交却指向投诉单"),
    "a case without its draft": (sql(update(Draft).values(case_id=None)), "没有投诉单"),
    "an orphan": (sql(update(Case).values(draft_id=None)), "既无草稿、登记，也无首次投诉，亦非拆分而来"),
    "a counter set back": (sql(update(CaseCounter).values(last=0)), "超出当日计数"),
    "a forgotten claim": (sql(update(Turn).values(state="claimed", lease_until=LONG_AGO)), "领取早已过期"),
    "a double strike": (a_strike_more, "重复触发 clock.overdue"),
    "a silent strike": (sql(update(Timer).where(Timer.kind == "l1").values(fired_at=START)), "的触发与消息不符"),
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
async def test_every_damage_is_told_in_a_sentence(world: World, damage: str) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []
    wound, sentence = DAMAGE[damage]
    async with world.database.transaction() as session:
        await wound(session)
    async with world.database.reading() as session:
        found = await check(session, now=world.time)
    assert any(sentence in line for line in found), found


async def test_a_full_way_with_survey_leaves_nothing_to_complain_about(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    for _ in range(3):
        await worker(world).tick()
        world.wait(days=2)
        async with world.database.reading() as session:
            assert await check(session, now=world.time) == []
