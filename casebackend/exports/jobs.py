"""What the worker does for exports: makes the larger files, and takes back what is past its time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.store import Store
from casebackend.database import locked
from casebackend.exports import queries, service
from casebackend.exports.making import AskerGone, Work, work_of
from casebackend.exports.model import Export
from casebackend.exports.rules import LEASE, MOST_TRIES, State
from casebackend.exports.service import Stored

SYSTEM = "system:worker"
AT_ONCE, NAMES_AT_ONCE = 50, 500
GONE = "申请人的账号已停用，或权限在申请之后有变更"
TIRED = "多次生成未成功，请联系系统管理员"


async def anything_to_make(session: AsyncSession, *, now: datetime) -> bool:
    due = (Export.state == State.QUEUED, Export.next_at <= now)
    return await session.scalar(select(Export.id).where(*due).limit(1)) is not None


async def claim(session: AsyncSession, *, now: datetime) -> UUID | None:
    """The one that waits longest, for as long as a lease: the attempt is counted before it is made."""
    export = await session.scalar(
        select(Export)
        .where(Export.state == State.QUEUED, Export.next_at <= now)
        .order_by(Export.next_at, Export.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if export is None:
        return None
    if export.tries >= MOST_TRIES:
        await _failed(session, export, TIRED, now)
        return None
    export.tries += 1
    export.next_at = now + LEASE
    await session.flush()
    return export.id


async def work(session: AsyncSession, export_id: UUID, *, now: datetime) -> Work | None:
    """None where whoever asked may not have it any more."""
    try:
        return await work_of(session, await session.get_one(Export, export_id), now=now)
    except AskerGone:
        return None


async def give_up(session: AsyncSession, export_id: UUID, *, now: datetime) -> None:
    export = await locked(session, Export, export_id)
    if export is not None and export.state == State.QUEUED:
        await _failed(session, export, GONE, now)


async def _failed(session: AsyncSession, export: Export, why: str, now: datetime) -> None:
    export.state, export.next_at, export.reason = State.FAILED, None, why
    await session.flush()
    await service.note(session, "export.failed", export, SYSTEM, now)
    service.told(session, export, now)


async def finish(session: AsyncSession, export_id: UUID, file: Stored, *, now: datetime) -> None:
    export = await locked(session, Export, export_id)
    if export is not None and export.state == State.QUEUED:
        service.told(session, export, now)
        await service.ready(session, export, file, await queries.limits(session, now), now=now, actor=SYSTEM)


async def expire(session: AsyncSession, *, now: datetime) -> int:
    """Past its time: the key goes, so nobody can read the file any more; the file is then an orphan. A question that
    nobody decided is over as well."""
    found = await session.scalars(
        select(Export)
        .where(Export.expires_at <= now, Export.state.in_((State.READY, State.WAITING)))
        .order_by(Export.expires_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    done = 0
    for export in found.all():
        export.state, export.key_enc, export.stored_as = State.EXPIRED, None, None
        await session.flush()
        await service.note(session, "export.expired", export, SYSTEM, now)
        done += 1
    return done


async def collect(session: AsyncSession, *, now: datetime) -> int:
    """Removes files that no row needs and that are older than any making can be."""
    store = service.store_of(session)
    names = await asyncio.to_thread(_old_names, store, now)
    orphans = set(names) - await _needed(session, names)
    return await asyncio.to_thread(_removed, [*(store.path(each) for each in orphans), *store.abandoned(now)])


def _old_names(store: Store, now: datetime) -> list[str]:
    return [name for name in store.names() if store.is_old(store.path(name), now)]


async def _needed(session: AsyncSession, names: Sequence[str]) -> set[str]:
    needed: set[str] = set()
    for start in range(0, len(names), NAMES_AT_ONCE):
        some = select(Export.stored_as).where(Export.stored_as.in_(names[start : start + NAMES_AT_ONCE]))
        needed |= {name for name in await session.scalars(some) if name is not None}
    return needed


def _removed(paths: Sequence[Path]) -> int:
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)
