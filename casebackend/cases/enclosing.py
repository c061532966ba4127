"""Files of a case: who adds, sees, takes a copy of and takes away what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.attachments import AttachmentList, AttachmentView
from casebackend.attachments import queries, service
from casebackend.attachments.errors import AttachmentNotFound, CaseFull
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Limits, Received
from casebackend.attachments.rules import LABELS, ORIGINS, SCANS, Kind, Origin, Scan, may_open
from casebackend.attachments.service import Content, Where
from casebackend.audit import service as audit
from casebackend.cases import fields, filing, recusing, steering
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.cases.rules import TERMINAL, Status
from casebackend.cases.words import STATUS_LABELS
from casebackend.customers import service as customers
from casebackend.errors import Conflict
from casebackend.evidence import queries as evidence
from casebackend.timeline.rules import Kind as Entry


class CaseSealed(Conflict):
    slug, title = "case-sealed", "投诉已归档或作废"

    def __init__(self) -> None:
        super().__init__("已归档或作废的投诉不能再增加证据和附件")


class UsedAsEvidence(Conflict):
    slug, title = "used-as-evidence", "附件已登记为证据"

    def __init__(self) -> None:
        super().__init__("登记为证据的附件不能删除")


@dataclass(frozen=True, slots=True)
class Adding:
    kind: Kind = Kind.FILE
    origin: Origin = Origin.STAFF


def limits_of(session: AsyncSession) -> Limits:
    held: Limits = session.info["upload_limits"]
    return held


async def require_may_add(session: AsyncSession, case: Case, principal: Principal) -> None:
    """Asked before the first byte is taken: whoever is asked about a case may hand something in too."""
    await recusing.require_unbarred(session, case, principal)
    if Status(case.status) in TERMINAL:
        raise CaseSealed
    await _require_room(session, case.id)


async def _require_room(session: AsyncSession, case_id: UUID, more: Sequence[Received] = ()) -> None:
    limits = limits_of(session)
    files, size = await queries.taken_by(session, case_id)
    if files + len(more) > limits.case_files or size + sum(each.size for each in more) > limits.case_bytes:
        raise CaseFull


async def add(
    session: AsyncSession,
    case_id: UUID,
    files: Sequence[Received],
    adding: Adding,
    *,
    principal: Principal,
    now: datetime,
) -> list[Attachment]:
    """Rows of files that lie in the store; the case is held, so that its limit holds for two who add at once."""
    case = await cases.hold(session, case_id)
    await require_may_add(session, case, principal)
    await _require_room(session, case.id, files)
    where = Where(
        adding.kind,
        adding.origin,
        case_id=case.id,
        conversation_id=case.conversation_id,
        step=case.status,
        by=principal.user_id,
        by_name=principal.display_name or principal.name,
    )
    added = []
    for place, file in enumerate(files):
        name = await fields.protected(session, case, service.shown_name(file))
        added.append(await service.keep(session, file, where, name=name, now=now, place=place))
        await note(session, case, Entry.ATTACHMENT_ADDED, principal, added[-1], now)
    return added


async def note(
    session: AsyncSession, case: Case, kind: Entry, principal: Principal, attachment: Attachment, now: datetime
) -> None:
    detail: dict[str, object] = {
        "attachment_id": str(attachment.id),
        "kind": attachment.kind,
        "sha256": attachment.sha256,
    }
    await filing.noted(session, case, kind, principal, now=now, detail=detail)


async def visible(session: AsyncSession, case: Case, attachment_id: UUID) -> Attachment:
    """The caller sees the case; of another case it is not there."""
    found = await queries.one_of(session, case.id, attachment_id)
    if found is None:
        raise AttachmentNotFound
    return found


async def opened(
    session: AsyncSession, case: Case, attachment_id: UUID, *, principal: Principal, now: datetime
) -> tuple[Attachment, Content]:
    """Whoever takes a copy leaves a line in the audit. A recording has rules of its own (see `recordings`)."""
    attachment = await visible(session, case, attachment_id)
    content = service.openable(session, attachment)
    await read(session, case, attachment, Entry.ATTACHMENT_READ, principal, now=now)
    return attachment, content


async def read(
    session: AsyncSession, case: Case, attachment: Attachment, event: Entry, principal: Principal, *, now: datetime
) -> None:
    await audit.record(
        session,
        chain=f"case:{case.id}",
        event=event,
        actor=principal.actor,
        object=case.number,
        now=now,
        detail={"attachment_id": str(attachment.id)},
    )


async def remove(
    session: AsyncSession, case: Case, attachment_id: UUID, reason: str, *, principal: Principal, now: datetime
) -> None:
    case = await cases.hold(session, case.id)
    await steering.require(session, case, principal)
    attachment = await visible(session, case, attachment_id)
    if await evidence.rests_on(session, attachment.id):
        raise UsedAsEvidence
    await service.remove(
        session,
        attachment,
        reason=await fields.protected(session, case, reason),
        by_name=principal.display_name or principal.name,
        now=now,
    )
    await note(session, case, Entry.ATTACHMENT_REMOVED, principal, attachment, now)


async def listed(session: AsyncSession, case: Case) -> AttachmentList:
    found = await queries.of_case(session, case.id)
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {}) if found else {}
    return AttachmentList(number=case.number, items=[view(session, each, masks) for each in found])


async def viewed(session: AsyncSession, case: Case, attachments: Sequence[Attachment]) -> AttachmentList:
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return AttachmentList(number=case.number, items=[view(session, each, masks) for each in attachments])


def view(session: AsyncSession, each: Attachment, masks: Mapping[str, str]) -> AttachmentView:
    required = service.policy_of(session).required
    return AttachmentView(
        id=each.id,
        version=each.version,
        kind=Kind(each.kind),
        kind_label=LABELS[Kind(each.kind)],
        origin=Origin(each.origin),
        origin_label=ORIGINS[Origin(each.origin)],
        step=each.step,
        step_label=STATUS_LABELS[Status(each.step)] if each.step else None,
        name=customers.rendered(each.name, dict(masks)),
        content_type=each.content_type,
        size=each.size,
        sha256=each.sha256,
        scan=Scan(each.scan),
        scan_label=SCANS[Scan(each.scan)],
        openable=each.purged_at is None and may_open(Scan(each.scan), required=required),
        purged=each.purged_at is not None,
        has_preview=each.preview_as is not None and each.scan != Scan.INFECTED,
        message_id=each.message_id,
        added_at=each.added_at,
        added_by=each.added_by_name,
    )
