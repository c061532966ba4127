"""依据附件: the papers on which a version rests. Added and taken away while it is written, frozen by its submission."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.article_files import ArticleFileView
from casebackend.attachments import service
from casebackend.attachments.errors import AttachmentNotFound
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Limits, Received
from casebackend.attachments.rules import SCANS, Scan, may_open
from casebackend.attachments.service import Content, Where
from casebackend.audit import service as audit
from casebackend.curation import errors, steps
from casebackend.curation.model import Article, ArticleFile
from casebackend.curation.rules import Step
from casebackend.curation.service import CHAIN
from casebackend.customers.personal import tokenise


def limits_of(session: AsyncSession) -> Limits:
    held: Limits = session.info["upload_limits"]
    return held


async def require_may_change(session: AsyncSession, row: Article, by: Principal) -> None:
    """Asked before the first byte is taken."""
    await steps.require_may(session, row, Step.EDIT, by)


async def add(
    session: AsyncSession, row: Article, files: Sequence[Received], *, by: Principal, now: datetime
) -> list[Attachment]:
    """Rows of files that lie in the store. `row` is held, so that its limit holds for two who add at once."""
    await require_may_change(session, row, by)
    await _require_room(session, row, files)
    where = Where(by=by.user_id, by_name=by.display_name or by.name)
    added = []
    for place, file in enumerate(files):
        name = tokenise(service.shown_name(file)).text
        kept = await service.keep(session, file, where, name=name, now=now, place=place)
        session.add(ArticleFile(attachment_id=kept.id, article_id=row.id, version=row.version))
        await session.flush()
        await _noted(session, row, kept, "article.file_added", by, now)
        added.append(kept)
    return added


async def _require_room(session: AsyncSession, row: Article, more: Sequence[Received]) -> None:
    """What was taken away still lies on the disk and counts."""
    limits = limits_of(session)
    counted = select(func.count(), func.coalesce(func.sum(Attachment.size), 0))
    files, size = (await session.execute(counted.where(_of(row)))).one()
    if files + len(more) > limits.case_files or size + sum(each.size for each in more) > limits.case_bytes:
        raise errors.ArticleFilesFull


def _of(row: Article) -> ColumnElement[bool]:
    mine = select(ArticleFile.attachment_id)
    return Attachment.id.in_(mine.where(ArticleFile.article_id == row.id, ArticleFile.version == row.version))


async def listed(session: AsyncSession, row: Article) -> list[Attachment]:
    """What can be seen, oldest first."""
    query = select(Attachment).where(_of(row), Attachment.removed_at.is_(None))
    return list(await session.scalars(query.order_by(Attachment.added_at, Attachment.id)))


async def visible(session: AsyncSession, row: Article, attachment_id: UUID) -> Attachment:
    """Of another version it is not there."""
    query = select(Attachment).where(_of(row), Attachment.id == attachment_id, Attachment.removed_at.is_(None))
    found: Attachment | None = await session.scalar(query)
    if found is None:
        raise AttachmentNotFound
    return found


async def opened(
    session: AsyncSession, row: Article, attachment_id: UUID, *, by: Principal, now: datetime
) -> tuple[Attachment, Content]:
    """Whoever takes a copy leaves a line in the audit."""
    attachment = await visible(session, row, attachment_id)
    content = service.openable(session, attachment)
    await _noted(session, row, attachment, "article.file_read", by, now)
    return attachment, content


async def remove(
    session: AsyncSession, row: Article, attachment: Attachment, reason: str, *, by: Principal, now: datetime
) -> None:
    """`row` is held."""
    await require_may_change(session, row, by)
    by_name = by.display_name or by.name
    await service.remove(session, attachment, reason=tokenise(reason).text, by_name=by_name, now=now)
    await _noted(session, row, attachment, "article.file_removed", by, now)


async def _noted(
    session: AsyncSession, row: Article, attachment: Attachment, event: str, by: Principal, now: datetime
) -> None:
    await audit.record(
        session, chain=CHAIN, event=event, actor=by.actor, object=f"knowledge:{row.id}@{row.version}", now=now,
        detail={"attachment_id": str(attachment.id), "sha256": attachment.sha256},
    )  # fmt: skip


def view(session: AsyncSession, each: Attachment) -> ArticleFileView:
    required, scan = service.policy_of(session).required, Scan(each.scan)
    return ArticleFileView(
        id=each.id, version=each.version, name=each.name, content_type=each.content_type, size=each.size,
        sha256=each.sha256, scan=scan, scan_label=SCANS[scan], added_at=each.added_at, added_by=each.added_by_name,
        openable=each.purged_at is None and may_open(scan, required=required),
    )  # fmt: skip
