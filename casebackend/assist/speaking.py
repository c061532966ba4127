"""Before a colleague's own words go out: open places are filled, promises and admissions are meant, and what is for
colleagues alone does not go to a customer unseen."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.assist import rules, wording
from casebackend.assist.model import SuggestionUse
from casebackend.audit import service as audit
from casebackend.cases.outgoing import InternalText
from casebackend.curation.model import Article
from casebackend.errors import Unprocessable
from casebackend.policies import service as policies
from knowledge import sayable
from knowledge.articles import Audience

CONFIRM = "knowledge.internal_confirm"


class PlacesOpen(Unprocessable):
    slug, title = "places-open", "还有内容没有填写"

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"请先填写或删去：{'、'.join(names)}")


class PromiseOrAdmission(Unprocessable):
    """Not refused for good: whoever has the authority says so and sends it again."""

    slug, title = "promise-or-admission", "内容像是承诺或认责"

    def __init__(self, found: sayable.Forbidden) -> None:
        super().__init__(f"{found.named}。未经审批不得向客户承诺结果或承认责任，请改写；确已获批的，核对后再发送")


async def require_external(
    session: AsyncSession, conversation_id: UUID, text: str, *, confirmed: bool, by: Principal, now: datetime
) -> None:
    found = await _internal(session, conversation_id, text, by) if text else []
    if not found:
        return
    entries = [f"{row.id}@{row.version}" for row in found]
    may_confirm = (await policies.values_in_force(session, now))[CONFIRM] == "1"
    if not (confirmed and may_confirm):
        raise InternalText([row.title for row in found], entries, may_confirm=may_confirm)
    await _noted(session, conversation_id, "internal_confirmed", entries, by=by, now=now)


async def held_back(
    session: AsyncSession, conversation_id: UUID, error: InternalText, *, by: Principal, now: datetime
) -> None:
    """In a transaction of its own: that of the text which was held back is gone."""
    event = "internal_asked" if error.may_confirm else "internal_refused"
    await _noted(session, conversation_id, event, error.entries, by=by, now=now)


async def _internal(session: AsyncSession, conversation_id: UUID, text: str, by: Principal) -> list[Article]:
    """Of what this colleague was shown or looked up here, in whatever way it came into the text."""
    rows = await session.scalars(
        select(Article)
        .join(SuggestionUse, (SuggestionUse.article_id == Article.id) & (SuggestionUse.version == Article.version))
        .where(
            SuggestionUse.conversation_id == conversation_id,
            SuggestionUse.user_id == by.user_id,
            Article.audience == Audience.INTERNAL,
        )
        .order_by(Article.id, Article.version)
    )
    return [row for row in dict.fromkeys(rows) if rules.is_taken_from(row.text, text)]


async def _noted(
    session: AsyncSession, conversation_id: UUID, event: str, entries: Sequence[str], *, by: Principal, now: datetime
) -> None:
    whole = f"conversation:{conversation_id}"
    await audit.record(
        session, chain=whole, event=f"conversation.{event}", actor=by.actor, object=whole, now=now,
        detail={"entries": list(entries)},
    )  # fmt: skip


async def require_sayable(
    session: AsyncSession, conversation_id: UUID, text: str, *, confirmed: bool, by: Principal, now: datetime
) -> None:
    names = [name for name in dict.fromkeys(wording.OPEN_PLACE.findall(text)) if name in wording.VARIABLES]
    if names:
        raise PlacesOpen(names)
    found = sayable.forbidden(text)
    if not found:
        return
    if not confirmed:
        raise PromiseOrAdmission(found)
    await audit.record(
        session,
        chain=f"conversation:{conversation_id}",
        event="conversation.promise_confirmed",
        actor=by.actor,
        object=f"conversation:{conversation_id}",
        now=now,
        detail={"promises": list(found.promises), "admissions": list(found.admissions)},
    )
