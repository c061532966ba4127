"""What went out in the answer to a case: of what was put into its form, how much of it and how it was changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist import learning, uses
from casebackend.assist.facts import Facts, facts_of
from casebackend.assist.model import ReplyUse, SuggestionUse
from casebackend.cases.model import Case
from casebackend.curation.model import Article
from casebackend.replies import uses as replies
from casebackend.replies.rules import Target

# Less than this of a text is no use of it: its author thought better of it.
LEAST = 0.2


async def on_replied(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Of what was inserted and did not go out in the conversation. Told again, it says the same."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    if not case.reply_text:
        return
    rows = await session.scalars(
        select(SuggestionUse).where(
            SuggestionUse.conversation_id == case.conversation_id,
            or_(SuggestionUse.case_id == case.id, SuggestionUse.case_id.is_(None)),
            SuggestionUse.inserted_at.is_not(None),
            SuggestionUse.sent_at.is_(None),
        )
    )
    facts = await facts_of(session, case, now=now)
    sent = []
    for use in rows:
        article = await session.get(Article, (use.article_id, use.version))
        share, edits = uses.became(article, facts, case.reply_text) if article is not None else (0.0, "")
        if share >= LEAST:
            use.sent_at, use.kept, use.edits = now, share, edits
            sent.append(use)
    await learning.propose(session, sent, now=now)
    await _wordings(session, case, facts, case.reply_text, now)
    await session.flush()


async def _wordings(session: AsyncSession, case: Case, facts: Facts, told: str, now: datetime) -> None:
    rows = await session.scalars(
        select(ReplyUse).where(
            ReplyUse.conversation_id == case.conversation_id,
            or_(ReplyUse.case_id == case.id, ReplyUse.case_id.is_(None)),
            ReplyUse.target == Target.FORM,
            ReplyUse.sent_at.is_(None),
        )
    )
    for use in rows:
        words = await replies.text_of(session, use)
        share, edits = replies.became(use.reach, words, facts, told) if words is not None else (0.0, "")
        if share >= LEAST:
            use.sent_at, use.kept, use.edits = now, share, edits
