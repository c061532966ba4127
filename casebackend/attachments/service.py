"""Attachments as such: kept, found again, opened, taken away. Whose case it is, is for those above."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.allowlist import may_be_shown
from casebackend.attachments.errors import (
    AttachmentNotFound,
    FileChanged,
    FilePurged,
    HeldByLaw,
    NotClean,
    Quarantined,
    SourceKept,
)
from casebackend.attachments.holds import is_held
from casebackend.attachments.model import Attachment
from casebackend.attachments.receiving import Received
from casebackend.attachments.rules import Kind, Origin, Scan, may_open, normalised
from casebackend.attachments.sealing import Broken, Opened, Sealer
from casebackend.attachments.store import Store
from casebackend.database import locked
from casebackend.failpoints import failpoint
from casebackend.outbox import service as outbox

TABLE, KEY, PREVIEW_KEY = "attachments", "key_enc", "preview_key_enc"
PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Policy:
    """`scanned`: a scanner is configured. `required`: what it has not called clean is not opened."""

    scanned: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Where:
    """What a file belongs to."""

    kind: Kind = Kind.FILE
    origin: Origin = Origin.STAFF
    case_id: UUID | None = None
    conversation_id: UUID | None = None
    step: str | None = None
    by: UUID | None = None
    by_name: str = ""
    retain_until: date | None = None


def store_of(session: AsyncSession) -> Store:
    held: Store = session.info["files"]
    return held


def policy_of(session: AsyncSession) -> Policy:
    held: Policy = session.info["scanning"]
    return held


def sealer_of(session: AsyncSession) -> Sealer:
    held: Sealer = session.info["vault"]
    return held


async def keep(
    session: AsyncSession, file: Received, where: Where, *, name: str, now: datetime, place: int = 0
) -> Attachment:
    """The row of a file that lies in the store already. `name` is tokenised and normalised by the caller. `place`
    orders what came in one request."""
    sealed = sealer_of(session).seal(TABLE, KEY, file.identity, base64.b64encode(file.key).decode())
    waits = policy_of(session).scanned or policy_of(session).required
    attachment = Attachment(
        id=file.identity,
        case_id=where.case_id,
        conversation_id=where.conversation_id,
        kind=where.kind,
        origin=where.origin,
        step=where.step,
        name=name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        stored_as=file.stored_as,
        key_enc=sealed,
        scan=Scan.WAITING if waits else Scan.UNSCANNED,
        scan_next_at=now if waits else None,
        previewed_at=None if may_be_shown(file.content_type) else now,
        added_at=now + timedelta(microseconds=place),
        added_by=where.by,
        added_by_name=where.by_name,
        retain_until=where.retain_until,
        legal_hold=await is_held(session, where.case_id, where.conversation_id),
    )
    session.add(attachment)
    await session.flush()
    outbox.emit(session, "attachment.kept", {"attachment_id": str(attachment.id)}, now=now)
    await failpoint("attachment.before_commit")
    return attachment


def shown_name(file: Received) -> str:
    return normalised(file.name, file.extension)


def key_of(session: AsyncSession, attachment: Attachment) -> bytes:
    if attachment.key_enc is None:
        raise FilePurged
    return base64.b64decode(sealer_of(session).open(TABLE, KEY, attachment.id, attachment.key_enc))


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one attachment, to be read outside a transaction."""

    store: Store
    stored_as: str
    key: bytes
    identity: UUID
    size: int
    sha256: str

    def opened(self) -> Opened:
        try:
            return Opened(self.store.path(self.stored_as), self.key, self.identity)
        except (OSError, Broken):
            raise FileChanged from None

    def is_whole(self) -> bool:
        """Every byte is read; to be called in a thread."""
        digest = hashlib.sha256()
        try:
            with self.opened() as file:
                while piece := file.read(PIECE):
                    digest.update(piece)
        except (Broken, FileChanged, OSError):
            return False
        return digest.hexdigest() == self.sha256

    async def require_whole(self) -> None:
        if not await asyncio.to_thread(self.is_whole):
            raise FileChanged

    async def pieces(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """From `start` up to, not with, `end`."""
        end = self.size if end is None else min(end, self.size)
        with self.opened() as file:
            while start < end:
                try:
                    piece = await asyncio.to_thread(file.part, start, end - start)
                except Broken:
                    raise FileChanged from None
                yield piece
                start += len(piece)


def content_of(session: AsyncSession, attachment: Attachment) -> Content:
    """For the system itself; a person goes through `openable`."""
    return Content(
        store_of(session), attachment.stored_as, key_of(session, attachment), attachment.id, attachment.size,
        attachment.sha256,
    )  # fmt: skip


def openable(session: AsyncSession, attachment: Attachment) -> Content:
    """The bytes for a person who may see it, or the reason why not."""
    if attachment.purged_at is not None:
        raise FilePurged
    scan = Scan(attachment.scan)
    if scan is Scan.INFECTED:
        raise Quarantined
    if not may_open(scan, required=policy_of(session).required):
        raise NotClean
    return content_of(session, attachment)


async def hold(session: AsyncSession, attachment_id: UUID) -> Attachment:
    found = await locked(session, Attachment, attachment_id)
    if found is None:
        raise AttachmentNotFound
    return found


async def remove(session: AsyncSession, attachment: Attachment, *, reason: str, by_name: str, now: datetime) -> None:
    """Out of sight, with a reason; the file stays until its time is over. `reason` is tokenised by the caller."""
    if attachment.removed_at is not None:
        raise AttachmentNotFound
    if Kind(attachment.kind) is not Kind.FILE:
        raise SourceKept
    if attachment.legal_hold:
        raise HeldByLaw
    attachment.removed_at, attachment.removed_by_name, attachment.removed_reason = now, by_name, reason
    await session.flush()
