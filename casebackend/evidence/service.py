import base64
import binascii
import hashlib
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers.service import vault
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.evidence.model import Evidence, EvidenceFile
from casebackend.evidence.rules import EXTENSIONS, LARGEST, Kind, suits, type_of

TABLE, COLUMN = "evidence_files", "content_enc"


class EvidenceNotFound(NotFound):
    slug = "evidence-not-found"

    def __init__(self) -> None:
        super().__init__("没有这份证据，或没有上传文件")


class FileUnusable(Unprocessable):
    slug, title = "file-unusable", "文件不能使用"

    def __init__(self) -> None:
        super().__init__("请上传1.5MB以内的PDF、PNG、JPEG、WAV、MP3或文本文件；录音须为WAV或MP3")


class EvidenceChanged(Conflict):
    slug, title = "evidence-changed", "证据文件与登记的校验值不一致"

    def __init__(self) -> None:
        super().__init__("文件可能已被改动，请联系系统管理员")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FileUnusable from None


async def attach(session: AsyncSession, evidence: Evidence, content: bytes | None) -> None:
    """Stores the piece with its file, if there is one: size, type and hash are ours, not the sender's."""
    if content is not None:
        found = type_of(content)
        if found is None or len(content) > LARGEST or not suits(Kind(evidence.kind), found):
            raise FileUnusable
        evidence.content_type, evidence.size, evidence.sha256 = found, len(content), digest(content)
    session.add(evidence)
    await session.flush()
    if content is not None:
        sealed = vault(session).seal(TABLE, COLUMN, evidence.id, base64.b64encode(content).decode())
        session.add(EvidenceFile(evidence_id=evidence.id, content_enc=sealed))
        await session.flush()


async def content(session: AsyncSession, case_id: UUID, evidence_id: UUID) -> tuple[Evidence, bytes]:
    evidence = await session.get(Evidence, evidence_id)
    file = await session.get(EvidenceFile, evidence_id)
    if evidence is None or file is None or evidence.case_id != case_id:
        raise EvidenceNotFound
    opened = base64.b64decode(vault(session).open(TABLE, COLUMN, evidence_id, file.content_enc))
    if digest(opened) != evidence.sha256:
        raise EvidenceChanged
    return evidence, opened


def file_name(evidence: Evidence) -> str:
    """Without words of anybody: a title may name a person."""
    return f"evidence-{evidence.id.hex[:12]}.{EXTENSIONS.get(evidence.content_type or '', 'bin')}"
