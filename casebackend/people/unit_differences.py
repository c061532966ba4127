"""What a file of units would change. Looks only."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.organisations import CreateUnit
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.organisations.rules import FIRST_DAY, stands_under
from casebackend.people.differences import Difference
from casebackend.people.files import LEVELS, Parsed, Row, listed
from casebackend.staff.model import User

NOBODY = UUID(int=0)
UNIT_FIELDS = {"name": "名称", "short_name": "简称", "aliases": "俗称"}


async def of_units(session: AsyncSession, parsed: Parsed) -> Difference:
    known = {unit.code: unit for unit in await session.scalars(select(Organisation).order_by(Organisation.code))}
    planned = set(
        await session.scalars(
            select(OrganisationVersion.organisation_id).where(
                OrganisationVersion.applied_at.is_(None), OrganisationVersion.cancelled_at.is_(None)
            )
        )
    )
    by_id = {unit.id: unit for unit in known.values()}
    found = Difference(known=sum(unit.closed_on is None for unit in known.values()))
    for row in _parents_first(parsed, known):
        unit = known.get(row.values["code"])
        if unit is None:
            found.new.append({"line": row.line, "code": row.values["code"], "name": row.values["name"]})
            found.todo.append(row)
        elif unit.id in planned:
            parsed.refuse(row, "该机构有待生效的变更，请等待生效或先撤销")
        elif not _unit_changes(found, row, unit, by_id):
            found.same += 1
    await _units_gone(session, found, parsed, known)
    return found


def _parents_first(parsed: Parsed, known: dict[str, Organisation]) -> Iterable[Row]:
    """Rows whose unit stands where it says; the others are bad. A unit comes after the one above it."""
    waiting = {row.values["code"]: row for row in parsed.rows}
    levels = {code: unit.level for code, unit in known.items() if unit.closed_on is None}
    done: set[str] = set()
    progress = True
    while waiting and progress:
        progress = False
        for code, row in list(waiting.items()):
            above = row.values.get("parent", "")
            if above in waiting:
                continue
            progress = True
            del waiting[code]
            why = _misplaced(row, above, levels, known)
            if why:
                parsed.refuse(row, why)
                continue
            levels[code] = LEVELS[row.values["level"]]
            done.add(code)
            yield row
    for row in waiting.values():
        parsed.refuse(row, "上级机构互相循环")


def _misplaced(row: Row, above: str, levels: dict[str, str], known: dict[str, Organisation]) -> str | None:
    code, level = row.values["code"], LEVELS[row.values["level"]]
    unit = known.get(code)
    if unit is not None and unit.closed_on is not None:
        return "该代码的机构已撤销，代码不能再用"
    if above and above not in levels:
        return f"上级机构代码 {above} 不存在、已撤销或所在行有误"
    if not stands_under(level, levels[above] if above else None):
        return "该层级的机构不能设在此上级机构之下"
    if unit is not None and unit.parent_id is None and above:
        return "最高一级机构不能改设在其他机构之下"
    if unit is None and not above:
        return "最高一级机构只能有一个"
    try:
        CreateUnit(
            code=code, name=row.values["name"], short_name=row.values["short_name"], level=level,  # type: ignore[arg-type]
            parent_id=NOBODY, aliases=listed(row.values.get("aliases", "")), effective_from=FIRST_DAY, reason="导入",
        )  # fmt: skip
    except ValidationError:
        return "机构代码只能用字母、数字和 . _ -，名称不超过100个字"
    return None


def _unit_changes(found: Difference, row: Row, unit: Organisation, by_id: dict[UUID, Organisation]) -> bool:
    given = {name: row.values[name] for name in ("name", "short_name")}
    wanted: dict[str, Any] = {**given}
    if "aliases" in row.values:
        wanted["aliases"] = listed(row.values["aliases"])
    changed = [label for name, label in UNIT_FIELDS.items() if name in wanted and wanted[name] != getattr(unit, name)]
    above = by_id[unit.parent_id].code if unit.parent_id else ""
    moves = row.values.get("parent", "") != above or LEVELS[row.values["level"]] != unit.level
    about = {"line": row.line, "code": unit.code, "name": unit.name}
    if changed:
        found.changed.append(about | {"fields": changed, "to": row.values["name"]})
    if moves:
        found.moved.append(about | {"from": above, "to": row.values.get("parent", "")})
    if changed or moves:
        found.todo.append(row)
    return bool(changed or moves)


async def _units_gone(session: AsyncSession, found: Difference, parsed: Parsed, known: dict[str, Organisation]) -> None:
    """Lowest first. What still has people, cases or units below it stays, and is told."""
    if parsed.unnamed:
        return
    gone = {unit.id: unit for code, unit in known.items() if unit.closed_on is None and code not in parsed.keys}
    busy = await _busy(session, gone)
    open_units = {unit.id: unit for unit in known.values() if unit.closed_on is None}
    closable: list[Organisation] = []
    progress = True
    while progress:
        progress = False
        for unit in list(gone.values()):
            below = any(each.parent_id == unit.id for each in open_units.values())
            if below or unit.id in busy or unit.parent_id is None:
                continue
            closable.append(unit)
            del gone[unit.id], open_units[unit.id]
            progress = True
    found.gone = [{"code": unit.code, "name": unit.name} for unit in closable]
    found.blocked = [
        {"code": unit.code, "name": unit.name, "why": busy.get(unit.id, "还有下级机构，或为最高一级机构")}
        for unit in gone.values()
    ]


async def _busy(session: AsyncSession, gone: dict[UUID, Organisation]) -> dict[UUID, str]:
    people = select(User.organisation_id, func.count()).where(User.organisation_id.in_(gone), User.active)
    handled = select(Case.handling_unit_id, func.count()).where(
        Case.handling_unit_id.in_(gone), Case.status.in_(sorted(OPEN))
    )
    rows = [
        *(("名在用人员", *row) for row in await session.execute(people.group_by(User.organisation_id))),
        *(("件在办投诉", *row) for row in await session.execute(handled.group_by(Case.handling_unit_id))),
    ]
    return {unit_id: f"还有{count}{what}" for what, unit_id, count in rows if unit_id is not None}
