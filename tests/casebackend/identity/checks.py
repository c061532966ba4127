"""A customer who shows who he is, and the worker that carries the codes."""

import re
from typing import Any, cast
from uuid import UUID, uuid4

from casebackend.conversations.model import Conversation
from casebackend.notices.doubles import RecordingSender
from casebackend.notices.rules import Channel
from casebackend.worker import Worker
from tests.casebackend.workers import worker
from tests.world import World

ON_FILE = "13800138000"
STRANGE = "13900000001"
ASKED = {
    "code": "identity.code",
    "wrong": "identity.code",
    "expired": "identity.code",
    "paper": "identity.paper",
    "paper_wrong": "identity.paper",
}


class Check:
    """One conversation in the check. `asks` is what the bot left open after the last answer."""

    def __init__(self, world: World, sender: str = "stranger") -> None:
        self.world, self.sender = world, sender
        self.conversation: UUID | None = None

    async def wants(self, action: str, words: str, *, here: bool = False) -> dict[str, Any]:
        receipt = await self.world.says(words, sender=self.sender)
        self.conversation = receipt.conversation_id
        return await self.begins(receipt.message_id, action, here=here)

    async def begins(self, message_id: UUID, action: str, *, here: bool = False) -> dict[str, Any]:
        return await self._posted("identity", {"message_id": str(message_id), "action": action, "here": here})

    async def says(self, words: str) -> dict[str, Any]:
        receipt = await self.world.says(words, sender=self.sender)
        return await self._posted("identity/answer", {"message_id": str(receipt.message_id)})

    async def _posted(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        address = f"/api/v1/conversations/{self.conversation}/{path}"
        said = await self.world.actions.post(address, json=body, headers={"Idempotency-Key": uuid4().hex})
        assert said.status_code == 200, said.text
        step = cast(dict[str, Any], said.json())
        async with self.world.database.transaction() as session:
            conversation = await session.get_one(Conversation, self.conversation)
            conversation.asked = ASKED.get(step["next"], "identity.phone")
        return step

    async def proved(self, carrier: "Carrier", action: str, words: str) -> dict[str, Any]:
        """Up to the code that came back; the step after it."""
        await self.wants(action, words)
        await self.says(ON_FILE)
        return await self.says(await carrier.code())

    async def claims(self, words: str) -> dict[str, Any]:
        """An answer to the question for the paper, up to what core banking said."""
        receipt = await self.world.says(words, sender=self.sender)
        body = {"message_id": str(receipt.message_id)}
        step = await self._posted("identity/answer", body)
        return await self._posted("identity/confirm", body) if step["next"] == "check" else step


class Carrier:
    """A leading worker whose SMS are kept."""

    def __init__(self, ticking: Worker, sender: RecordingSender) -> None:
        self.worker, self.sender = ticking, sender

    @classmethod
    async def ready(cls, world: World, name: str = "codes") -> "Carrier":
        ticking, sender = worker(world, name), RecordingSender()
        ticking.senders = dict.fromkeys(Channel, sender)
        await ticking.lead()
        return cls(ticking, sender)

    async def code(self) -> str:
        """The newest one that was carried."""
        await self.worker.send_codes()
        found = re.search(r"核实码是 (\d{6})", self.sender.sent[-1].text)
        assert found is not None
        return found.group(1)

    async def sent_to(self) -> list[str]:
        await self.worker.send_codes()
        return [each.address for each in self.sender.sent]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
