"""Evidence of a case: files, messages of its conversation, or where something is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.evidence import AddEvidence, EvidenceList, EvidenceView
from casebackend.audit import service as audit
from casebackend.cases import fields, filing, service, steering
from casebackend.cases.model import Case
from casebackend.cases.rules import TERMINAL, Status
from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.errors import Conflict, Unprocessable
from casebackend.evidence import queries
from casebackend.evidence import service as evidence
from casebackend.evidence.model import Evidence
from casebackend.evidence.rules import LABELS, Kind
from casebackend.timeline.rules import Kind as Entry


class CaseSealed(Conflict):
    slug, title = "case-sealed", "投诉已归档或作废"

    def __init__(self) -> None:
        super().__init__("已归档或作废的投诉不能再增加证据")


class NotItsMessage(Unprocessable):
    slug, title = "not-its-message", "不是这件投诉的会话消息"

    def __init__(self) -> None:
        super().__init__("请从这件投诉的会话中选择消息；会话消息不能同时上传文件")


class FromTheFuture(Unprocessable):
    slug, title = "from-the-future", "取得时间晚于现在"

    def __init__(self) -> None:
        super().__init__("请核对证据的取得时间")


async def add(
    session: AsyncSession, case_id: UUID, command: AddEvidence, *, principal: Principal, now: datetime
) -> Evidence:
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
        await _take_message(session, case, piece, command)
    content = evidence.decoded(command.content_base64) if command.content_base64 is not None else None
    await evidence.attach(session, piece, content)
    detail: dict[str, object] = {"evidence_id": str(piece.id), "kind": piece.kind, "sha256": piece.sha256}
    await filing.noted(session, case, Entry.EVIDENCE_ADDED, principal, now=now, detail=detail)
    return piece


async def _take_message(session: AsyncSession, case: Case, piece: Evidence, command: AddEvidence) -> None:
    message = await session.get(Message, command.message_id)
    if message is None or message.conversation_id != case.conversation_id or command.content_base64 is not None:
        raise NotItsMessage
    piece.message_id, piece.sha256 = message.id, evidence.digest(message.text.encode())
    piece.received_at = message.received_at or message.at


async def opened(
    session: AsyncSession, case: Case, evidence_id: UUID, *, principal: Principal, now: datetime
) -> tuple[Evidence, bytes]:
    """Whoever takes a copy leaves a trace in the audit."""
    piece, content = await evidence.content(session, case.id, evidence_id)
    await audit.record(
        session,
        chain=f"case:{case.id}",
        event=Entry.EVIDENCE_READ,
        actor=principal.actor,
        object=case.number,
        now=now,
        detail={"evidence_id": str(piece.id)},
    )
    return piece, content


async def listed(session: AsyncSession, case: Case) -> EvidenceList:
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return EvidenceList(
        number=case.number, items=[view(piece, masks) for piece in await queries.of_case(session, case.id)]
    )


def view(piece: Evidence, masks: dict[str, str]) -> EvidenceView:
    return EvidenceView(
        id=piece.id,
        kind=Kind(piece.kind),
        kind_label=LABELS[Kind(piece.kind)],
        title=customers.rendered(piece.title, masks),
        source=customers.rendered(piece.source, masks),
        message_id=piece.message_id,
        content_type=piece.content_type,
        size=piece.size,
        sha256=piece.sha256,
        received_at=piece.received_at,
        added_at=piece.added_at,
        added_by=piece.added_by_name,
        has_file=piece.content_type is not None,
    )
