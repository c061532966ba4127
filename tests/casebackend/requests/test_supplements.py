from uuid import uuid4

import pytest
from sqlalchemy import select

from casebackend.attachments.model import Attachment
from casebackend.clocks.queries import timers_of
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, ask, case_of, filed
from tests.casebackend.cases.test_own import says
from tests.casebackend.escalations.test_jobs import told
from tests.casebackend.families.builders import closed, holds
from tests.casebackend.workers import worker
from tests.world import World

pytestmark = pytest.mark.usefixtures("known_senders")


async def added(world: World, case_id: object) -> list[str]:
    """What stands in the history of the case as brought by the customer."""
    async with world.database.reading() as session:
        found = await session.scalars(
            select(TimelineEntry.opinion)
            .where(TimelineEntry.case_id == case_id, TimelineEntry.kind == "case.supplemented")
            .order_by(TimelineEntry.seq)
        )
        return [text or "" for text in found]


async def test_what_the_customer_adds_stands_in_the_history_and_whoever_has_the_case_is_told(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    async with world.database.reading() as session:
        before = [(timer.kind, timer.due_at) for timer in await timers_of(session, receipt.case_id)]
    answer = await says(world, "supplement", "补充一下，当时是下午两点，经办人电话13911112222")
    assert (answer["outcome"], answer["case"]["number"]) == ("added", receipt.number)
    [words] = await added(world, receipt.case_id)
    assert "下午两点" in words
    assert "13911112222" not in words
    page = await (await desk.browser("agent")).get(f"/cases/{receipt.number}")
    assert "客户补充" in page.text
    assert "13911112222" not in page.text
    await worker(world).tick()
    assert await told(world, "case.supplemented") == {"staff_supplemented": ["agent"]}
    async with world.database.reading() as session:
        after = [(timer.kind, timer.due_at) for timer in await timers_of(session, receipt.case_id)]
    assert after == before
    assert await holds(world) == []


async def test_the_same_message_adds_once_whoever_brings_it_again(world: World) -> None:
    receipt = await filed(world)
    message = await world.says("补充一下，当时有三个人在场")
    path = f"/conversations/{message.conversation_id}/supplement"
    first = await world.act(path, message.message_id, key="rasa")
    assert (await world.act(path, message.message_id, key="rasa")).json() == first.json()
    assert (await world.act(path, message.message_id, key="questionnaire")).json() == first.json()
    assert len(await added(world, receipt.case_id)) == 1


async def test_who_only_announces_it_is_asked_and_goes_on_until_there_is_nothing_more(world: World) -> None:
    receipt = await filed(world)
    assert (await says(world, "supplement", "我要补充材料"))["outcome"] == "ask"
    message = await world.says("[图片]")
    await ask(world, message.conversation_id, "supplement")
    async with world.database.transaction() as session:
        session.add(
            Attachment(
                conversation_id=message.conversation_id, message_id=message.message_id, origin="customer", name="图",
                version=1, content_type="image/png", size=1, sha256="0" * 64, stored_as=uuid4().hex,
                added_at=world.time, added_by_name="客户",
            )
        )  # fmt: skip
    answer = await world.act(f"/conversations/{message.conversation_id}/supplement", message.message_id)
    assert answer.json()["outcome"] == "added"
    assert (await says(world, "supplement", "柜台的监控可以证明"))["outcome"] == "added"
    assert (await says(world, "supplement", "没有了"))["outcome"] == "ended"
    assert await added(world, receipt.case_id) == ["[图片]", "柜台的监控可以证明"]
    async with world.database.reading() as session:
        assert list(await session.scalars(select(Attachment.case_id))) == [receipt.case_id]


async def test_of_several_the_one_that_is_named_takes_what_was_said_before(world: World) -> None:
    first, second = await filed(world), await filed(world)
    answer = await says(world, "supplement", "补充一下当时有三个人在场")
    assert answer["outcome"] == "choose"
    assert {case["number"] for case in answer["cases"]} == {first.number, second.number}
    assert (await says(world, "supplement", f"补充 {first.number}"))["outcome"] == "added"
    assert await added(world, first.case_id) == ["补充一下当时有三个人在场"]
    assert await added(world, second.case_id) == []


async def test_a_number_alone_opens_nothing_and_a_closed_one_takes_nothing_more(world: World) -> None:
    case_id, number = await closed(world)
    made_up = await says(world, "supplement", "给TS20260302999999补充录音", sender="thief")
    assert await says(world, "supplement", f"给{number}补充录音", sender="thief") == made_up
    assert made_up["outcome"] == "foreign"
    assert (await says(world, "supplement", "补充录音", sender="stranger"))["outcome"] == "none"
    answer = await says(world, "supplement", f"给{number}补充一段录音")
    assert (answer["outcome"], answer["second_offered"]) == ("closed", True)
    assert await added(world, case_id) == []
    message = await world.says("补充", sender="customer-1")
    foreign = await world.act(f"/conversations/{uuid4()}/supplement", message.message_id)
    assert foreign.status_code == 404
    assert (await case_of(world, case_id)).status == "closed"
