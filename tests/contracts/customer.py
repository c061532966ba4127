"""A customer and the programs that serve one: every word goes through the published client and a real wire."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Self
from uuid import UUID, uuid4

import aiohttp
from aiohttp import TraceRequestEndParams, TraceResponseChunkReceivedParams

from casebackend.api.client import CaseBackend
from casebackend.api.conversations import (
    ClaimDelivery,
    ClaimTurn,
    DeliveryDone,
    DeliveryView,
    Inbound,
    InboundReceipt,
    Reply,
    Turn,
    TurnDone,
    TurnResult,
)
from casebackend.api.drafts import Absorbed, CaseReceipt, DraftView, Transcript, TranscriptTurn
from casebackend.conversations.rules import Asked, Channel, Engine

WORKER = "contract"
LONGER_THAN_A_LEASE = 15
STORY = "我要投诉，昨天朝阳支行柜台多扣了我信用卡年费200元，柜员态度很差"
ANSWERS = {
    "facts": "柜台多扣了我信用卡年费",
    "demand": "要求退回多扣的年费并道歉",
    "unit": "北京朝阳支行",
    "amount": "200元",
    "occurred_on": "昨天",
    "name": "我叫王小明",
    "phone": "13800138000",
    "id_number": "不提供",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    method: str
    path: str
    status: int
    body: bytes


class Wire(CaseBackend):
    """The client itself; what came back over the wire is kept in `heard`."""

    def __init__(self, base_url: str, token: str, heard: list[Exchange], *, deadline: float = 5.0) -> None:
        super().__init__(base_url, token, deadline=deadline)
        self._trace = aiohttp.TraceConfig()
        self._trace.on_request_end.append(self._began)
        self._trace.on_response_chunk_received.append(self._read)
        self.heard = heard

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers=self._headers, trace_configs=[self._trace])
        return self

    async def _began(self, _: aiohttp.ClientSession, trace: SimpleNamespace, ended: TraceRequestEndParams) -> None:
        trace.status = ended.response.status

    async def _read(
        self, _: aiohttp.ClientSession, trace: SimpleNamespace, read: TraceResponseChunkReceivedParams
    ) -> None:
        self.heard.append(Exchange(read.method, read.url.path, trace.status, read.chunk))


class Customer:
    """`turn` is the turn in work. Tests run one customer at a time, so the next turn is this customer's."""

    turn: Turn

    def __init__(
        self, channels: CaseBackend, actions: CaseBackend, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.channels = channels
        self.actions = actions
        self.now = now
        self.channel = Channel.WECHAT
        self.said: list[str] = []
        self.sender = f"o{uuid4().hex}"

    def words(self, text: str, *, external_id: str | None = None) -> Inbound:
        return Inbound(
            channel=self.channel,
            sender=self.sender,
            external_id=external_id or uuid4().hex,
            text=text,
            received_at=self.now(),
        )

    async def sends(self, text: str) -> InboundReceipt:
        words = self.words(text)
        self.said.append(words.external_id)
        return await self.channels.receive(words)

    async def says(self, text: str) -> Turn:
        receipt = await self.sends(text)
        turn = await self.channels.claim_turn(ClaimTurn(worker=WORKER, wait_seconds=LONGER_THAN_A_LEASE))
        if turn is None or turn.message_id != receipt.message_id:
            raise AssertionError(f"another turn was claimed: {turn}")
        self.turn = turn
        return turn

    @property
    def conversation(self) -> UUID:
        return self.turn.conversation_id

    @property
    def message(self) -> UUID:
        return self.turn.message_id

    def key(self, action: str) -> str:
        return f"{self.turn.id}:{action}:0"

    async def hears(self, text: str, *, asks: Asked | None = None, passive: bool = False) -> TurnResult:
        """The turn in work is answered."""
        reply = Reply(text=text, asks=asks)
        done = TurnDone(worker=WORKER, epoch=self.turn.epoch, engine=Engine.RASA, replies=[reply], passive=passive)
        return await self.channels.finish_turn(self.turn.id, done)

    async def asked(self, asks: Asked, answer: str, *, question: str = "请问") -> Turn:
        await self.hears(question, asks=asks)
        return await self.says(answer)

    async def absorbs(self) -> Absorbed:
        return await self.actions.absorb(self.conversation, self.message, key=self.key("absorb"))

    async def drafts(self) -> Absorbed:
        """From the first word to a complete draft; the read-back has been said and agreed to."""
        await self.says(STORY)
        absorbed = await self.absorbs()
        for _ in range(12):
            missing = absorbed.draft.next
            if missing is None:
                await self.asked(Asked.CONFIRM, "确认提交", question=read_back(absorbed.draft))
                return absorbed
            await self.asked(Asked(f"field.{missing}"), ANSWERS[missing])
            absorbed = await self.absorbs()
        raise AssertionError(f"the draft keeps asking for {absorbed.draft.next}")

    async def files(self) -> CaseReceipt:
        return await self.actions.file_draft(self.conversation, self.message, key=self.key("file"))

    async def complains(self) -> CaseReceipt:
        await self.drafts()
        receipt = await self.files()
        await self.hears(f"已登记，编号 {receipt.number}")
        return receipt

    async def receives(self) -> list[DeliveryView]:
        """Everything that waits for this channel is carried out; mine are given."""
        claim = ClaimDelivery(worker=WORKER, channels=[self.channel])
        mine = []
        while found := await self.channels.claim_deliveries(claim):
            for delivery in found:
                await self.channels.finish_delivery(delivery.id, DeliveryDone(worker=WORKER, outcome="sent"))
                mine += [delivery] if delivery.receiver == self.sender else []
        return mine


def read_back(draft: DraftView) -> str:
    shown = [(each.label, each.shown) for each in draft.fields] + [(each.label, each.value) for each in draft.lines]
    return "请核对：\n" + "\n".join(f"{label}：{value}" for label, value in shown)


CALL = (
    ("agent", "您好，听诉示范银行，请问有什么可以帮您"),
    ("customer", "我要投诉朝阳支行，昨天多扣了我两百块手续费，要求退还"),
    ("agent", "请问您贵姓"),
    ("customer", "免贵姓王，王建国"),
)


def recorded_call(*, revision: int = 0) -> Transcript:
    started = datetime.now(UTC) - timedelta(minutes=5)
    turns = [
        TranscriptTurn.model_validate(
            {"speaker": who, "text": text, "start_ms": 1_000 * place, "end_ms": 1_000 * place + 900, "confidence": 0.9}
        )
        for place, (who, text) in enumerate(CALL)
    ]
    revised = started + timedelta(minutes=5 + revision)
    return Transcript(call_id=uuid4(), revision=revised, started_at=started, turns=turns)
