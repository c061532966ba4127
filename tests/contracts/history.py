"""Clients that write down what they were promised, and the comparison with what is stored (after Jepsen)."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select

from casebackend.api.client import BackendUnavailable, CaseBackend
from casebackend.api.conversations import Inbound, InboundReceipt
from casebackend.cases.model import Case
from casebackend.connection import open_database
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Channel
from casebackend.drafts.model import Draft
from tests.contracts.served import Served
from tests.world import TOKENS

STORY = "昨天朝阳支行多扣了我200元年费，要求退还，我叫王小明，电话13800138000，身份证11010519491231002X"
SMALL_TALK = "你好，在吗"


@dataclass
class History:
    """Acknowledged only: what was asked without an answer may be stored or not, but never twice."""

    messages: dict[str, UUID] = field(default_factory=dict)
    filings: dict[UUID, str] = field(default_factory=dict)
    duplicates: int = 0
    unanswered: int = 0


class Client:
    """Never tires: the same request with the same key until it is answered."""

    def __init__(self, served: Served, history: History) -> None:
        self.address = served.address
        self.history = history
        self.sender = uuid4().hex
        self.over = False

    async def works(self) -> None:
        channels = CaseBackend(self.address, TOKENS["channels"])
        actions = CaseBackend(self.address, TOKENS["actions"])
        async with channels, actions:
            while not self.over:
                if random.random() < 0.25:
                    await self._files(channels, actions)
                else:
                    await self._says(channels, SMALL_TALK, self.sender)

    async def _until_answered[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except BackendUnavailable as unavailable:
                if unavailable.status == 500:
                    raise
                self.history.unanswered += 1
                await asyncio.sleep(random.uniform(0.01, 0.05))

    async def _says(self, channels: CaseBackend, text: str, sender: str) -> InboundReceipt:
        message = Inbound(
            channel=Channel.WECHAT,
            sender=sender,
            external_id=uuid4().hex,
            text=text,
            received_at=datetime.now(UTC),
        )
        receipt = await self._delivered(channels, message)
        if random.random() < 0.1:
            self.history.duplicates += 1
            again = await self._delivered(channels, message)
            assert (again.duplicate, again.message_id) == (True, receipt.message_id)
        return receipt

    async def _delivered(self, channels: CaseBackend, message: Inbound) -> InboundReceipt:
        receipt = await self._until_answered(lambda: channels.receive(message))
        assert self.history.messages.setdefault(message.external_id, receipt.message_id) == receipt.message_id
        return receipt

    async def _files(self, channels: CaseBackend, actions: CaseBackend) -> None:
        """A customer of its own for each complaint."""
        receipt = await self._says(channels, STORY, uuid4().hex)
        conversation, message = receipt.conversation_id, receipt.message_id
        absorbed = await self._until_answered(lambda: actions.absorb(conversation, message, key=f"{message}:absorb:0"))
        assert absorbed.draft.next is None
        for key in {f"{message}:file:0", f"{message}:file:{random.randrange(2)}"}:
            filed = await self._until_answered(partial(actions.file_draft, conversation, message, key=key))
            assert self.history.filings.setdefault(absorbed.draft.id, filed.number) == filed.number


async def compared(served: Served, history: History) -> list[str]:
    """Sentences about what is lost or doubled."""
    database = open_database(served.settings)
    async with database.reading() as session:
        rows = await session.execute(select(Message.external_id, Message.id))
        stored = [(external, identity) for external, identity in rows if external is not None]
        cases = [(draft, number) for draft, number in await session.execute(select(Case.draft_id, Case.number))]
        drafts = set(await session.scalars(select(Draft.id)))
    await database.dispose()
    times = Counter(external for external, _ in stored)
    found = [f"message {external} is stored {count} times" for external, count in times.items() if count > 1]
    found += [
        f"message {external} is lost" for external, it in history.messages.items() if dict(stored).get(external) != it
    ]
    per_draft = Counter(draft for draft, _ in cases)
    found += [f"draft {draft} has {count} cases" for draft, count in per_draft.items() if count > 1]
    found += [f"number {number} is given twice" for number, count in Counter(n for _, n in cases).items() if count > 1]
    found += [f"case {number} is lost" for draft, number in history.filings.items() if (draft, number) not in cases]
    found += [f"case {number} has no draft" for draft, number in cases if draft not in drafts]
    return found
