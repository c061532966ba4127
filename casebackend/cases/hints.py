"""What the words of a new case suggest: classes with their score and flags, with the words of ours that told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, ranked
from casebackend.grading.model import CaseHint
from casebackend.grading.queries import FLAG, flagged
from casebackend.grading.queries import hints as hints_of
from casebackend.grading.rules import MOST_SUGGESTED, MOST_WORDS, Subject

# What is suggested of the classification; where it was handled is known, not guessed.
SUGGESTED = {"category_b": CATEGORY_B, "cause_c": CAUSE_C}


async def rows(session: AsyncSession, case: Case, *, now: datetime) -> list[CaseHint]:
    """For a case that is being filed. Deterministic: the same words and the same lists give the same rows."""
    text = f"{case.facts}\n{case.demand}"
    found = []
    for field, dictionary in SUGGESTED.items():
        keywords = await dictionaries.keywords(session, dictionary)
        for rank, (name, score) in enumerate(ranked(text, keywords)[:MOST_SUGGESTED], start=1):
            found.append(_hint(case, field, rank, name, score, _said(text, keywords, name), now))
    flags = await flagged(session, Subject(text), local_date(case.received_at))
    found += [_hint(case, FLAG, rank, flag.name, None, flag.words, now) for rank, flag in enumerate(flags, start=1)]
    return found


async def told_now(session: AsyncSession, case: Case, *, now: datetime) -> list[CaseHint]:
    """The flags that the corrected words tell of and the former did not. A flag that stands is not taken away."""
    known = [each.name for each in await hints_of(session, case.id, flags=True)]
    flags = await flagged(session, Subject(f"{case.facts}\n{case.demand}"), local_date(case.received_at))
    fresh = [flag for flag in flags if flag.name not in known]
    return [
        _hint(case, FLAG, rank, flag.name, None, flag.words, now) for rank, flag in enumerate(fresh, len(known) + 1)
    ]


def _said(text: str, keywords: Mapping[str, Sequence[str]], name: str) -> list[str]:
    upper = text.upper()
    return [word for word in keywords[name] if word.upper() in upper][:MOST_WORDS]


def _hint(
    case: Case, field: str, rank: int, name: str, score: float | None, words: Sequence[str], now: datetime
) -> CaseHint:
    return CaseHint(
        case_id=case.id, field=field, rank=rank, name=name, score=score, words=list(words), made_at=now,
    )  # fmt: skip


async def accepted(session: AsyncSession, case: Case, hint_id: UUID, *, user_id: UUID | None, now: datetime) -> None:
    """Notes on the suggestion who made it the classification; for a hint of another case nothing happens."""
    hint = await session.get(CaseHint, hint_id)
    if hint is not None and hint.case_id == case.id and hint.field in SUGGESTED:
        hint.accepted_at, hint.accepted_by = now, user_id
        await session.flush()
