"""What of a move a customer will read, and the refusal of what is for colleagues alone. Who knows which texts those
are stands above and is put in when the program is wired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.errors import Unprocessable


class InternalText(Unprocessable):
    """`may_confirm`: the policy leaves it to whoever writes; else it is refused for good."""

    slug, title = "internal-text", "内容含有内部资料"

    def __init__(self, titles: Sequence[str], entries: Sequence[str], *, may_confirm: bool) -> None:
        named = "、".join(f"《{title}》" for title in titles)
        way = "；确已获准对外的，核对后再发送" if may_confirm else ""
        super().__init__(f"{named}仅限内部，不得原文发给客户，请用自己的话改写{way}")
        self.entries = list(entries)
        self.may_confirm = may_confirm


class Keeper(Protocol):
    """`held_back` notes a refusal, in a transaction of its own: that of the text is gone."""

    async def require_external(
        self, session: AsyncSession, conversation_id: UUID, text: str, /, *, confirmed: bool, by: Principal,
        now: datetime,
    ) -> None: ...  # fmt: skip

    async def held_back(
        self, session: AsyncSession, conversation_id: UUID, error: InternalText, /, *, by: Principal, now: datetime
    ) -> None: ...


def told(command: MoveCase) -> str:
    parts = (command.reply_facts, command.reply_decision, command.reply_basis, command.reply_remedies)
    return "\n".join(each for each in parts if each)
