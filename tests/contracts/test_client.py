"""The published client against the real program on a real port: each method in the story it is made for."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from casebackend.api.client import Refused
from casebackend.api.conversations import (
    ClaimTurn,
    HandoffRequest,
    Heartbeat,
    OpenConversation,
    TakeOverTurn,
    TurnFailed,
)
from casebackend.conversations.rules import Asked, Channel, Owner, TurnState
from tests.contracts.bank import Bank
from tests.contracts.customer import WORKER, recorded_call


async def test_a_message_is_answered_and_the_answer_is_carried_out(bank: Bank) -> None:
    customer = bank.customer()
    words = customer.words("你好")
    receipt = await bank.channels.receive(words)
    assert (receipt.duplicate, receipt.state, receipt.owner) == (False, TurnState.WAITING, Owner.BOT)
    turn = await bank.channels.claim_turn(ClaimTurn(worker=WORKER, wait_seconds=1))
    assert turn is not None
    assert (turn.message_id, turn.text, turn.attempt) == (receipt.message_id, "你好", 1)
    customer.turn = turn
    done = await customer.hears("您好，请说")
    assert [message.text for message in done.delivery.messages][-1] == "您好，请说"
    [delivery] = await customer.receives()
    assert delivery.id == done.delivery.id
    again = await bank.channels.receive(words)
    assert (again.duplicate, again.state, again.replies) == (True, TurnState.ANSWERED, [])


async def test_a_callback_that_comes_again_is_answered_with_the_same_words(bank: Bank) -> None:
    customer = bank.customer()
    words = customer.words("你好")
    await bank.channels.receive(words)
    turn = await bank.channels.claim_turn(ClaimTurn(worker=WORKER, wait_seconds=1))
    assert turn is not None
    customer.turn = turn
    done = await customer.hears("您好，请说", passive=True)
    again = await bank.channels.receive(words)
    assert [reply.text for reply in again.replies] == [message.text for message in done.delivery.messages]
    assert await customer.receives() == []


async def test_nothing_to_do_is_none_and_an_empty_list(bank: Bank) -> None:
    assert await bank.channels.claim_turn(ClaimTurn(worker=WORKER)) is None
    await bank.customer().receives()
    assert await bank.customer().receives() == []


async def test_a_long_poll_is_woken_by_a_message(bank: Bank) -> None:
    customer = bank.customer()
    polling = asyncio.create_task(bank.channels.claim_turn(ClaimTurn(worker=WORKER, wait_seconds=20)))
    await asyncio.sleep(0.2)
    receipt = await customer.sends("在吗")
    turn = await asyncio.wait_for(polling, 15)
    assert turn is not None
    assert turn.message_id == receipt.message_id
    customer.turn = turn
    await customer.hears("在")


async def test_a_visitor_opens_a_conversation_and_reads_on_from_the_cursor(bank: Bank) -> None:
    opened = await bank.channels.open_conversation(OpenConversation(channel=Channel.WEBCHAT, sender=uuid4().hex))
    assert "个人信息" in opened.messages[0].text
    rest = await bank.channels.conversation(opened.id, after=opened.messages[-1].seq)
    assert (rest.id, rest.messages) == (opened.id, [])


async def test_a_turn_is_given_back_and_taken_over_by_the_questionnaire(bank: Bank) -> None:
    customer = bank.customer()
    first = await customer.says("你好")
    await bank.channels.fail_turn(first.id, TurnFailed(worker=WORKER, epoch=first.epoch, reason="timeout"))
    second = await bank.channels.claim_turn(ClaimTurn(worker=WORKER))
    assert second is not None
    assert (second.id, second.attempt) == (first.id, 2)
    customer.turn = await bank.channels.take_over_turn(second.id, TakeOverTurn(worker=WORKER, epoch=second.epoch))
    assert customer.turn.epoch == second.epoch + 1
    await customer.hears("请选择")
    customer.turn = second
    with pytest.raises(Refused, match="该轮次已被接管") as refused:
        await customer.hears("迟到的回答")
    assert (refused.value.status, refused.value.slug) == (409, "old-epoch")


async def test_a_complaint_is_filed_once_however_often_it_is_asked(bank: Bank) -> None:
    customer = bank.customer()
    absorbed = await customer.drafts()
    draft = await bank.actions.draft(customer.conversation)
    assert draft is not None
    assert (draft.id, draft.missing) == (absorbed.draft.id, [])
    receipt = await customer.files()
    assert await customer.files() == receipt
    other_key = await bank.actions.file_draft(customer.conversation, customer.message, key=uuid4().hex)
    assert other_key == receipt
    assert receipt.unit == "北京朝阳支行"
    assert await bank.actions.draft(customer.conversation) is None
    await customer.hears(receipt.number)


async def test_a_draft_is_given_up(bank: Bank) -> None:
    customer = bank.customer()
    await customer.says("我要投诉，昨天柜台多扣了我200元年费")
    assert (await customer.absorbs()).started
    await bank.actions.cancel_draft(customer.conversation, customer.message, key=customer.key("cancel"))
    assert await bank.actions.draft(customer.conversation) is None
    await customer.hears("好的")


async def test_a_customer_asks_urges_and_withdraws(bank: Bank) -> None:
    customer = bank.customer()
    receipt = await customer.complains()
    await customer.says("我的投诉到哪一步了")
    progress = await bank.actions.progress(customer.conversation, customer.message, key=customer.key("progress"))
    assert [(case.number, case.unit) for case in progress.cases] == [(receipt.number, receipt.unit)]
    assert not progress.foreign
    await customer.hears("正在复核")
    await customer.says("催一下")
    urged = await bank.actions.urge(customer.conversation, customer.message, key=customer.key("urge"))
    assert urged.outcome == "urged"
    await customer.hears("已催办")
    await customer.says("我要撤诉")
    first = await bank.actions.withdraw(customer.conversation, customer.message, key=customer.key("withdraw"))
    assert first.outcome == "confirm"
    await customer.asked(Asked.WITHDRAW, "确认撤诉")
    second = await bank.actions.withdraw(customer.conversation, customer.message, key=customer.key("withdraw"))
    assert second.outcome == "withdrawn"
    assert second.case is not None
    assert second.case.number == receipt.number
    await customer.hears("已撤诉")


async def test_a_customer_who_wants_a_person_is_queued(bank: Bank) -> None:
    customer = bank.customer()
    await customer.says("转人工")
    request = HandoffRequest(message_id=customer.message, reason="asked")
    view = await bank.actions.hand_off(customer.conversation, request, key=customer.key("handoff"))
    assert view.queue_position >= 1
    assert view.promise
    await customer.hears(view.promise)
    waiting = await bank.reads("agent", "/handoffs")
    assert str(customer.conversation) in {row["conversation_id"] for row in waiting["items"]}


async def test_a_replied_case_is_surveyed_and_closed_by_the_answers(bank: Bank) -> None:
    customer = bank.customer()
    receipt = await customer.complains()
    await bank.replies_to(receipt.case_id)
    await bank.works()
    await bank.works(later=timedelta(seconds=bank.settings.survey_delay_seconds + 20))
    asked = [message.text for delivery in await customer.receives() for message in delivery.messages]
    assert receipt.number in asked[-1]
    steps = []
    for words, asks in (("已解决", Asked.SURVEY_SCORE), ("五分", Asked.SURVEY_WORDS), ("没有了", None)):
        await customer.says(words)
        key = customer.key("survey")
        outcome = await bank.actions.answer_survey(customer.conversation, customer.message, key=key)
        steps.append(outcome.next)
        await customer.hears("谢谢", asks=asks)
    assert steps == ["score", "words", "done"]
    case = await bank.reads("supervisor", f"/cases/{receipt.number}")
    assert (case["status"], case["satisfaction"]) == ("closed", "satisfied")


async def test_a_recorded_call_becomes_a_draft_once(bank: Bank) -> None:
    call = recorded_call()
    draft = await bank.channels.submit_transcript(call)
    assert {field.turn for field in draft.fields if field.name == "name"} == {3}
    assert (await bank.channels.submit_transcript(call)).id == draft.id


async def test_a_question_is_answered_from_the_knowledge_base_and_small_talk_is_not(bank: Bank) -> None:
    customer = bank.customer()
    await customer.says("你们信用卡年费怎么收了两次")
    answer = await bank.actions.answer_question(customer.conversation, customer.message)
    assert answer is not None
    assert answer.source
    await customer.hears(answer.text)
    await customer.says("嗯嗯")
    assert await bank.actions.answer_question(customer.conversation, customer.message) is None
    await customer.hears("请说")


async def test_a_program_says_that_it_is_alive(bank: Bank) -> None:
    await bank.channels.beat(Heartbeat(program="channels", instance="one", ready=True))
    with pytest.raises(Refused) as refused:
        await bank.channels.beat(Heartbeat(program="bot", instance="one", ready=True))
    assert refused.value.status == 403
