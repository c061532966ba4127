"""The ready reply of an entry, with the facts of a case in it."""

from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.notifications.words import words
from tests.casebackend.assist.shown import ASKED, card, with_reply
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World


async def test_before_there_is_a_case_only_what_is_known_stands_in_the_reply(world: World) -> None:
    await with_reply(world)
    receipt = await world.says(ASKED)
    found = await card(await Desk(world).browser("agent"), receipt.conversation_id)
    assert found["reply"]["missing"] == ["投诉编号", "受理单位", "答复期限", "金额"]
    assert found["reply"]["text"].startswith("尊敬的客户，很抱歉让您费心。编号【请填写：投诉编号】")


async def test_the_facts_are_those_of_the_case_and_the_remedies_stand_where_the_answer_is_given(world: World) -> None:
    await with_reply(world)
    receipt, desk = await filed(world), Desk(world)
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
    await world.says(ASKED)
    agent = await desk.browser("agent")
    reply = (await card(agent, case.conversation_id))["reply"]
    assert receipt.number in reply["text"]
    assert case.promised_on is not None
    assert f"{case.promised_on.month}月{case.promised_on.day}日前答复" in reply["text"]
    assert "受理单位" not in reply["missing"]
    remedies = words("reply_remedies_of_head_office")
    assert remedies not in reply["text"]
    await desk.reply_pending(receipt.case_id)
    reply = (await card(agent, case.conversation_id))["reply"]
    assert reply["text"].endswith(remedies)
    assert (reply["in_form"].startswith("很抱歉让您费心。编号"), remedies in reply["in_form"]) == (True, False)


async def test_a_case_without_a_conversation_has_cards_for_its_facts(world: World) -> None:
    await filed(world)
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
    agent = await Desk(world).browser("agent")
    found = (await agent.get(f"/api/v1/cases/{case.number}/suggestions")).json()
    assert found["message_id"] is None
    assert 1 <= len(found["cards"]) <= 5
    again = (await agent.get(f"/api/v1/cases/{case.number}/suggestions")).json()
    assert [each["use_id"] for each in again["cards"]] == [each["use_id"] for each in found["cards"]]
