"""What the knowledge learns of what was sent: the customer's own words for an entry that answered them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist import rules
from casebackend.assist.model import SuggestionUse
from casebackend.conversations.model import Message
from casebackend.curation import phrasings
from casebackend.customers import personal
from casebackend.policies import service as policies

PERCENT = "knowledge.learn_percent"


async def propose(session: AsyncSession, sent: Iterable[SuggestionUse], *, now: datetime) -> None:
    """Where enough of a card went out as it was, in a conversation or in the answer to a case; a curator decides."""
    uses = [use for use in sent if use.message_id is not None and use.kept is not None]
    if not uses:
        return
    least = int((await policies.values_in_force(session, now))[PERCENT]) / 100
    for use in uses:
        if (use.kept or 0) < least:
            continue
        message = await session.get_one(Message, use.message_id)
        words = rules.phrasing(message.text)
        if words is not None and not _names_somebody(words):
            await phrasings.propose(session, use.article_id, words, use_id=use.id, now=now)


def _names_somebody(words: str) -> bool:
    found = personal.tokenise(words)
    return found.text != words or found.secret_dropped
