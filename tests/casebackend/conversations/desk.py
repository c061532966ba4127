"""Speaks to the case backend as the channels do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx import Response

from casebackend.api.conversations import ConversationView, DeliveryView, InboundReceipt, Turn, TurnResult
from casebackend.conversations.rules import Channel
from tests.world import World


@dataclass
class Desk:
    world: World
    channel: Channel = Channel.WECHAT

    async def post(self, path: str, **body: Any) -> Response:
        return await self.world.channels.post(f"/api/v1{path}", json=body)

    async def inbox(self, text: str, *, sender: str = "o1", external_id: str = "", **more: Any) -> Response:
        return await self.post(
            "/inbox",
            channel=self.channel,
            sender=sender,
            external_id=external_id or f"{sender}:{text}",
            text=text,
            received_at=self.world.time.isoformat(),
            **more,
        )

    async def hears(self, text: str, **more: Any) -> InboundReceipt:
        response = await self.inbox(text, **more)
        response.raise_for_status()
        return InboundReceipt.model_validate_json(response.content)

    async def claim(self, worker: str = "w1", wait: float = 0) -> Turn | None:
        response = await self.post("/turns/claim", worker=worker, wait_seconds=wait)
        response.raise_for_status()
        return None if response.status_code == 204 else Turn.model_validate_json(response.content)

    async def claimed(self, worker: str = "w1") -> Turn:
        turn = await self.claim(worker)
        assert turn is not None
        return turn

    async def answer(
        self,
        turn: Turn,
        *texts: str,
        worker: str = "w1",
        epoch: int | None = None,
        asks: str | None = None,
        **more: Any,
    ) -> Response:
        replies: list[dict[str, Any]] = [{"text": text} for text in texts or ("好的",)]
        if asks:
            replies[-1]["asks"] = asks
        body = {"worker": worker, "epoch": turn.epoch if epoch is None else epoch, "engine": "rasa", "replies": replies}
        return await self.post(f"/turns/{turn.id}/done", **(body | more))

    async def answered(self, turn: Turn, *texts: str, **more: Any) -> DeliveryView:
        response = await self.answer(turn, *texts, **more)
        response.raise_for_status()
        return TurnResult.model_validate_json(response.content).delivery

    async def ask(self, question: str, asks: str, *, choices: list[str] | None = None, opening: str = "你好") -> UUID:
        """The bot has asked a question and waits for the answer."""
        receipt = await self.hears(opening)
        turn = await self.claimed()
        replies = [{"text": question, "asks": asks, "choices": choices or []}]
        (await self.answer(turn, replies=replies)).raise_for_status()
        return receipt.conversation_id

    async def deliveries(self, worker: str = "d1", wait: float = 0) -> list[DeliveryView]:
        body = {"worker": worker, "channels": [self.channel], "wait_seconds": wait}
        response = await self.post("/deliveries/claim", **body)
        response.raise_for_status()
        return [] if response.status_code == 204 else [DeliveryView.model_validate(each) for each in response.json()]

    async def delivered(self, delivery: UUID, outcome: str = "sent", worker: str = "d1") -> Response:
        return await self.post(f"/deliveries/{delivery}/done", worker=worker, outcome=outcome)

    async def talk(self, conversation: UUID, after: int = 0) -> ConversationView:
        response = await self.world.channels.get(f"/api/v1/conversations/{conversation}", params={"after": after})
        response.raise_for_status()
        return ConversationView.model_validate_json(response.content)
