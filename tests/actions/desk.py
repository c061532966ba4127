"""A customer at the desk: real backend, real actions, and a stand-in for Rasa that is told which action follows."""

from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from pydantic import BaseModel
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.server import ACTIONS
from bot.words import mentioned, titles
from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import Reply, TurnDone
from casebackend.api.conversations import Turn as TurnView
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked, Engine
from channels.callback import past_callback
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
RESPONSES: dict[str, Any] = {
    name: variants[0]
    for path in (ROOT / "bot" / "domain" / "responses").glob("*.yml")
    for name, variants in yaml.safe_load(path.read_text("utf-8"))["responses"].items()
}


class InProcess(CaseBackend):
    """The client, with the web process of the world instead of a wire."""

    def __init__(self, world: World) -> None:
        super().__init__("http://casebackend", "unused")
        self._world = world

    async def _call(
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        *,
        key: str | None = None,
        params: dict[str, str] | None = None,
        extra: float = 0,
    ) -> bytes | None:
        headers = {"Idempotency-Key": key} if key else {}
        content = body.model_dump_json() if body is not None else None
        answer = await self._world.actions.request(
            method, "/api/v1" + path, content=content, params=params, headers=headers
        )
        if answer.status_code < 400:
            return answer.content or None
        if answer.status_code < 500:
            raise Refused(answer.status_code, answer.json())
        raise BackendUnavailable(f"{method} {path}: {answer.status_code}")


def spoken(message: dict[str, Any]) -> Reply:
    """What Rasa makes of a response name and its values; a missing value is an error."""
    written = RESPONSES[message["response"]]
    meta = written.get("metadata", {})
    choices = [button["title"] for button in written.get("buttons", [])]
    choices += titles(message.get("items", []), meta.get("each", "*"))
    asks = message.get("asks") or meta.get("asks")
    return Reply(text=written["text"].format_map(message), choices=choices, asks=Asked(asks) if asks else None)


class Desk:
    """`names` are the responses of the last turn, `words` its text, `open` the question left open."""

    def __init__(self, world: World) -> None:
        self.world = world
        backend = InProcess(world)
        self._actions = {action.called: action(backend) for action in ACTIONS}
        self.names: list[str] = []
        self.words = ""
        self.choices: list[str] = []
        self.open: str | None = None
        self.message: UUID | None = None

    async def say(
        self,
        text: str,
        action: str,
        *,
        sender: str = "customer-1",
        purpose: str | None = None,
        guesses: tuple[str, ...] = (),
    ) -> list[str]:
        await self.world.says(text, sender=sender)
        return await self.answer(action, purpose=purpose, guesses=guesses)

    async def answer(self, action: str, *, purpose: str | None = None, guesses: tuple[str, ...] = ()) -> list[str]:
        """The oldest message that waits."""
        claimed = await self.world.channels.post("/api/v1/turns/claim", json={"worker": "desk"})
        turn = past_callback(TurnView.model_validate_json(claimed.content))
        messages = await self.run(turn, action, purpose, guesses)
        assert await self.run(turn, action, purpose, guesses) == messages, "a repeated turn must say the same"
        replies = [spoken(message) for message in messages]
        command = TurnDone(worker="desk", epoch=turn.epoch, engine=Engine.RASA, replies=replies)
        done = await self.world.channels.post(f"/api/v1/turns/{turn.id}/done", content=command.model_dump_json())
        done.raise_for_status()
        self.names = [message["response"] for message in messages]
        self.words = "\n".join(reply.text for reply in replies)
        self.choices = [choice for reply in replies for choice in reply.choices]
        self.open = next((reply.asks for reply in reversed(replies) if reply.asks), None)
        self.message = turn.message_id
        return self.names

    async def run(
        self, turn: TurnView, action: str, purpose: str | None, guesses: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        dispatcher = CollectingDispatcher()
        metadata = {"asked": turn.asked, "turn_id": str(turn.id)}
        latest: dict[str, Any] = {"message_id": str(turn.message_id), "metadata": metadata, "intent": {"name": purpose}}
        latest["mentions"] = mentioned(turn.text)
        latest["intent_ranking"] = [{"name": name} for name in guesses]
        await self._actions[action].run(dispatcher, Tracker.from_dict(_tracker(turn, latest)), {})
        messages: list[dict[str, Any]] = dispatcher.messages
        return messages

    async def heard(self) -> str:
        """Everything that was said to the customer since the last message, by whomever, in order."""
        async with self.world.database.reading() as session:
            message = await session.get_one(Message, self.message)
            later = select(Message).where(Message.conversation_id == message.conversation_id, Message.seq > message.seq)
            return "\n".join(each.text for each in await session.scalars(later.order_by(Message.seq)))

    async def file(self, *, sender: str = "customer-1", whose: str = "我要") -> str:
        """A complaint from the first word to its number."""
        told = f"{whose}投诉，昨天在手机银行转账一直失败，希望给个解释，不涉及金额"
        await self.say(told, "action_intake", sender=sender)
        answers = {
            "field.facts": "昨天手机银行转账一直失败，客服也不接电话",
            "field.demand": "给一个解释",
            "field.unit": "不清楚是哪家",
            "field.amount": "不涉及金额",
            "field.occurred_on": "昨天",
            "field.name": "我叫王小明",
            "field.phone": "13812345678",
            "field.id_number": "不提供",
        }
        while self.open and self.open.startswith("field."):
            await self.say(answers[self.open], "action_intake", sender=sender)
        await self.say("确认提交", "action_file", sender=sender)
        return str(self.words.partition("编号 ")[2][:16])


def _tracker(turn: TurnView, latest: dict[str, Any]) -> dict[str, Any]:
    return {"sender_id": str(turn.conversation_id), "slots": {}, "events": [], "latest_message": latest}
