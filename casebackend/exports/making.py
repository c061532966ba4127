"""From a question that may be answered to a sealed file: small ones with the question, larger ones by the worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.attachments.store import Store
from casebackend.calendar.rules import local_date
from casebackend.exports import errors, gathering, queries, rules, selection, service, sheets, words
from casebackend.exports.gathering import Reading
from casebackend.exports.model import Export
from casebackend.exports.rules import Format, Kind, Mark, State
from casebackend.exports.selection import Selection
from casebackend.exports.service import Stored
from casebackend.staff.model import User

UPLOADS = "upload_limits"


class AskerGone(Exception):
    """The account of whoever asked is closed, or his rights are not those that were approved."""


@dataclass(frozen=True, slots=True)
class Work:
    """All that the making needs, so that it can go on outside a transaction."""

    export: Export
    chosen: Selection
    said: list[str]
    asker: Principal
    store: Store


async def at_once(session: AsyncSession, export: Export, *, now: datetime) -> None:
    """Within the transaction of the question, where few rows are asked for and nobody has to approve them."""
    allowed = await queries.limits(session, now)
    if export.state != State.QUEUED or export.rows > allowed.at_once_rows:
        return

    @asynccontextmanager
    async def read() -> AsyncIterator[AsyncSession]:
        yield session

    work = await work_of(session, export, now=now)
    file = await made(read, work, now=now)
    await service.ready(session, export, file, allowed, now=now, actor=work.asker.actor)


async def work_of(session: AsyncSession, export: Export, *, now: datetime) -> Work:
    user = await session.get_one(User, export.user_id)
    asker = await service.asker_of(session, user, now)
    if not user.active or service.digest_of(asker) != export.seen_as:
        raise AskerGone
    try:
        service.require_may(Kind(export.kind), asker)
    except errors.NotYourExport:
        raise AskerGone from None
    store, limits = service.store_of(session), session.info.get(UPLOADS)
    if limits is not None and await asyncio.to_thread(store.free_bytes) < limits.reserve_bytes:
        raise errors.NoRoom
    pairs = queries.pairs_of(session, export)
    chosen = selection.read(
        Kind(export.kind), export.report, queries.query_of(session, export), today=local_date(export.asked_at)
    )
    return Work(export, chosen, await words.for_people(session, pairs, queries.EXTRA), asker, store)


async def made(read: Reading, work: Work, *, now: datetime) -> Stored:
    """At most as many rows as were asked for, and so approved; the file says when there would be more."""
    export = work.export
    tables, matched = await gathering.gathered(
        read, work.asker, work.chosen, as_of=export.asked_at, now=now, most=export.rows
    )
    written = len(tables[-1].rows) if gathering.is_list(work.chosen) else matched
    mark = Mark(export.number, export.user_name, export.staff_no, now, export.purpose)
    lines = [f"导出范围：{export.title}；{'；'.join(work.said) or '全部'}；共 {written} 行"]
    more = rules.outgrown(export.rows, matched) if gathering.is_list(work.chosen) else None
    lines += [more] if more else []
    if export.decided_by_name:
        lines.append(f"审批：{export.decided_by_name}，批准 {export.rows} 行")
    fill = partial(sheets.write, Format(export.format), mark, lines, tables)
    return await asyncio.to_thread(service.stored, work.store, export.id, fill, written=written, matched=matched)
