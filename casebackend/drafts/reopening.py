"""Where no draft is open: whether a message goes on with the one given up not long ago, or tells something new."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Conversation, Message
from casebackend.customers.spelling import simplified
from casebackend.drafts import phrases, queries, righting
from casebackend.drafts.beginning import OF_THE_PERSON
from casebackend.drafts.corrections import SHORT_CORRECTION
from casebackend.drafts.extraction import Reader
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import DraftState, Field, FieldState
from casebackend.drafts.wishes import Wish
from casebackend.organisations.queries import all_names

SHORTEST_STORY = 8
_EARLIER = r"(?:上次|上回|之前|刚才|前面|原来)"
_REFERS_BACK = re.compile(
    rf"(?:接着|继续|恢复|还是)[^，,。]{{0,4}}(?:{_EARLIER}|那[个件份])|{_EARLIER}(?:的|那)[个件份次]?(?:投诉|事|没)"
)
_THE_OTHER = re.compile(r"上次|上回|之前|原来|那份")


async def goes_on(
    session: AsyncSession, left: Draft, message: Message, wants: Wish | None, *, matter: str, now: datetime
) -> bool:
    """One of another kind is left where it is, and so is one with a story of its own beside a new story."""
    if left.matter_type != matter:
        return False
    if wants is not None:
        return True
    held = await queries.fields(session, left)
    if set(held) <= OF_THE_PERSON:
        return True
    return not tells_anew(Reader(await all_names(session), now), message.text, held)


def tells_anew(reader: Reader, text: str, held: dict[Field, DraftField]) -> bool:
    """A bare announcement, what refers to the last time, a correction and the same words again tell nothing new."""
    if _REFERS_BACK.search(simplified(text)):
        return False
    understood = reader.read(text, None, held)
    if len(text) <= SHORT_CORRECTION and (understood.corrected or understood.wrong or righting.added(text)):
        return False
    unit = understood.values.get(Field.UNIT)
    before = held[Field.UNIT].value if Field.UNIT in held else ""
    if unit is not None and before and unit.state is FieldState.FILLED and unit.value != before:
        return True
    story = understood.values.get(Field.FACTS)
    if story is None or (Field.FACTS in held and story.value in held[Field.FACTS].value):
        return False
    return len(phrases.NOTHING.sub("", phrases.COMPLAINING.sub("", story.value))) >= SHORTEST_STORY


async def reopen(session: AsyncSession, conversation: Conversation, left: Draft, now: datetime) -> Draft:
    left.state, left.cancelled_at, left.touched_at = DraftState.OPEN, None, now
    conversation.has_draft = True
    await session.flush()
    return left


async def other(session: AsyncSession, draft: Draft, text: str, wants: Wish | None, now: datetime) -> Draft | None:
    """接着办上次的: the one that was left aside when this one was begun."""
    left = (draft.last_result or {}).get("left")
    if wants is not Wish.GO_ON or left is None or not _THE_OTHER.search(simplified(text)):
        return None
    found = await session.get(Draft, UUID(left))
    return found if found is not None and queries.may_be_reopened(found, now) else None


async def exchange(
    session: AsyncSession, conversation: Conversation, draft: Draft, found: Draft, now: datetime
) -> Draft:
    """What was told in the meantime is kept as the other one was."""
    draft.state, draft.cancelled_at = DraftState.CANCELLED, now
    await session.flush()
    found.last_result = {**(found.last_result or {}), "left": str(draft.id)}
    return await reopen(session, conversation, found, now)
