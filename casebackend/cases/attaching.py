"""Evidence of a case: files, messages of its conversation, or where something is kept. Its files are attachments."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.evidence import AddEvidence, EvidenceList, EvidenceView
from casebackend.attachments import service as attachments
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Received, Receiver
from casebackend.attachments.service import Content
from casebackend.cases import enclosing, fields, filing, hearing, service, steering
from casebackend.cases.enclosing import Adding, CaseSealed
from casebackend.cases.model import Case
from casebackend.cases.rules import TERMINAL, Status
from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.errors import Unprocessable
from casebackend.evidence import queries
from casebackend.evidence import service as evidence
from casebackend.evidence.model import Evidence
from casebackend.evidence.rules import LABELS, Kind
from casebackend.timeline.rules import Kind as Entry


class NotItsMessage(Unprocessable):
    slug, title = "not-its-message", "不是这件投诉的会话消息"

    def __init__(self) -> None:
        super().__init__("请从这件投诉的会话中选择消息；会话消息不能同时上传文件")


class OneFileOnly(Unprocessable):
    slug, title = "one-file-only", "一份证据只对应一个文件"

    def __init__(self) -> None:
        super().__init__("请上传一个文件，或选择一个已有的附件，不能两者都选")


class FromTheFuture(Unprocessable):
    slug, title = "from-the-future", "取得时间晚于现在"

    def __init__(self) -> None:
        super().__init__("请核对证据的取得时间")


async def add(
    session: AsyncSession,
    case_id: UUID,
    command: AddEvidence,
    *,
    principal: Principal,
    now: datetime,
    file: Received | None = None,
) -> Evidence:
    """`file`: received already, where the request was streamed; a small one may stand in the command."""
    case = await service.hold(session, case_id)
    await steering.require(session, case, principal)
    if Status(case.status) in TERMINAL:
        raise CaseSealed
    received = command.received_at or now
    if received > now:
        raise FromTheFuture
    piece = Evidence(
        case_id=case.id,
        kind=command.kind,
        title=await fields.protected(session, case, command.title),
        source=await fields.protected(session, case, command.source),
        received_at=received,
        added_at=now,
        added_by=principal.user_id,
        added_by_name=principal.display_name or principal.name,
    )
    if (command.kind is Kind.MESSAGE) != (command.message_id is not None):
        raise NotItsMessage
    if command.message_id is not None:
        await _take_message(session, case, piece, command, file, principal)
    attachment = await _attachment(session, case, command, file, principal=principal, now=now)
    if attachment is not None:
        evidence.rest_on(piece, attachment)
    session.add(piece)
    await session.flush()
    detail: dict[str, object] = {"evidence_id": str(piece.id), "kind": piece.kind, "sha256": piece.sha256}
    await filing.noted(session, case, Entry.EVIDENCE_ADDED, principal, now=now, detail=detail)
    return piece


async def _attachment(
    session: AsyncSession,
    case: Case,
    command: AddEvidence,
    file: Received | None,
    *,
    principal: Principal,
    now: datetime,
) -> Attachment | None:
    given = [each for each in (command.content_base64, command.attachment_id, file) if each is not None]
    if len(given) > 1:
        raise OneFileOnly
    if command.attachment_id is not None:
        return await enclosing.visible(session, case, command.attachment_id)
    if command.content_base64 is not None:
        content = evidence.decoded(command.content_base64)
        limits = enclosing.limits_of(session)
        file = await Receiver(attachments.store_of(session), limits).whole(content, command.title)
    if file is None:
        return None
    evidence.require_suitable(command.kind, file.content_type)
    [added] = await enclosing.add(session, case.id, [file], Adding(), principal=principal, now=now)
    return added


async def _take_message(
    session: AsyncSession, case: Case, piece: Evidence, command: AddEvidence, file: Received | None, by: Principal
) -> None:
    message = await session.get(Message, command.message_id)
    with_file = command.content_base64 is not None or command.attachment_id is not None or file is not None
    if message is None or message.conversation_id != case.conversation_id or with_file:
        raise NotItsMessage
    if message.seq in await hearing.left_out(session, by, case.conversation_id):
        raise NotItsMessage
    piece.message_id, piece.sha256 = message.id, evidence.digest(message.text.encode())
    piece.received_at = message.received_at or message.at


async def opened(
    session: AsyncSession, case: Case, evidence_id: UUID, *, principal: Principal, now: datetime
) -> tuple[Attachment, Content]:
    """Whoever takes a copy leaves a trace in the audit."""
    attachment_id = await evidence.file_of(session, case.id, evidence_id)
    attachment = await enclosing.visible(session, case, attachment_id)
    content = attachments.openable(session, attachment)
    await enclosing.read(session, case, attachment, Entry.EVIDENCE_READ, principal, now=now)
    return attachment, content


async def listed(session: AsyncSession, case: Case) -> EvidenceList:
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return EvidenceList(
        number=case.number, items=[view(piece, masks) for piece in await queries.of_case(session, case.id)]
    )


def view(piece: Evidence, masks: Mapping[str, str]) -> EvidenceView:
    return EvidenceView(
        id=piece.id,
        kind=Kind(piece.kind),
        kind_label=LABELS[Kind(piece.kind)],
        title=customers.rendered(piece.title, dict(masks)),
        source=customers.rendered(piece.source, dict(masks)),
        message_id=piece.message_id,
        attachment_id=piece.attachment_id,
        content_type=piece.content_type,
        size=piece.size,
        sha256=piece.sha256,
        received_at=piece.received_at,
        added_at=piece.added_at,
        added_by=piece.added_by_name,
        has_file=piece.content_type is not None,
    )
