"""What is said back on a WeChat callback, and by when (architecture.md 4.8)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile

from casebackend.api.client import BackendUnavailable, CaseBackend
from casebackend.api.conversations import InboundReceipt, OpenConversation
from channels.callers import Callers
from channels.envelope import Author, Channel, DeliveryView, Inbound, MessageView, TurnState
from channels.intake import Intake
from channels.wechat.render import pages

PASSIVE_SECONDS = 4.2
LAST_SECONDS = 4.7
ANSWER_COMES = frozenset({TurnState.WAITING, TurnState.CLAIMED})


@dataclass(frozen=True)
class Answer:
    """`delivery` is set when these words carry it, and its outcome is to be reported."""

    text: str | None = None
    delivery: DeliveryView | None = None


class WechatDesk:
    def __init__(self, backend: CaseBackend, intake: Intake, callers: Callers, notices: Mapping[str, str]) -> None:
        self._backend = backend
        self._intake = intake
        self._callers = callers
        self._notices = notices

    async def greet(self, openid: str) -> Answer:
        """Who was greeted before, and scans again, is told the same again."""
        try:
            command = OpenConversation(channel=Channel.WECHAT, sender=openid)
            conversation = await self._backend.open_conversation(command)
        except BackendUnavailable:
            return Answer(self._notices["welcome"])
        before = list(takewhile(lambda message: message.author != Author.CUSTOMER, conversation.messages))
        return Answer(first_page(conversation.shown or before) or self._notices["welcome"])

    async def hear(self, message: Inbound, *, since: float) -> Answer:
        """`since` is the loop time at which the callback came in. Of an answer that takes longer the callback says
        that it comes: that goes back anyway, and costs none of the messages that we may send actively."""
        with self._callers.arriving():
            receipt = await self._intake.take(message)
            if receipt == "kept":
                return Answer(self._notices["kept"])
            stored = self._stored_answer(receipt)
            if stored is not None:
                return stored
            call = self._callers.join(receipt.message_id) if receipt.state in ANSWER_COMES else None
        if call is None:
            return Answer()
        delivery = await self._callers.wait(
            receipt.message_id, call, until=since + PASSIVE_SECONDS, at_last=since + LAST_SECONDS
        )
        if delivery is None:
            return Answer() if call.answer.done() else Answer(self._notices["checking"])
        return Answer(first_page(delivery.messages), delivery if call.carry() else None)

    def _stored_answer(self, receipt: InboundReceipt) -> Answer | None:
        """A resend is told again what a callback was told: never what does not fit one and goes out actively."""
        if not (receipt.duplicate and receipt.replies):
            return None
        told = pages(receipt.replies)
        return Answer(told[0] if len(told) == 1 else None)


def first_page(messages: list[MessageView]) -> str | None:
    return next(iter(pages(messages)), None)


def loop_time() -> float:
    return asyncio.get_running_loop().time()
