"""What a colleague reads who takes a conversation over."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from casebackend.api.cases import MoveCase
from casebackend.assist import intake
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Channel
from casebackend.drafts.rules import Field
from tests.casebackend.assist.shown import ASKED
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, case_of, drafted, filed
from tests.casebackend.drafts.test_transcripts import CALL, submitted
from tests.casebackend.handoffs.test_handoffs import asks_for_a_person
from tests.casebackend.recordings.test_service import called, recorded
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_every_fact_of_a_draft_names_the_turn_it_was_told_in(world: World) -> None:
    conversation, _ = await drafted(world)
    async with await staff(world, "agent") as client:
        brief = (await client.get(f"/api/v1/conversations/{conversation}/brief")).json()
        page = await client.get(f"/console/conversations/{conversation}/brief")
    assert len(brief["summary"]) <= 150
    assert brief["earlier"] is None
    facts = {each["label"]: each for each in brief["facts"]}
    async with world.database.reading() as session:
        rows = await session.scalars(select(Message).where(Message.conversation_id == conversation))
        places = {str(row.id): row.seq for row in rows}
    assert {"事情经过", "诉求", "联系电话"} <= facts.keys()
    assert all(each["seq"] == places[each["message_id"]] for each in facts.values())
    assert f'href="#turn-{facts["诉求"]["seq"]}"' in page.text
    assert "13800138000" not in page.text + str(brief)


async def test_a_customer_who_complained_before_is_shown_with_how_it_ended(world: World) -> None:
    first, desk = await filed(world), Desk(world)
    await desk.replied(first.case_id)
    world.wait(days=3)
    second, desk = await filed(world), Desk(world)
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case).where(Case.number == second.number))).one()
    agent = await desk.browser("agent")
    brief = (await agent.get(f"/api/v1/conversations/{case.conversation_id}/brief")).json()
    assert brief["number"] == second.number
    assert second.number in brief["summary"]
    assert brief["earlier"] == {"count": 1, "open": 1, "endings": [], "unsatisfied": 0, "last_on": "2026-03-02"}
    at = f"/console/conversations/{case.conversation_id}/brief"
    page = await agent.get(at, params={"case": second.number})
    assert "此前投诉过 1 件" in page.text
    assert "服务标准不变" in page.text
    assert [each["why"] for each in brief["units"]][:1] == ["被投诉机构，属地受理"]
    assert (len(brief["units"]) <= 2, {each["taken"] for each in brief["units"]}) == (True, {None})
    assert "建议承办：" in page.text
    assert "建议承办：" not in (await agent.get(at, params={"case": first.number})).text
    assert "此前投诉过" not in (await agent.get(at, params={"case": first.number})).text
    executive = await desk.browser("executive")
    assert (await executive.get(f"/api/v1/conversations/{case.conversation_id}/brief")).json()["earlier"] is None


async def test_the_same_phone_in_another_channel_counts_with_what_was_found_and_how_it_pleased(world: World) -> None:
    first, declined, desk = await filed(world), await filed(world), Desk(world)
    await desk.sure("lead", declined.case_id, "decline", decline_reason="already_decided", opinion="重复")
    await desk.replied(first.case_id)
    async with world.database.transaction() as session:
        await move_case(session, first.case_id, MoveCase(move=Move.PLAN_FOLLOWUP), principal=SYSTEM, now=world.time)
    await desk.sure("agent", first.case_id, "close", satisfaction="unsatisfied")
    world.wait(days=3)
    other = await filed(world, sender="openid-9", channel=Channel.WECHAT)
    case = await case_of(world, other.case_id)
    agent = await Desk(world).browser("agent")
    earlier = (await agent.get(f"/api/v1/conversations/{case.conversation_id}/brief")).json()["earlier"]
    endings = {each["label"]: each["count"] for each in earlier["endings"]}
    assert (earlier["count"], earlier["open"], earlier["unsatisfied"]) == (2, 0, 1)
    assert endings == {"成立": 1, "不予办理": 1}
    page = await agent.get(f"/console/conversations/{case.conversation_id}/brief", params={"case": other.number})
    assert "成立 1 件" in page.text
    assert "回访不满意 1 件" in page.text


async def test_before_any_draft_the_first_words_stand_in_the_summary(world: World) -> None:
    receipt = await world.says("你好")
    await world.says(ASKED)
    async with await staff(world, "agent") as client, await staff(world, "curator") as curator:
        brief = (await client.get(f"/api/v1/conversations/{receipt.conversation_id}/brief")).json()
        assert (await curator.get(f"/api/v1/conversations/{receipt.conversation_id}/brief")).status_code == 403
    assert brief["summary"] == f"{ASKED}。尚未登记。"
    assert [(each["label"], each["seq"]) for each in brief["facts"]] == [("客户来意", 2)]


async def brief_of(world: World, conversation: object) -> dict[str, Mapping[str, Any]]:
    """By its label; each fact says where it is from, in one way."""
    agent = await Desk(world).browser("agent")
    facts = (await agent.get(f"/api/v1/conversations/{conversation}/brief")).json()["facts"]
    assert [each["label"] for each in facts if not each["seq"] and each["said"] is None and not each["source"]] == []
    assert [each["label"] for each in facts if each["source"] and (each["message_id"] or each["said"])] == []
    return {each["label"]: each for each in facts}


async def test_who_asked_for_a_person_did_so_in_a_turn_that_the_summary_opens(world: World) -> None:
    await world.says("你好")
    receipt, _ = await asks_for_a_person(world)
    await world.says("还在吗")
    agent = await Desk(world).browser("agent")
    assert (await agent.post(f"/api/v1/handoffs/{receipt.conversation_id}/take")).status_code == 200
    facts = await brief_of(world, receipt.conversation_id)
    asked = facts["转人工原因"]
    assert (asked["seq"], asked["message_id"]) == (2, str(receipt.message_id))
    assert 'href="#turn-2"' in (await agent.get(f"/console/conversations/{receipt.conversation_id}/brief")).text


async def test_what_a_colleague_filled_in_names_no_turn_and_says_so(world: World) -> None:
    conversation, _ = await drafted(world)
    async with world.database.transaction() as session:
        await intake.correct(session, conversation, Field.DEMAND, "退还全部年费", by=SYSTEM, now=world.time)
    demand = (await brief_of(world, conversation))["诉求"]
    assert (demand["value"], demand["seq"], demand["source"]) == ("退还全部年费", None, "坐席登记")


@pytest.mark.parametrize(
    ("channel", "said"), [("counter", "柜面登记"), ("hotline", "热线登记"), ("letter", "来信登记")]
)
async def test_what_was_taken_down_by_hand_says_where(world: World, channel: str, said: str) -> None:
    counter = Counter(world)
    number = (await counter.sure(channel=channel))["number"]
    case = await counter.case(number)
    facts = await brief_of(world, case.conversation_id)
    assert (facts["诉求"]["source"], facts["事情经过"]["source"]) == (said, said)
    assert facts["投诉编号"]["source"] == "系统"
    agent = await Desk(world).browser("agent")
    page = await agent.get(f"/console/conversations/{case.conversation_id}/brief", params={"case": number})
    assert f"出处：{said}" in page.text


async def test_the_number_that_called_was_said_by_nobody(world: World) -> None:
    call = await submitted(world, uuid4(), turns=CALL[:4], caller="13700137000")
    facts = await brief_of(world, call.json()["conversation_id"])
    assert facts["联系电话"]["source"] == "来电号码"
    assert facts["联系电话"]["said"] is None
    assert facts["诉求"]["seq"]


async def test_what_was_said_in_a_call_is_opened_in_its_turn_and_heard_in_its_recording(world: World) -> None:
    call_id = uuid4()
    call = await submitted(world, call_id)
    conversation = call.json()["conversation_id"]
    assert (await brief_of(world, conversation))["诉求"]["call_id"] is None, "nothing was recorded yet"
    receipt = await called(world, call_id)
    assert (await recorded(world, call_id)).status_code == 201
    await ticked(world)
    facts = await brief_of(world, conversation)
    assert {facts["诉求"]["call_id"], facts["投诉编号"]["call_id"]} == {str(call_id), None}
    agent = await Desk(world).browser("agent")
    page = (await agent.get(f"/console/conversations/{conversation}/brief", params={"case": receipt.number})).text
    talk = (await agent.get(f"/cases/{receipt.number}")).text
    heard = (await agent.get(f"/cases/{receipt.number}/recordings")).text
    turns, said = set(re.findall(r'href="#(turn-\d+)"', page)), set(re.findall(r'recordings#(said-[^"]+)"', page))
    assert (len(turns) > 0, len(said) > 0) == (True, True)
    assert [each for each in turns if f'id="{each}"' not in talk] == []
    assert [each for each in said if f'id="{each}"' not in heard] == []
