"""A customer who tells a story, one message after another, and a bot that asks."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from casebackend.api.conversations import Reply
from casebackend.api.drafts import Absorbed, DraftView
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import Author
from casebackend.drafts.rules import Field
from tests.world import World

NONE = UUID(int=0)
STORY = "被你们朝阳支行多扣了200块手续费，昨天扣的，要求退还"


@dataclass
class Teller:
    world: World
    sender: str = "customer-1"
    conversation_id: UUID = NONE

    async def tells(self, words: str, *, key: str | None = None) -> Absorbed:
        receipt = await self.world.says(words, sender=self.sender)
        self.conversation_id, self.message_id = receipt.conversation_id, receipt.message_id
        return await self.absorbs(key=key)

    async def absorbs(self, *, key: str | None = None) -> Absorbed:
        path = f"/conversations/{self.conversation_id}/draft/absorb"
        response = await self.world.act(path, self.message_id, key=key or uuid4().hex)
        response.raise_for_status()
        return Absorbed.model_validate_json(response.content)

    async def is_asked(self, asks: str, choices: list[str] | None = None) -> None:
        reply = Reply.model_validate({"text": "？", "asks": asks, "choices": choices or []})
        async with self.world.database.transaction() as session:
            await conversations.say(
                session, self.conversation_id, author=Author.BOT, replies=[reply], now=self.world.time
            )

    async def answers(self, asks: str, words: str) -> Absorbed:
        await self.is_asked(asks)
        return await self.tells(words)

    async def cancels(self) -> int:
        path = f"/conversations/{self.conversation_id}/draft/cancel"
        return (await self.world.act(path, self.message_id)).status_code

    async def draft(self) -> DraftView | None:
        response = await self.world.actions.get(f"/api/v1/conversations/{self.conversation_id}/draft")
        response.raise_for_status()
        return None if response.status_code == 204 else DraftView.model_validate_json(response.content)

    async def fills_everything(self) -> Absorbed:
        await self.tells(STORY)
        await self.answers("field.name", "张三")
        await self.answers("field.phone", "13800138000")
        return await self.answers("field.id_number", "不方便提供")


def shown(draft: DraftView) -> dict[str, Any]:
    return {field.name: field.value for field in draft.fields if field.name is not Field.FACTS}
