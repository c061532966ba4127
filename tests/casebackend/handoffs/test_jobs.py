from uuid import UUID

from sqlalchemy import select

from casebackend.conversations.model import Conversation, Message
from casebackend.notices.model import Notice
from casebackend.worker import Worker
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.workers import worker
from tests.world import World


async def answers(world: World, conversation: UUID, text: str) -> None:
    """In a browser of its own: a login ends after half an hour of silence."""
    browser = await Desk(world).browser("agent")
    said = await browser.post(f"/console/conversations/{conversation}/say", data={"text": text})
    assert said.status_code in (200, 204, 303), said.text


async def texts(world: World, conversation: UUID, containing: str) -> int:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(Message.id).where(Message.conversation_id == conversation, Message.text.contains(containing))
        )
        return len(found.all())


async def owner(world: World, conversation: UUID) -> str:
    async with world.database.reading() as session:
        return str(await session.scalar(select(Conversation.owner).where(Conversation.id == conversation)))


async def taken(world: World, desk: Desk) -> UUID:
    receipt = await world.says("我要人工")
    browser = await desk.browser("agent")
    assert (await browser.post(f"/api/v1/handoffs/{receipt.conversation_id}/take")).status_code == 200
    return receipt.conversation_id


async def later(world: World, ticking: Worker, **time: float) -> None:
    world.wait(**time)
    for _ in range(2):
        await ticking.lead()
        await ticking.tick()
        world.wait(seconds=11)


async def test_a_customer_who_waits_hears_it_once_and_the_lead_is_told(world: World) -> None:
    desk, ticking = Desk(world), worker(world)
    conversation = await taken(world, desk)
    await later(world, ticking, minutes=4)
    assert await texts(world, conversation, "让您久等了") == 0
    await later(world, ticking, minutes=2)
    await later(world, ticking, minutes=30)
    assert await texts(world, conversation, "让您久等了") == 1
    async with world.database.reading() as session:
        assert len((await session.scalars(select(Notice).where(Notice.kind == "talk.waiting"))).all()) == 1
    assert await owner(world, conversation) == "person"


async def test_a_silent_customer_is_asked_once_and_then_goes_back_to_the_bot_and_keeps_the_complaint(
    world: World,
) -> None:
    case = await filed(world)
    desk, ticking = Desk(world), worker(world)
    conversation = await taken(world, desk)
    assert conversation == (await case_of(world, case.case_id)).conversation_id
    await answers(world, conversation, "请问方便提供照片吗")
    await later(world, ticking, minutes=29)
    assert await texts(world, conversation, "请问您还在吗") == 0
    await later(world, ticking, minutes=2)
    assert (await texts(world, conversation, "请问您还在吗"), await owner(world, conversation)) == (1, "person")
    await later(world, ticking, minutes=31)
    await later(world, ticking, minutes=60)
    assert (await texts(world, conversation, "请问您还在吗"), await owner(world, conversation)) == (1, "bot")
    assert (await case_of(world, case.case_id)).status == "pending_review"


async def test_a_customer_who_answers_in_time_is_not_sent_away(world: World) -> None:
    desk, ticking = Desk(world), worker(world)
    conversation = await taken(world, desk)
    await answers(world, conversation, "请稍候")
    await later(world, ticking, minutes=31)
    await world.says("在的")
    await later(world, ticking, minutes=1)
    await answers(world, conversation, "好的")
    await later(world, ticking, minutes=20)
    assert await owner(world, conversation) == "person"
