"""One story that touches every operation with a named answer."""

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
from casebackend.conversations.rules import Asked, Channel
from tests.contracts.bank import Bank
from tests.contracts.customer import WORKER, Customer, Exchange, recorded_call


async def told(bank: Bank) -> list[Exchange]:
    """Every answer of the web process, in order."""
    heard = bank.served.heard
    before = len(heard)
    customer = bank.customer()
    await _filed(bank, customer)
    await _surveyed(bank, customer)
    await _odds(bank, bank.customer())
    await _at_the_desk(bank, bank.customer())
    return heard[before:]


async def _filed(bank: Bank, customer: Customer) -> None:
    receipt = await customer.complains()
    for action, ask in (
        ("progress", bank.actions.progress),
        ("urge", bank.actions.urge),
        ("withdraw", bank.actions.withdraw),
    ):
        await customer.says(receipt.number)
        await ask(customer.conversation, customer.message, key=customer.key(action))
        await customer.hears("好的")
    await bank.replies_to(receipt.case_id)
    for path in ("", "/timeline", "/clocks", "/suggestions"):
        await bank.reads("supervisor", f"/cases/{receipt.number}{path}")
    await bank.reads("supervisor", "/cases")


async def _surveyed(bank: Bank, customer: Customer) -> None:
    await bank.works()
    await bank.works(later=timedelta(seconds=bank.settings.survey_delay_seconds + 20))
    await customer.receives()
    await customer.says("已解决")
    await bank.actions.answer_survey(customer.conversation, customer.message, key=customer.key("survey"))
    await customer.hears("谢谢")


async def _odds(bank: Bank, customer: Customer) -> None:
    words = customer.words("年费怎么收了两次")
    await bank.channels.receive(words)
    await bank.channels.receive(words)
    claim = ClaimTurn(worker=WORKER)
    turn = await bank.channels.claim_turn(claim)
    assert turn is not None
    await bank.channels.fail_turn(turn.id, TurnFailed(worker=WORKER, epoch=turn.epoch, reason="timeout"))
    turn = await bank.channels.claim_turn(claim)
    assert turn is not None
    assert await bank.channels.claim_turn(claim) is None
    customer.turn = await bank.channels.take_over_turn(turn.id, TakeOverTurn(worker=WORKER, epoch=turn.epoch))
    await bank.actions.answer_question(customer.conversation, customer.message)
    await customer.absorbs()
    await bank.actions.draft(customer.conversation)
    await bank.actions.cancel_draft(customer.conversation, customer.message, key=customer.key("cancel"))
    await bank.actions.draft(customer.conversation)
    with pytest.raises(Refused):
        await bank.actions.file_draft(customer.conversation, customer.message, key=customer.key("file"))
    await customer.asked(Asked.OFFER_PERSON, "好")
    await bank.channels.submit_transcript(recorded_call())
    opened = await bank.channels.open_conversation(OpenConversation(channel=Channel.WEBCHAT, sender=uuid4().hex))
    await bank.channels.conversation(opened.id)
    await bank.channels.beat(Heartbeat(program="channels", instance="one", ready=True))
    await customer.hears("好")


async def _at_the_desk(bank: Bank, customer: Customer) -> None:
    await customer.says("转人工，年费收了两次")
    request = HandoffRequest(message_id=customer.message)
    await bank.actions.hand_off(customer.conversation, request, key=customer.key("handoff"))
    await customer.hears("请稍候")
    agent = await bank.staff("agent")
    await bank.reads("agent", "/handoffs")
    (await agent.post(f"/api/v1/handoffs/{customer.conversation}/take")).raise_for_status()
    await bank.reads("agent", f"/conversations/{customer.conversation}/suggestions")
    await bank.reads("agent", "/knowledge/search?q=年费")
    (await agent.post(f"/api/v1/handoffs/{customer.conversation}/return")).raise_for_status()
