"""A piece of evidence may rest on a file; the file itself is an attachment of the case."""

import base64
import binascii
import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.model import Attachment
from casebackend.errors import NotFound, Unprocessable
from casebackend.evidence.model import Evidence
from casebackend.evidence.rules import Kind, suits


class EvidenceNotFound(NotFound):
    slug = "evidence-not-found"

    def __init__(self) -> None:
        super().__init__("没有这份证据，或没有上传文件")


class FileUnusable(Unprocessable):
    slug, title = "file-unusable", "文件不能使用"

    def __init__(self) -> None:
        super().__init__("没有收到可以使用的文件；录音证据须为录音或录像文件")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FileUnusable from None


def require_suitable(kind: str, content_type: str) -> None:
    if not suits(Kind(kind), content_type):
        raise FileUnusable


def rest_on(evidence: Evidence, attachment: Attachment) -> None:
    """Type, size and hash stay on the piece too: they are what was shown when it was registered."""
    require_suitable(evidence.kind, attachment.content_type)
    evidence.attachment_id = attachment.id
    evidence.content_type, evidence.size, evidence.sha256 = attachment.content_type, attachment.size, attachment.sha256


async def file_of(session: AsyncSession, case_id: UUID, evidence_id: UUID) -> UUID:
    """The attachment that a piece of this case rests on."""
    evidence = await session.get(Evidence, evidence_id)
    if evidence is None or evidence.case_id != case_id or evidence.attachment_id is None:
        raise EvidenceNotFound
    return evidence.attachment_id
