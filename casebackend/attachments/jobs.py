"""What the worker does for files: scan, preview, collect orphans, give up what is past its time."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.model import Attachment
from casebackend.attachments.ports import Verdict
from casebackend.attachments.previews import preview
from casebackend.attachments.rules import Scan, may_purge
from casebackend.attachments.sealing import Broken, Opened, new_key
from casebackend.attachments.service import PREVIEW_KEY, TABLE, Content, content_of, hold, sealer_of, store_of
from casebackend.attachments.store import Incoming, Store
from casebackend.calendar.rules import local_date
from casebackend.outbox import service as outbox

AT_ONCE = 20
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)
NAMES_AT_ONCE = 500


async def to_scan(session: AsyncSession, *, now: datetime) -> list[tuple[UUID, Content]]:
    found = await session.scalars(
        select(Attachment)
        .where(Attachment.scan == Scan.WAITING, Attachment.scan_next_at <= now)
        .order_by(Attachment.scan_next_at, Attachment.id)
        .limit(AT_ONCE)
    )
    return [(each.id, content_of(session, each)) for each in found]


async def scanned(session: AsyncSession, attachment_id: UUID, verdict: Verdict, *, now: datetime) -> None:
    attachment = await hold(session, attachment_id)
    if attachment.scan != Scan.WAITING:
        return
    attachment.scan = Scan.CLEAN if verdict.found is None else Scan.INFECTED
    attachment.scan_at, attachment.scan_found, attachment.scan_next_at = now, verdict.found, None
    if verdict.found is not None:
        attachment.previewed_at = now
    await session.flush()
    if verdict.found is not None:
        outbox.emit(session, "attachment.infected", {"attachment_id": str(attachment.id)}, now=now)


async def not_scanned(session: AsyncSession, attachment_id: UUID, *, now: datetime) -> None:
    """The scanner is away: the file waits, ever longer, and nothing of it is lost."""
    attachment = await hold(session, attachment_id)
    if attachment.scan == Scan.WAITING:
        wait = min(FIRST_WAIT * 2 ** min(attachment.scan_tries, 8), LONGEST_WAIT)
        attachment.scan_tries += 1
        attachment.scan_next_at = now + wait
        await session.flush()


async def to_preview(session: AsyncSession, *, now: datetime) -> list[tuple[UUID, str, Content]]:
    """Pictures and documents that may be opened and were not looked at yet."""
    found = await session.scalars(
        select(Attachment)
        .where(
            Attachment.previewed_at.is_(None),
            or_(Attachment.scan == Scan.CLEAN, Attachment.scan == Scan.UNSCANNED),
            Attachment.purged_at.is_(None),
        )
        .limit(AT_ONCE)
    )
    return [(each.id, each.content_type, content_of(session, each)) for each in found]


@dataclass(frozen=True, slots=True)
class Small:
    """A preview that lies in the store; None where there can be none."""

    stored_as: str | None
    key: bytes


async def made_small(content: Content, content_type: str) -> Small:
    return await asyncio.to_thread(_made_small, content, content_type)


def _made_small(content: Content, content_type: str) -> Small:
    try:
        with content.opened().buffered() as original:
            made = preview(original, content_type)
    except Broken:
        made = None
    key = new_key()
    if made is None:
        return Small(None, key)
    file = content.store.begin(content.identity, key)
    file.write(made)
    _placed(content.store, file)
    return Small(file.stored_as, key)


def _placed(store: Store, file: Incoming) -> None:
    file.ended()
    file.synced()
    store.place(file)
    store.sync_folder(file.stored_as)


async def previewed(session: AsyncSession, attachment_id: UUID, small: Small, *, now: datetime) -> None:
    attachment = await hold(session, attachment_id)
    attachment.previewed_at = now
    if small.stored_as is not None:
        key = base64.b64encode(small.key).decode()
        attachment.preview_as = small.stored_as
        attachment.preview_key_enc = sealer_of(session).seal(TABLE, PREVIEW_KEY, attachment.id, key)
    await session.flush()


def preview_of(session: AsyncSession, attachment: Attachment) -> Opened | None:
    if attachment.preview_as is None or attachment.preview_key_enc is None or attachment.scan == Scan.INFECTED:
        return None
    key = base64.b64decode(sealer_of(session).open(TABLE, PREVIEW_KEY, attachment.id, attachment.preview_key_enc))
    return Opened(store_of(session).path(attachment.preview_as), key, attachment.id)


async def purge(session: AsyncSession, *, now: datetime) -> int:
    """Past its time: the key goes, so nobody can read it any more; the file is then an orphan like any other."""
    today = local_date(now)
    found = await session.scalars(
        select(Attachment)
        .where(
            Attachment.retain_until < today,
            Attachment.legal_hold.is_(False),
            Attachment.purged_at.is_(None),
        )
        .limit(AT_ONCE)
    )
    done = 0
    for each in found:
        if may_purge(retain_until=each.retain_until, legal_hold=each.legal_hold, today=today):
            each.purged_at, each.key_enc, each.preview_key_enc, each.preview_as = now, None, None, None
            done += 1
    await session.flush()
    return done


async def referred(session: AsyncSession, names: Sequence[str]) -> set[str]:
    """Of these files, those that a row still needs."""
    kept = await session.execute(
        select(Attachment.stored_as, Attachment.preview_as).where(
            or_(Attachment.stored_as.in_(names), Attachment.preview_as.in_(names)), Attachment.purged_at.is_(None)
        )
    )
    return {name for row in kept for name in row if name is not None}


async def collect(session: AsyncSession, *, now: datetime) -> int:
    """Removes files that no row needs and that are older than any request can be."""
    store = store_of(session)
    names = await asyncio.to_thread(_old_names, store, now)
    gone = 0
    for start in range(0, len(names), NAMES_AT_ONCE):
        part = names[start : start + NAMES_AT_ONCE]
        needed = await referred(session, part)
        for name in set(part) - needed:
            store.path(name).unlink(missing_ok=True)
            gone += 1
    for path in await asyncio.to_thread(lambda: list(store.abandoned(now))):
        path.unlink(missing_ok=True)
        gone += 1
    return gone


def _old_names(store: Store, now: datetime) -> list[str]:
    return [name for name in store.names() if store.is_old(store.path(name), now)]
