"""Legal holds, and the decision to redact. What is redacted and how stands in `redacting`."""

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.retention import AddPolicy
from casebackend.attachments.model import Attachment
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.cases import fields, filing
from casebackend.cases.service import hold
from casebackend.database import locked, one_at_a_time
from casebackend.retention import errors, queries
from casebackend.retention.model import LegalHold, Redaction, RedactionRun, RetentionPolicy, TalkHold
from casebackend.retention.rules import ANY, OF_TALKS
from casebackend.timeline.rules import Kind

SEED = Path(__file__).with_name("policies.yml")
CHAIN = "retention"


async def seed(session: AsyncSession) -> None:
    known = {
        row[:] for row in await session.execute(select(RetentionPolicy.matter_type, RetentionPolicy.effective_from))
    }
    for row in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        if (row["matter_type"], row["effective_from"]) not in known:
            session.add(RetentionPolicy(**row))
    await session.flush()


async def add_policy(
    session: AsyncSession, command: AddPolicy, *, matters: Collection[str], by: Principal, now: datetime
) -> RetentionPolicy:
    """`matters`: the types there are. The one before stays to be read; what was redacted stays redacted."""
    await one_at_a_time(session, CHAIN)
    held = await queries.policy_rows(session)
    same = [row for row in held if row.matter_type == command.matter_type]
    usual = same or [row for row in held if row.matter_type == ANY]
    floor = max((row.floor for row in usual), default=1)
    early = command.effective_from < local_date(now)
    if early or command.matter_type not in {*matters, ANY, *OF_TALKS} or command.years < floor:
        raise errors.PolicyWrong(floor)
    if any(row.effective_from == command.effective_from for row in same):
        raise errors.PolicyOfThatDay
    made = RetentionPolicy(
        **command.model_dump(), floor=floor, evidence="D", added_at=now, added_by=by.display_name or by.name
    )
    session.add(made)
    await session.flush()
    detail = {"years": made.years, "effective_from": made.effective_from.isoformat(), "opinions": made.keeps_opinions}
    what = f"policy:{made.matter_type}"
    await audit.record(
        session, chain=CHAIN, event="retention.policy_added", actor=by.actor, object=what, now=now, detail=detail
    )
    return made


async def set_hold(session: AsyncSession, case_id: UUID, reason: str, *, by: Principal, now: datetime) -> LegalHold:
    case = await hold(session, case_id)
    if await session.get(Redaction, case.id) is not None:
        raise errors.AlreadyRedacted
    if await queries.held(session, [case.id]):
        raise errors.HoldStands
    assert by.user_id is not None
    made = LegalHold(
        case_id=case.id,
        reason=await fields.protected(session, case, reason),
        set_at=now,
        set_by=by.user_id,
        set_by_name=by.display_name or by.name,
    )
    session.add(made)
    await files_marked(session, Attachment.case_id == case.id)
    await filing.noted(session, case, Kind.HOLD_SET, by, now=now, opinion=made.reason, detail={"hold_id": str(made.id)})
    return made


async def lift_hold(
    session: AsyncSession, case_id: UUID, hold_id: UUID, reason: str, *, by: Principal, now: datetime
) -> LegalHold:
    case = await hold(session, case_id)
    standing = await locked(session, LegalHold, hold_id)
    if standing is None or standing.case_id != case.id or standing.lifted_at is not None:
        raise errors.HoldNotFound
    standing.lifted_at, standing.lifted_by, standing.lifted_by_name = now, by.user_id, by.display_name or by.name
    standing.lift_reason = await fields.protected(session, case, reason)
    await session.flush()
    await files_marked(session, Attachment.case_id == case.id)
    await filing.noted(
        session, case, Kind.HOLD_LIFTED, by, now=now, opinion=standing.lift_reason, detail={"hold_id": str(standing.id)}
    )
    return standing


async def files_marked(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Files have an end of their own; a hold is on them as well, be it of their case or of their conversation."""
    await session.flush()
    of_case = exists().where(LegalHold.case_id == Attachment.case_id, LegalHold.lifted_at.is_(None))
    of_talk = exists().where(TalkHold.conversation_id == Attachment.conversation_id, TalkHold.lifted_at.is_(None))
    await session.execute(
        update(Attachment)
        .where(which)
        .values(legal_hold=or_(of_case, of_talk))
        .execution_options(synchronize_session=False)
    )


async def ask_run(session: AsyncSession, *, by: Principal, today: date, now: datetime) -> RedactionRun:
    """For what is due today; only counts are kept of what was seen."""
    waiting = select(RedactionRun.id).where(RedactionRun.done_at.is_(None)).limit(1)
    if await session.scalar(waiting) is not None:
        raise errors.RunWaits
    due = sum(len(each.cases) for each in await queries.report(session, today) if each.obstacle is None)
    if not due:
        raise errors.NothingDue
    assert by.user_id is not None
    run = RedactionRun(
        as_of=today, due=due, asked_at=now, asked_by=by.user_id, asked_by_name=by.display_name or by.name
    )
    session.add(run)
    await session.flush()
    await _note(session, "retention.asked", run, by.actor, now)
    return run


async def approve_run(session: AsyncSession, run_id: UUID, *, by: Principal, now: datetime) -> RedactionRun:
    run = await locked(session, RedactionRun, run_id)
    if run is None or run.approved_at is not None:
        raise errors.RunNotFound
    if run.asked_by == by.user_id:
        raise errors.SamePerson
    run.approved_at, run.approved_by, run.approved_by_name = now, by.user_id, by.display_name or by.name
    await session.flush()
    await _note(session, "retention.approved", run, by.actor, now)
    return run


async def finish_run(session: AsyncSession, run: RedactionRun, *, now: datetime) -> None:
    run.done_at = now
    await session.flush()
    await _note(session, "retention.done", run, filing.SYSTEM.actor, now)


async def _note(session: AsyncSession, event: str, run: RedactionRun, actor: str, now: datetime) -> None:
    detail = {"as_of": run.as_of.isoformat(), "due": run.due, "redacted": run.redacted}
    await audit.record(session, chain=CHAIN, event=event, actor=actor, object=f"run:{run.id}", now=now, detail=detail)
