"""An entry that a colleague looked up by himself for a case: what becomes of it is kept like that of a card."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.assist import Card, Suggestions
from casebackend.assist import cards, reading, rules, uses
from casebackend.assist.facts import facts_of
from casebackend.assist.model import SuggestionUse
from casebackend.assist.rules import Origin
from casebackend.assist.service import reviewed
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.errors import Conflict
from knowledge.ranking import FLOOR, Suggestion


class Picked(StrEnum):
    """`CHOSEN`: to be put into the answer where the case is worked on, as the first card of its pane."""

    CHOSEN = "chosen"
    COPIED = "copied"


class EntryNotInForce(Conflict):
    slug, title = "entry-not-in-force", "该版本现在不能使用"

    def __init__(self) -> None:
        super().__init__("该版本尚未生效或已失效，不得用于答复客户，请使用现行有效的版本")


async def card_for(
    session: AsyncSession, case: Case, article_id: str, number: int, *, by: Principal, now: datetime
) -> Card:
    """With the facts of the case in its reply. Only what is in force today."""
    found = await reading.versions(session, article_id, on=local_date(now))
    version = reading.chosen(found, number)
    if version.standing is not reading.Standing.IN_FORCE:
        raise EntryNotInForce
    facts = await facts_of(session, case, now=now, viewer=by)
    card = cards.card(Suggestion(version.article, FLOOR, ()), facts)
    card.confidence = "您查到的"
    [card] = await reviewed(session, [card], now=now)
    return card


async def pick(
    session: AsyncSession, case: Case, card: Card, what: Picked, *, by: Principal, now: datetime
) -> SuggestionUse:
    """Once for each version, case and colleague."""
    if by.user_id is None:
        raise uses.UseNotFound
    use: SuggestionUse | None = await session.scalar(
        select(SuggestionUse).where(
            SuggestionUse.case_id == case.id,
            SuggestionUse.user_id == by.user_id,
            SuggestionUse.origin == Origin.PICKED,
            SuggestionUse.article_id == card.article_id,
            SuggestionUse.version == card.version,
        )
    )
    if use is None:
        use = SuggestionUse(
            conversation_id=case.conversation_id, case_id=case.id, message_id=None, origin=Origin.PICKED,
            article_id=card.article_id, version=card.version, rank=1, user_id=by.user_id, shown_at=now, opened_at=now,
        )  # fmt: skip
        session.add(use)
    if what is Picked.COPIED:
        use.copied_at = use.copied_at or now
    await session.flush()
    return use


async def first(
    session: AsyncSession, found: Suggestions, use_id: UUID, case: Case, *, by: Principal, now: datetime
) -> Suggestions:
    """The cards with the one that was chosen on its own page before all others; without it where the address is
    somebody else's, or the version has come to its end since."""
    use = await session.get(SuggestionUse, use_id)
    if use is None or (use.user_id, use.case_id) != (by.user_id, case.id):
        return found
    try:
        card = await card_for(session, case, use.article_id, use.version, by=by, now=now)
    except EntryNotInForce:
        return found
    card.use_id = use.id
    others = [each for each in found.cards if each.article_id != card.article_id]
    return found.model_copy(update={"cards": [card, *others][: rules.CARDS]})
