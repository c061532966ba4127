"""A file is looked at first; only what was looked at is applied, by its hash, and only while it still means that."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.api.organisations import ChangeUnit, CreateUnit
from casebackend.api.people import ChangeUser, CreateUser, Leave
from casebackend.audit import service as audit
from casebackend.database import locked, one_at_a_time
from casebackend.errors import NotFound
from casebackend.notices.thresholds import in_force
from casebackend.organisations import changing, queries
from casebackend.organisations.model import Organisation
from casebackend.organisations.rules import local_date
from casebackend.people import accounts, errors, files, leaving, person_differences, restructuring, unit_differences
from casebackend.people.differences import Difference
from casebackend.people.files import LEVELS, FileKind, Parsed, Row, listed
from casebackend.people.model import ImportRun
from casebackend.staff.model import User

OPERATOR = Principal(Kind.SERVICE, "operator", frozenset(), display_name="命令行导入")
PERCENT, FREE = "import.gone_percent", "import.gone_free"


class ImportUnknown(NotFound):
    slug = "import-unknown"

    def __init__(self) -> None:
        super().__init__("没有这次导入")


async def check(session: AsyncSession, content: bytes, *, by: Principal, now: datetime) -> ImportRun:
    """Changes nothing of units and people. The report says all that applying would do, and what is wrong, by line."""
    parsed, found = await _looked_at(session, content)
    run = ImportRun(
        kind=parsed.kind,
        sha256=files.sha256(content),
        content=content,
        report=await _report(session, parsed, found, now),
        checked_by=by.actor,
        checked_at=now,
    )
    session.add(run)
    await session.flush()
    await _audit(session, "import.checked", run, by, now)
    return run


async def apply(session: AsyncSession, run_id: UUID, sha256: str, *, by: Principal, now: datetime) -> ImportRun:
    await one_at_a_time(session, "people")
    run = await locked(session, ImportRun, run_id)
    if run is None:
        raise ImportUnknown
    if run.applied_at is not None or run.content is None or run.sha256 != sha256:
        raise errors.NotChecked
    parsed, found = await _looked_at(session, run.content)
    await _require_not_too_many(session, parsed, found, now)
    if await _report(session, parsed, found, now) != run.report:
        raise errors.ChangedMeanwhile
    await APPLIED[parsed.kind](session, found, f"文件导入 {run.sha256[:12]}", by, now)
    run.applied_by, run.applied_at, run.content = by.actor, now, None
    await session.flush()
    await _audit(session, "import.applied", run, by, now)
    return run


async def checked(session: AsyncSession, sha256: str) -> ImportRun:
    """The last look at this very file that was not applied yet."""
    query = select(ImportRun).where(ImportRun.sha256 == sha256, ImportRun.applied_at.is_(None))
    found: ImportRun | None = await session.scalar(query.order_by(ImportRun.checked_at.desc()).limit(1))
    if found is None:
        raise errors.NotChecked
    return found


async def run(session: AsyncSession, run_id: UUID) -> ImportRun:
    found = await session.get(ImportRun, run_id)
    if found is None:
        raise ImportUnknown
    return found


async def _looked_at(session: AsyncSession, content: bytes) -> tuple[Parsed, Difference]:
    try:
        parsed = files.parsed(content)
    except files.Unreadable as refusal:
        raise errors.FileUnreadable(str(refusal)) from None
    looks = {FileKind.UNITS: unit_differences.of_units, FileKind.PEOPLE: person_differences.of_people}
    return parsed, await looks[parsed.kind](session, parsed)


async def _report(session: AsyncSession, parsed: Parsed, found: Difference, now: datetime) -> dict[str, Any]:
    refused = None
    try:
        await _require_not_too_many(session, parsed, found, now)
    except errors.TooManyGone as refusal:
        refused = refusal.detail
    bad = [{"line": line, "why": why} for line, why in sorted(parsed.bad)]
    return found.told() | {"bad": bad, "unnamed": parsed.unnamed, "refused": refused}


async def _require_not_too_many(session: AsyncSession, parsed: Parsed, found: Difference, now: datetime) -> None:
    """A file that ends too early must not close half a bank. Also what is blocked is missing from the file."""
    limits, gone = await in_force(session, now), len(found.gone) + len(found.blocked)
    percent = limits.number(PERCENT)
    if gone > limits.number(FREE) and gone * 100 > found.known * percent:
        raise errors.TooManyGone(files.KIND_NAMES[parsed.kind], gone, found.known, percent)


async def _apply_units(session: AsyncSession, found: Difference, reason: str, by: Principal, now: datetime) -> None:
    today, said = local_date(now), restructuring.by_of(by)
    for row in found.todo:
        values = row.values
        above = await queries.by_code(session, values["parent"]) if values.get("parent") else None
        unit = await queries.by_code(session, values["code"])
        names: dict[str, Any] = {"name": values["name"], "short_name": values["short_name"]}
        if "aliases" in values:
            names["aliases"] = listed(values["aliases"])
        level: Any = LEVELS[values["level"]]
        dated: dict[str, Any] = {"effective_from": today, "reason": reason}
        if unit is None and above is not None:
            create = CreateUnit(code=values["code"], level=level, parent_id=above.id, **names, **dated)
            await changing.create(session, create, by=said, now=now)
            continue
        if unit is None:
            continue
        if any(value != getattr(unit, name) for name, value in names.items()):
            await changing.change(session, unit, ChangeUnit(change="rename", **names, **dated), by=said, now=now)
        if above is not None and (above.id != unit.parent_id or level != unit.level):
            move = ChangeUnit(change="move", parent_id=above.id, level=level, **dated)
            await changing.change(session, unit, move, by=said, now=now)
    for each in found.gone:
        unit = await queries.by_code(session, each["code"])
        if unit is not None:
            close = ChangeUnit(change="close", effective_from=today, reason=reason)
            await restructuring.change(session, unit, close, by=by, now=now)


async def _apply_people(session: AsyncSession, found: Difference, reason: str, by: Principal, now: datetime) -> None:
    """New ones first, so that they can be somebody's superior; who is gone hands his work to the pool."""
    for row in found.todo:
        if await _person(session, row.values["staff_no"]) is None:
            create = CreateUser(
                login=row.values["login"],
                display_name=row.values["display_name"],
                staff_no=row.values["staff_no"],
                organisation_id=await _unit_id(session, row),
                **person_differences.given(row),
            )
            await accounts.create(session, create, by=by, now=now)
    for row in found.todo:
        user = await _person(session, row.values["staff_no"])
        if user is not None:
            await _change_person(session, user, row, by, now)
    for each in found.gone:
        user = await _person(session, each["code"])
        if user is not None:
            await leaving.leave(session, user, Leave(reason=reason), by=by, now=now)


async def _change_person(session: AsyncSession, user: User, row: Row, by: Principal, now: datetime) -> None:
    kept: dict[str, Any] = {name: getattr(user, name) for name in ("email", "mobile", "skills", "superior_id")}
    if "superior" in row.values:
        above = await _person(session, row.values["superior"]) if row.values["superior"] else None
        kept["superior_id"] = above.id if above else None
    wanted = kept | person_differences.given(row)
    command = ChangeUser(
        display_name=row.values["display_name"], organisation_id=await _unit_id(session, row), **wanted
    )
    await accounts.change(session, user, command, by=by, now=now)


async def _person(session: AsyncSession, staff_no: str) -> User | None:
    found: User | None = await session.scalar(select(User).where(User.staff_no == staff_no).with_for_update())
    return found


async def _unit_id(session: AsyncSession, row: Row) -> UUID | None:
    return await session.scalar(select(Organisation.id).where(Organisation.code == row.values["unit"]))


type Applying = Callable[[AsyncSession, Difference, str, Principal, datetime], Awaitable[None]]
APPLIED: dict[FileKind, Applying] = {FileKind.UNITS: _apply_units, FileKind.PEOPLE: _apply_people}


async def _audit(session: AsyncSession, event: str, run: ImportRun, by: Principal, now: datetime) -> None:
    counts = {name: len(run.report[name]) for name in ("new", "changed", "moved", "gone", "blocked", "bad")}
    detail: dict[str, object] = {"sha256": run.sha256, "kind": run.kind, **counts}
    subject = f"import:{run.id}"
    await audit.record(session, chain="people", event=event, actor=by.actor, object=subject, now=now, detail=detail)
