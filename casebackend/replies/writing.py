"""What personal and team wordings have in common: held, tidied, written as a version, noted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.replies import WriteReply
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.curation import queries as curation
from casebackend.curation.errors import ArticleUnknown
from casebackend.curation.rules import ArticleStatus
from casebackend.replies import checks, resting
from casebackend.replies.model import CannedReply, ReplyVersion
from casebackend.replies.rules import VersionState

CHAIN = "replies"
type Origin = tuple[str | None, int | None]


def clean(command: WriteReply) -> tuple[str, str]:
    """Title and text as they are kept; refused where they could not be said to a customer."""
    title, text = " ".join(command.title.split()), command.text.replace("\r\n", "\n").strip()
    checks.require_sayable(title, text)
    return title, text


async def versions(session: AsyncSession, reply_id: UUID) -> Sequence[ReplyVersion]:
    """The newest first."""
    rows = await session.scalars(
        select(ReplyVersion).where(ReplyVersion.reply_id == reply_id).order_by(ReplyVersion.number.desc())
    )
    return rows.all()


class Made(Protocol):
    """What was made from an entry: a wording, or one version of it."""

    text: Any
    article_id: Any
    article_version: Any


async def origin(session: AsyncSession, command: WriteReply, before: Made | None = None, *, now: datetime) -> Origin:
    """The entry that the command names, if it was ever published; else what was known before. Who writes other words
    after the entry came to its end no longer says what it said."""
    if command.article_id is None or command.article_version is None:
        if before is None or before.article_id is None:
            return None, None
        on = local_date(now)
        if clean(command)[1] != before.text and not await resting.in_force(session, {before.article_id}, on):
            return None, None
        return before.article_id, before.article_version
    row = await curation.version(session, command.article_id, command.article_version)
    if row.status not in (ArticleStatus.PUBLISHED, ArticleStatus.RETIRED):
        raise ArticleUnknown
    return row.id, row.version


async def add_version(
    session: AsyncSession,
    reply: CannedReply,
    words: tuple[str, str],
    made: Origin,
    *,
    by: UUID,
    state: VersionState,
    now: datetime,
) -> int:
    """`reply` is held, or new. What is in use at once takes its origin with it."""
    last = select(func.max(ReplyVersion.number)).where(ReplyVersion.reply_id == reply.id)
    number = int(await session.scalar(last) or 0) + 1
    title, text = words
    session.add(
        ReplyVersion(
            reply_id=reply.id,
            number=number,
            title=title,
            text=text,
            article_id=made[0],
            article_version=made[1],
            state=state,
            author_id=by,
            written_at=now,
        )
    )
    if state is VersionState.APPROVED or reply.number is None:
        reply.article_id, reply.article_version = made
    return number


async def touched(session: AsyncSession, reply: CannedReply, event: str, by: Principal, now: datetime) -> None:
    """One more version of the row; no words of it in the audit."""
    reply.row_version += 1
    reply.changed_at = now
    await session.flush()
    await noted(session, reply, event, by, now)


async def noted(session: AsyncSession, reply: CannedReply, event: str, by: Principal, now: datetime) -> None:
    detail = {
        "reach": reply.reach,
        "state": reply.state,
        "number": reply.number,
        "pending": reply.pending,
        "unit_id": str(reply.unit_id) if reply.unit_id else None,
    }
    await audit.record(
        session, chain=CHAIN, event=event, actor=by.actor, object=f"reply:{reply.id}", now=now, detail=detail
    )


async def removed(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """With all that was ever written of them; that they were used stays counted, without words."""
    await session.execute(delete(ReplyVersion).where(ReplyVersion.reply_id.in_(ids)))
    await session.execute(delete(CannedReply).where(CannedReply.id.in_(ids)))
