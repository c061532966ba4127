"""Whether each file is still what was taken in: `python -m casebackend attachments verify`."""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.model import Attachment
from casebackend.attachments.service import content_of, store_of
from casebackend.attachments.store import Store, disk_hash

PAGE = 200


async def _kept(session: AsyncSession) -> AsyncIterator[Attachment]:
    last = None
    while True:
        query = select(Attachment).where(Attachment.purged_at.is_(None)).order_by(Attachment.id).limit(PAGE)
        page = (await session.scalars(query if last is None else query.where(Attachment.id > last))).all()
        for each in page:
            yield each
        if len(page) < PAGE:
            return
        last = page[-1].id
        session.expunge_all()


async def missing(session: AsyncSession) -> list[str]:
    """Rows without their file; a look at names only."""
    store = store_of(session)
    names = await session.execute(select(Attachment.id, Attachment.stored_as).where(Attachment.purged_at.is_(None)))
    rows = [(row.id, row.stored_as) for row in names]
    return await asyncio.to_thread(
        lambda: [
            f"附件 {identity} 的文件不在存储中：{_place(name)}"
            for identity, name in rows
            if not store.path(name).exists()
        ]
    )


async def verify(session: AsyncSession) -> list[str]:
    """Every byte is read: the name says what lies on the disk, the row what it means. Each fault says which file: the
    same one lies under the same name in every backup."""
    store, broken = store_of(session), []
    async for each in _kept(session):
        content = content_of(session, each)
        fault, name = await asyncio.to_thread(_fault_of_disk, store, each.stored_as), each.stored_as
        if fault is None and not await asyncio.to_thread(content.is_whole):
            fault = "内容与登记的校验值不一致"
        if fault is None and each.preview_as is not None:
            fault, name = await asyncio.to_thread(_fault_of_disk, store, each.preview_as), each.preview_as
        if fault is not None:
            broken.append(f"附件 {each.id}：{fault}：{_place(name)}")
    return broken


def _place(name: str) -> str:
    return f"attachments/files/{name[:2]}/{name}"


def _fault_of_disk(store: Store, name: str) -> str | None:
    path = store.path(name)
    try:
        return None if disk_hash(path) == name else "文件已损坏或被改动"
    except OSError:
        return "文件不在存储中或读不出来"
