from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.notices.model import Notice
from casebackend.worker import Worker
from tests.casebackend.cases.builders import Desk
from tests.casebackend.workers import worker
from tests.world import World


async def ticks(world: World, ticking: Worker) -> None:
    for _ in range(2):
        await ticking.lead()
        await ticking.tick()
        world.wait(seconds=11)


async def told(world: World, kind: str) -> int:
    async with world.database.reading() as session:
        return len({notice.cause for notice in await session.scalars(select(Notice).where(Notice.kind == kind))})


async def test_danger_then_privacy_and_anger_stand_before_who_came_earlier_with_their_reason(world: World) -> None:
    first = await world.says("转人工", sender="first")
    await world.actions.post(
        f"/api/v1/conversations/{first.conversation_id}/handoff", json={"reason": "asked"},
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    for text in ("我受够了，你们欺人太甚", "我的身份证信息泄露了", "我的卡被盗刷了"):
        world.wait(minutes=1)
        await world.says(text, sender=text)
    lead = await Desk(world).browser("lead")
    waiting = (await lead.get("/api/v1/handoffs")).json()["items"]
    assert [each["reason"] for each in waiting] == ["danger", "emotion", "privacy", "asked"]
    assert [each["first"] for each in waiting] == [True, True, True, False]
    assert waiting[1]["reason_label"] == "情绪激动或反复辱骂"
    page = (await lead.get("/queue?tab=talks")).text
    assert "优先 · 情绪激动或反复辱骂" in page
    assert "承诺最晚" in page


async def test_the_lead_is_told_once_who_stands_in_front_and_it_is_written_down(world: World) -> None:
    ticking = worker(world)
    receipt = await world.says("我受够了，你们欺人太甚")
    await ticks(world, ticking)
    await ticks(world, ticking)
    assert await told(world, "talk.front") == 1
    async with world.database.reading() as session:
        kept = await session.scalars(select(AuditEntry).where(AuditEntry.event == "conversation.put_first"))
        assert [row.object for row in kept] == [f"conversation:{receipt.conversation_id}"]
    await world.says("卡被盗刷了")
    await ticks(world, ticking)
    assert await told(world, "talk.front") == 2


async def test_who_only_asks_for_a_person_is_not_told_of(world: World) -> None:
    receipt = await world.says("转人工")
    await world.actions.post(
        f"/api/v1/conversations/{receipt.conversation_id}/handoff", json={"reason": "asked"},
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    await ticks(world, worker(world))
    assert await told(world, "talk.front") == 0


async def test_a_promised_answer_that_did_not_come_is_told_once(world: World) -> None:
    ticking = worker(world)
    await world.says("我受够了，你们欺人太甚")
    await ticks(world, ticking)
    assert await told(world, "talk.callback_late") == 0
    world.wait(days=4)
    await ticks(world, ticking)
    await ticks(world, ticking)
    assert await told(world, "talk.callback_late") == 1
