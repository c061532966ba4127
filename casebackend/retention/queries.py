"""What may be redacted, family by family, and what stands in the way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import SHANGHAI, local_date
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Owner
from casebackend.families.model import CaseLink
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.retention.model import LegalHold, Redaction, RedactionRun, RetentionPolicy, TalkHold
from casebackend.retention.rules import ENDED, OF_TALKS, Obstacle, Policy, kept_until, policy_for
from casebackend.reviews.model import Review

MOST = 200
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Family:
    """Everything that is redacted together: linked, second and merged complaints, and those of the same conversation.
    `until`: the last day on which all of it is kept."""

    cases: tuple[Case, ...]
    until: date
    policies: Mapping[UUID, Policy]
    obstacle: Obstacle | None


async def policy_rows(session: AsyncSession) -> Sequence[RetentionPolicy]:
    order = RetentionPolicy.matter_type, RetentionPolicy.effective_from
    return (await session.scalars(select(RetentionPolicy).order_by(*order))).all()


async def policies(session: AsyncSession) -> list[Policy]:
    rows = await policy_rows(session)
    return [
        Policy(row.matter_type, max(row.years, row.floor), row.effective_from, row.source, row.keeps_opinions)
        for row in rows
    ]


async def members(session: AsyncSession, case_id: UUID) -> list[Case]:
    known: dict[UUID, Case] = {}
    asked = {case_id}
    while asked:
        found = (await session.scalars(select(Case).where(Case.id.in_(asked)))).all()
        known |= {case.id: case for case in found}
        asked = await _related(session, found) - known.keys()
    return sorted(known.values(), key=lambda case: (case.received_at, case.number))


async def _related(session: AsyncSession, cases: Sequence[Case]) -> set[UUID]:
    ids, talks = [case.id for case in cases], {case.conversation_id for case in cases}
    above = {one for case in cases for one in (case.parent_id, case.master_id) if one is not None}
    close = or_(Case.parent_id.in_(ids), Case.master_id.in_(ids), Case.conversation_id.in_(talks))
    below = set(await session.scalars(select(Case.id).where(close)))
    links = await session.execute(
        select(CaseLink.case_id, CaseLink.other_id).where(
            or_(CaseLink.case_id.in_(ids), CaseLink.other_id.in_(ids)), CaseLink.removed_at.is_(None)
        )
    )
    return above | below | {one for pair in links for one in pair}


def ended_on(case: Case) -> date:
    return local_date(case.closed_at or case.status_changed_at)


async def family(session: AsyncSession, case_id: UUID, known: Sequence[Policy], today: date) -> Family:
    """As it stands now."""
    cases = await members(session, case_id)
    mine = {case.id: policy_for(known, case.matter_type, today) for case in cases}
    until = max(kept_until(ended_on(case), mine[case.id].years) for case in cases)
    years = max(policy.years for policy in mine.values())
    return Family(tuple(cases), until, mine, await _obstacle(session, cases, until, years, today))


async def _obstacle(
    session: AsyncSession, cases: Sequence[Case], until: date, years: int, today: date
) -> Obstacle | None:
    ids = [case.id for case in cases]
    if any(Status(case.status) not in ENDED for case in cases):
        return Obstacle.OPEN
    unfinished = select(Review.id).where(Review.case_id.in_(ids), Review.closed_at.is_(None)).limit(1)
    if await session.scalar(unfinished) is not None:
        return Obstacle.OPEN
    if await held(session, ids) or await _talks_held(session, cases):
        return Obstacle.HELD
    if until >= today:
        return Obstacle.TOO_YOUNG
    talks = await session.scalars(select(Conversation).where(Conversation.id.in_({c.conversation_id for c in cases})))
    if any(_in_use(talk, years, today) for talk in talks):
        return Obstacle.TALKING
    return None


async def _talks_held(session: AsyncSession, cases: Sequence[Case]) -> bool:
    """A hold on the conversation that a case came from keeps the case; so does one on another of the same customer."""
    of = select(Conversation.id).where(
        or_(
            Conversation.id.in_({case.conversation_id for case in cases}),
            Conversation.customer_id.in_({case.customer_id for case in cases if case.customer_id}),
        )
    )
    standing = select(TalkHold.id).where(TalkHold.conversation_id.in_(of), TalkHold.lifted_at.is_(None)).limit(1)
    return await session.scalar(standing) is not None


def _in_use(talk: Conversation, years: int, today: date) -> bool:
    if talk.has_draft or talk.owner != Owner.BOT or talk.queued_at is not None:
        return True
    return talk.last_in_at is not None and kept_until(local_date(talk.last_in_at), years) >= today


async def held(session: AsyncSession, case_ids: Collection[UUID]) -> set[UUID]:
    standing = select(LegalHold.case_id).where(LegalHold.case_id.in_(case_ids), LegalHold.lifted_at.is_(None))
    return set(await session.scalars(standing))


async def candidates(session: AsyncSession, today: date, *, after: UUID | None = None, most: int = MOST) -> list[UUID]:
    """Ended long enough for the shortest policy and not redacted, by id."""
    known = await policies(session)
    shortest = min((policy.years for policy in known if policy.matter_type not in OF_TALKS), default=1)
    before = datetime.combine(today, time(), SHANGHAI) - shortest * YEAR
    query = (
        select(Case.id)
        .where(Case.status.in_(ENDED), Case.status_changed_at < before, Case.id.not_in(select(Redaction.case_id)))
        .order_by(Case.id)
        .limit(most)
    )
    return list(await session.scalars(query.where(Case.id > after) if after else query))


async def report(session: AsyncSession, today: date) -> list[Family]:
    """The dry run: every family that an end of keeping may concern, the due ones first; at most MOST candidates."""
    known, found, seen = await policies(session), [], set[UUID]()
    for case_id in await candidates(session, today):
        if case_id not in seen:
            each = await family(session, case_id, known, today)
            seen |= {case.id for case in each.cases}
            found.append(each)
    return sorted(found, key=lambda each: (each.obstacle is not None, each.until, each.cases[0].number))


async def holds_of(session: AsyncSession, case_id: UUID) -> Sequence[LegalHold]:
    rows = await session.scalars(select(LegalHold).where(LegalHold.case_id == case_id).order_by(LegalHold.set_at))
    return rows.all()


async def runs(session: AsyncSession) -> Sequence[RedactionRun]:
    return (await session.scalars(select(RedactionRun).order_by(RedactionRun.asked_at.desc()).limit(20))).all()


@dataclass(frozen=True, slots=True)
class Archived:
    """One ended case of the archive: `until` by its own type; its family may keep it longer."""

    case: Case
    until: date
    held: bool
    redacted: bool


async def archive(
    session: AsyncSession, today: date, *, held_only: bool = False, cursor: str | None = None, limit: int = 50
) -> tuple[list[Archived], str | None]:
    """The latest first."""
    order: tuple[Any, ...] = (Case.status_changed_at, Case.id)
    query = select(Case).where(Case.status.in_(ENDED))
    if held_only:
        query = query.where(Case.id.in_(select(LegalHold.case_id).where(LegalHold.lifted_at.is_(None))))
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, [moment, UUID]), descending=True))
    rows = (await session.scalars(query.order_by(*(each.desc() for each in order)).limit(limit + 1))).all()
    shown, ids = rows[:limit], [case.id for case in rows[:limit]]
    known, standing = await policies(session), await held(session, ids)
    gone = set(await session.scalars(select(Redaction.case_id).where(Redaction.case_id.in_(ids))))
    found = [
        Archived(
            case,
            kept_until(ended_on(case), policy_for(known, case.matter_type, today).years),
            case.id in standing,
            case.id in gone,
        )
        for case in shown
    ]
    last = shown[-1] if len(rows) > limit else None
    return found, cursor_of([last.status_changed_at.isoformat(), last.id]) if last is not None else None
