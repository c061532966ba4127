from datetime import datetime, time
from uuid import UUID

import structlog
from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.model import Attachment
from casebackend.audit import service as audit
from casebackend.calendar.rules import SHANGHAI, local_date
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.conversations.model import Conversation
from casebackend.registration import drafts
from casebackend.registration.model import Registration
from casebackend.registration.rules import State
from casebackend.retention import queries, service
from casebackend.retention.model import RedactionRun
from casebackend.retention.redacting import redact
from casebackend.retention.rules import TALK, TALK_TEXT, first_kept, kept_until, policy_for

log = structlog.get_logger()

AT_ONCE = 5
FILES_AT_ONCE, DRAFTS_AT_ONCE = 200, 50


async def approved(session: AsyncSession) -> RedactionRun | None:
    found: RedactionRun | None = await session.scalar(
        select(RedactionRun)
        .where(RedactionRun.approved_at.is_not(None), RedactionRun.done_at.is_(None))
        .order_by(RedactionRun.approved_at)
        .limit(1)
    )
    return found


async def carry_out(session: AsyncSession, *, now: datetime, after: UUID | None = None) -> UUID | None:
    """The next families of the approved run; where to go on, or None when it is done. Killed between two
    transactions it begins anew: what is redacted is not found again."""
    run = await approved(session)
    if run is None:
        return None
    found = await queries.candidates(session, run.as_of, after=after, most=AT_ONCE)
    for case_id in found:
        run.redacted += await redact(session, case_id, run, today=run.as_of, now=now)
    if len(found) < AT_ONCE:
        await service.finish_run(session, run, now=now)
        return None
    await session.flush()
    return found[-1]


async def end_talks(session: AsyncSession, *, now: datetime) -> int:
    """Files that customers sent and of which no case came get their last day; the job of the attachments gives them up
    after it. While a complaint is being taken down they may still become part of one, and what was sent to a
    conversation that has a case goes with that case."""
    policy = policy_for(await queries.policies(session), TALK, local_date(now))
    drafting = select(Conversation.id).where(Conversation.has_draft)
    found = await session.scalars(
        select(Attachment)
        .where(
            Attachment.case_id.is_(None),
            Attachment.conversation_id.is_not(None),
            Attachment.conversation_id.not_in(drafting),
            ~exists().where(Case.conversation_id == Attachment.conversation_id),
            Attachment.retain_until.is_(None),
            Attachment.purged_at.is_(None),
        )
        .order_by(Attachment.added_at, Attachment.id)
        .limit(FILES_AT_ONCE)
    )
    files = found.all()
    for each in files:
        each.retain_until = kept_until(local_date(each.added_at), policy.years)
    await session.flush()
    if files:
        log.info("retention.talks_ended", count=len(files))
        detail = {"files": len(files), "years": policy.years}
        await audit.record(
            session, chain=service.CHAIN, event="retention.talks_ended", actor=SYSTEM.actor, object="attachments",
            now=now, detail=detail,
        )  # fmt: skip
    return len(files)


async def end_drafts(session: AsyncSession, *, now: datetime) -> int:
    """What a colleague put aside and nobody touched for as long as words of no case are kept; how many."""
    policy = policy_for(await queries.policies(session), TALK_TEXT, local_date(now))
    kept_from = datetime.combine(first_kept(local_date(now), policy.years), time(), SHANGHAI)
    found = await session.scalars(
        select(Registration)
        .where(Registration.state == State.SAVED, Registration.updated_at < kept_from)
        .order_by(Registration.updated_at, Registration.id)
        .limit(DRAFTS_AT_ONCE)
        .with_for_update()
    )
    old = found.all()
    if old and session.get_bind().dialect.name == "sqlite":  # what is freed is overwritten, not only forgotten
        await session.execute(text("PRAGMA secure_delete=ON"))
    for each in old:
        await drafts.reset(session, each, by=SYSTEM, now=now)
    if old:
        log.info("retention.drafts_ended", count=len(old))
    return len(old)
