"""Units come, change their name and place, merge and go; each change with its day, who and why. Nothing is deleted."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.api.organisations import ChangeUnit, CreateUnit
from casebackend.database import locked, one_at_a_time
from casebackend.errors import DomainError
from casebackend.organisations import errors, places, queries, versions
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.organisations.rules import FIRST_DAY, Change, local_date
from casebackend.organisations.versions import By
from casebackend.outbox import service as outbox

# Raises where somebody or something is still in the unit: those above know.
type Closable = Callable[[AsyncSession, UUID], Awaitable[None]]


async def hold(session: AsyncSession, unit_id: UUID) -> Organisation:
    """The unit, locked. Changes of the tree wait for one another, so that no two of them make a ring."""
    await one_at_a_time(session, "organisations")
    unit = await locked(session, Organisation, unit_id)
    if unit is None:
        raise errors.UnitUnknown
    return unit


async def create(session: AsyncSession, command: CreateUnit, *, by: By, now: datetime) -> Organisation:
    await one_at_a_time(session, "organisations")
    if await queries.by_code(session, command.code) is not None:
        raise errors.CodeTaken
    above = await places.open_unit(session, command.parent_id)
    places.require_place(command.level, above)
    unit = Organisation(
        id=uuid4(),
        code=command.code,
        name=command.name,
        short_name=command.short_name,
        level=command.level,
        parent_id=above.id,
        aliases=list(command.aliases),
        version=1,
    )
    if command.effective_from > local_date(now):
        unit.closed_on = FIRST_DAY
    session.add(unit)
    await session.flush()
    row = versions.row(unit, Change.CREATE, command.effective_from, command.reason, by, seq=1, now=now)
    row.closed = False
    await _keep(session, unit, row, by, now)
    return unit


async def change(session: AsyncSession, unit: Organisation, command: ChangeUnit, *, by: By, now: datetime) -> None:
    """`unit` is held. Of today or before it holds at once, of a later day from that day on."""
    if unit.closed_on is not None:
        raise errors.UnitClosed
    last = await versions.last(session, unit.id)
    if last is not None and last.applied_at is None:
        raise errors.ChangePlanned(last.effective_from)
    if last is not None and command.effective_from < last.effective_from:
        raise errors.TooEarly(last.effective_from)
    if last is None:
        last = versions.row(
            unit, Change.AS_BEFORE, FIRST_DAY, "", by, seq=await versions.count(session, unit.id) + 1, now=now
        )
        last.applied_at = now
        session.add(last)
    seq = await versions.count(session, unit.id) + 1
    kind = Change(command.change)
    row = versions.row(unit, kind, command.effective_from, command.reason, by, seq=seq, now=now)
    await _wanted(session, unit, kind, command, row)
    same = ("name", "short_name", "aliases", "parent_id", "level", "closed")
    if all(getattr(row, name) == getattr(last, name) for name in same):
        raise errors.NothingToChange
    await _keep(session, unit, row, by, now)


async def cancel(session: AsyncSession, unit: Organisation, version_id: UUID, *, by: By, now: datetime) -> None:
    """What was planned is not done; it stays to be read."""
    row = await locked(session, OrganisationVersion, version_id)
    if row is None or row.organisation_id != unit.id:
        raise errors.UnitUnknown
    if row.applied_at is not None or row.cancelled_at is not None:
        raise errors.NotPlanned
    row.cancelled_at = now
    unit.version += 1
    await session.flush()
    await versions.audited(session, "organisation.cancelled", unit, row, by, now)


async def due(session: AsyncSession, *, now: datetime) -> list[UUID]:
    """Planned changes whose day has come, in their order."""
    found = await session.scalars(
        select(OrganisationVersion.id)
        .where(
            OrganisationVersion.applied_at.is_(None),
            OrganisationVersion.cancelled_at.is_(None),
            OrganisationVersion.effective_from <= local_date(now),
        )
        .order_by(OrganisationVersion.effective_from, OrganisationVersion.recorded_at)
    )
    return list(found)


async def apply(session: AsyncSession, version_id: UUID, *, closable: Closable, now: datetime) -> None:
    row = await session.get_one(OrganisationVersion, version_id)
    unit = await hold(session, row.organisation_id)
    await session.refresh(row)
    if row.applied_at is not None or row.cancelled_at is not None:
        return
    try:
        async with session.begin_nested():
            await places.require_still(session, unit, row)
            if row.change == Change.CLOSE:
                await closable(session, unit.id)
            await _apply(session, unit, row, now)
    except DomainError:
        # What stood in the way came after it was planned: somebody has to plan it anew.
        row.cancelled_at, unit.version = now, unit.version + 1
        await versions.audited(session, "organisation.failed", unit, row, By("service:worker", "系统"), now)


async def _wanted(
    session: AsyncSession, unit: Organisation, kind: Change, command: ChangeUnit, row: OrganisationVersion
) -> None:
    """What the command makes of the unit, written on the new row."""
    if kind is Change.RENAME:
        if not (command.name or command.short_name or command.aliases is not None):
            raise errors.ChangeIncomplete("请填写新的名称、简称或俗称")
        row.name, row.short_name = command.name or unit.name, command.short_name or unit.short_name
        row.aliases = unit.aliases if command.aliases is None else list(command.aliases)
    elif kind is Change.MOVE:
        if command.parent_id is None:
            raise errors.ChangeIncomplete("请选择新的上级机构")
        above = await places.open_unit(session, command.parent_id)
        row.level, row.parent_id = command.level or unit.level, above.id
        await places.require_no_ring(session, unit, above)
        places.require_place(row.level, above)
    else:
        row.closed = True
        if kind is Change.MERGE:
            if command.successor_id is None:
                raise errors.ChangeIncomplete("请选择并入的机构")
            into = await places.open_unit(session, command.successor_id)
            await places.require_no_ring(session, unit, into)
            row.successor_id = row.parent_id = into.id
        elif unit.parent_id is None:
            raise errors.WrongPlace("最高一级机构不能撤销")
        else:
            await places.require_nothing_below(session, unit)


async def _keep(session: AsyncSession, unit: Organisation, row: OrganisationVersion, by: By, now: datetime) -> None:
    session.add(row)
    unit.version += 0 if row.seq == 1 else 1
    await session.flush()
    await versions.audited(session, f"organisation.{row.change}", unit, row, by, now)
    if row.effective_from <= local_date(now):
        await _apply(session, unit, row, now)


async def _apply(session: AsyncSession, unit: Organisation, row: OrganisationVersion, now: datetime) -> None:
    unit.name, unit.short_name, unit.level = row.name, row.short_name, row.level
    unit.parent_id, unit.aliases = row.parent_id, list(row.aliases)
    unit.closed_on = row.effective_from if row.closed else None
    unit.successor_id = row.successor_id
    row.applied_at = now
    if row.successor_id is not None:
        await _take_over(session, unit, row, now)
    await session.flush()
    await editions.changed(session, queries.ORGANISATIONS)
    payload: dict[str, object] = {"unit_id": str(unit.id), "change": row.change}
    outbox.emit(session, "organisation.changed", payload, now=now)


async def _take_over(session: AsyncSession, unit: Organisation, row: OrganisationVersion, now: datetime) -> None:
    """The successor is called by the old names too, and takes what stood below."""
    into = await session.get_one(Organisation, row.successor_id, with_for_update=True, populate_existing=True)
    new = [name for name in (unit.name, unit.short_name, *unit.aliases) if name not in (*into.aliases, into.name)]
    by = By(row.actor, row.actor_name)
    below = await session.scalars(
        select(Organisation).where(Organisation.parent_id == unit.id, Organisation.closed_on.is_(None))
    )
    moved = ChangeUnit(change="move", parent_id=into.id, effective_from=row.effective_from, reason=row.reason)
    named = ChangeUnit(
        change="rename", aliases=[*into.aliases, *dict.fromkeys(new)][:20], effective_from=row.effective_from,
        reason=row.reason,
    )  # fmt: skip
    await session.flush()
    for each in below.all():
        await change(session, each, moved, by=by, now=now)
    if new:
        await change(session, into, named, by=by, now=now)
