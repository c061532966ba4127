from typing import Any

import pytest
from sqlalchemy import select, update

from casebackend import editions
from casebackend.api.conversations import Reply
from casebackend.api.drafts import CaseReceipt
from casebackend.clocks.queries import timers_of
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import Author
from casebackend.notices.model import Threshold
from casebackend.notices.thresholds import EDITION
from casebackend.outbox.model import OutboxMessage
from casebackend.timeline import queries as timeline
from casebackend.timeline.rules import Kind
from tests.casebackend.cases.builders import Desk, ask, case_of, filed
from tests.casebackend.staff.logins import staff
from tests.world import World

pytestmark = pytest.mark.usefixtures("known_senders")


async def says(world: World, what: str, words: str, *, sender: str = "customer-1") -> dict[str, Any]:
    receipt = await world.says(words, sender=sender)
    response = await world.act(f"/conversations/{receipt.conversation_id}/{what}", receipt.message_id)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_customer_reads_stage_day_and_next_step_of_own_cases(world: World) -> None:
    receipt = await filed(world)
    answer = await says(world, "progress", "我的投诉怎么样了")
    assert answer["foreign"] is False
    assert answer["cases"] == [
        {
            "number": receipt.number,
            "stage": "已登记，正在复核",
            "unit": "北京朝阳支行",
            "promised_on": "2026-03-17",
            "promised_hour": "24:00",
            "next_step": "复核通过后转交责任单位",
            "filed_at": "2026-03-02T02:00:00Z",
        }
    ]
    await Desk(world).investigating(receipt.case_id)
    assert (await says(world, "progress", receipt.number))["cases"][0]["stage"] == "正在调查处理"


async def test_a_number_of_somebody_else_opens_nothing(world: World) -> None:
    receipt = await filed(world, sender="victim")
    for what in ("progress", "urge", "withdraw"):
        answer = await says(world, what, f"查{receipt.number}", sender="thief")
        assert answer.get("foreign", answer.get("outcome")) in (True, "foreign")
        assert receipt.number not in str(answer)
        made_up = await says(world, what, "查TS20260302999999", sender="thief")
        assert answer == made_up
    assert (await case_of(world, receipt.case_id)).urge_count == 0


async def test_open_cases_come_first_and_closed_ones_have_no_day(world: World) -> None:
    first, second = await filed(world), await filed(world)
    await Desk(world).sure("lead", second.case_id, "decline", decline_reason="already_decided", opinion="重复")
    cases = (await says(world, "progress", "进度"))["cases"]
    assert [(case["number"], case["promised_on"]) for case in cases] == [
        (first.number, "2026-03-17"), (second.number, None),
    ]  # fmt: skip


async def test_urging_counts_once_a_day_and_reaches_the_handler(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    assert (await says(world, "urge", "催一下"))["outcome"] == "urged"
    world.wait(hours=23, minutes=59)
    assert (await says(world, "urge", "催一下"))["outcome"] == "too_soon"
    world.wait(minutes=1)
    assert (await says(world, "urge", f"催{receipt.number}"))["outcome"] == "urged"
    case = await case_of(world, receipt.case_id)
    assert case.urge_count == 2
    async with world.database.reading() as session:
        payloads = (
            await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "case.urged"))
        ).all()
    assert [payload["count"] for payload in payloads] == [1, 2]


async def test_the_bank_says_how_often_a_customer_may_urge(world: World) -> None:
    await Desk(world).investigating((await filed(world)).case_id)
    async with world.database.transaction() as session:
        await session.execute(update(Threshold).where(Threshold.code == "urge.hours").values(value="2"))
        await editions.changed(session, EDITION)
    assert (await says(world, "urge", "催一下"))["outcome"] == "urged"
    world.wait(hours=1, minutes=59)
    assert (await says(world, "urge", "催一下"))["outcome"] == "too_soon"
    world.wait(minutes=1)
    assert (await says(world, "urge", "催一下"))["outcome"] == "urged"


async def test_only_an_open_case_can_be_urged(world: World) -> None:
    assert (await says(world, "urge", "催一下"))["outcome"] == "none"
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    answer = await says(world, "urge", "催一下")
    assert (answer["outcome"], answer["case"]["number"]) == ("closed", receipt.number)
    assert (await case_of(world, receipt.case_id)).urge_count == 0


async def test_with_several_open_cases_the_customer_chooses(world: World) -> None:
    first, second = await filed(world), await filed(world)
    for what in ("urge", "withdraw"):
        answer = await says(world, what, "那件事")
        assert (answer["outcome"], [c["number"] for c in answer["cases"]]) == ("choose", [second.number, first.number])
    assert (await says(world, "urge", f"催 {first.number}"))["case"]["number"] == first.number


async def test_withdrawing_asks_first_and_counts_from_the_day_of_the_message(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    assert (await says(world, "withdraw", "我要撤诉"))["outcome"] == "confirm"
    conversation = (await case_of(world, receipt.case_id)).conversation_id
    assert (await case_of(world, receipt.case_id)).status == "investigating"
    await ask(world, conversation, "withdraw")
    confirmed = await world.says("确定撤诉")
    at = world.time
    world.wait(days=2)
    response = await world.act(f"/conversations/{conversation}/withdraw", confirmed.message_id)
    assert response.json()["outcome"] == "withdrawn"
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.status_changed_at) == ("withdrawn", at)
    async with world.database.transaction() as session:
        assert {timer.stopped_at for timer in await timers_of(session, case.id) if timer.kind == "l1"} == {at}
        assert {timer.stop_reason for timer in await timers_of(session, case.id) if timer.kind == "l1"} == {"ended"}


async def test_a_customer_may_think_better_of_it(world: World) -> None:
    receipt = await filed(world)
    await says(world, "withdraw", "我要撤诉")
    conversation = (await case_of(world, receipt.case_id)).conversation_id
    await ask(world, conversation, "withdraw")
    assert (await says(world, "withdraw", "撤诉有什么影响吗"))["outcome"] == "confirm"
    assert (await says(world, "withdraw", "算了不撤了"))["outcome"] == "kept"
    assert (await case_of(world, receipt.case_id)).status == "pending_review"
    assert (await says(world, "withdraw", "确定撤诉"))["outcome"] == "confirm"


async def test_a_confirmation_without_a_question_withdraws_nothing(world: World) -> None:
    receipt = await filed(world)
    assert (await says(world, "withdraw", "确定撤诉"))["outcome"] == "confirm"
    assert (await case_of(world, receipt.case_id)).status == "pending_review"


async def test_what_is_closed_cannot_be_withdrawn(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    assert (await says(world, "withdraw", "撤诉"))["outcome"] == "closed"
    assert (await says(world, "withdraw", "撤诉", sender="stranger"))["outcome"] == "none"


async def test_a_draft_is_not_urged_and_an_answered_complaint_not_taken_back(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure("lead", receipt.case_id, "return_to_draft", opinion="补充事实")
    assert (await says(world, "urge", "催一下"))["outcome"] == "none"
    assert (await case_of(world, receipt.case_id)).urge_count == 0
    await desk.sure("agent", receipt.case_id, "submit")
    await desk.replied(receipt.case_id)
    assert (await says(world, "withdraw", "我要撤诉"))["outcome"] == "closed"
    assert (await case_of(world, receipt.case_id)).status == "replied"


async def urged_words(world: World, receipt: CaseReceipt) -> list[str | None]:
    async with world.database.reading() as session:
        entries = await timeline.of_case(session, receipt.case_id)
    return [entry.opinion for entry in entries if entry.kind == Kind.URGED]


async def test_what_is_said_with_an_urge_is_kept_for_whoever_has_the_case(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    await says(world, "urge", "都半个月了没人给我打电话，催一下，我电话是13900139000")
    [words] = await urged_words(world, receipt)
    assert words is not None
    assert words.startswith("都半个月了没人给我打电话")
    assert "13900139000" not in words
    async with await staff(world, "agent") as handler:
        page = (await handler.get(f"/cases/{receipt.number}")).text
        history = (await handler.get(f"/api/v1/cases/{receipt.number}/timeline")).json()["entries"]
    assert "都半个月了没人给我打电话，催一下，我电话是139****9000" in page
    assert next(each["opinion"] for each in history if each["label"] == "客户催办").endswith("139****9000")


async def test_an_urge_without_more_is_no_opinion(world: World) -> None:
    receipt = await filed(world)
    await says(world, "urge", f"麻烦再催一下 {receipt.number}")
    assert await urged_words(world, receipt) == [None]


async def test_the_words_before_the_choice_among_several_are_not_lost(world: World) -> None:
    first, second = await filed(world), await filed(world)
    conversation = (await case_of(world, first.case_id)).conversation_id
    asked = await world.says("等了两周还是没有消息，催办")
    offer = Reply(text="要催哪一件？", choices=[f"催办 {first.number}", f"催办 {second.number}"])
    async with world.database.transaction() as session:
        await conversations.say(
            session, conversation, author=Author.BOT, replies=[offer], now=world.time, answers=asked.message_id
        )
    assert (await says(world, "urge", f"催办 {first.number}"))["outcome"] == "urged"
    assert await urged_words(world, first) == ["等了两周还是没有消息，催办"]
    assert await urged_words(world, second) == []
