"""What a file of units would change. Looks only."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.organisations import CreateUnit
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.organisations.rules import FIRST_DAY, stands_under
from casebackend.people.differences import Difference
from casebackend.people.emptiness import busy
from casebackend.people.files import LEVELS, Parsed, Row, listed

NOBODY = UUID(int=0)
CHANGE_PLANNED = "有待生效的变更，请等待生效或先撤销"
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
            parsed.refuse(row, f"该机构{CHANGE_PLANNED}")
        elif not _unit_changes(found, row, unit, by_id):
            found.same += 1
    await _units_gone(session, found, parsed, known, planned)
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


async def _units_gone(
    session: AsyncSession, found: Difference, parsed: Parsed, known: dict[str, Organisation], planned: set[UUID]
) -> None:
    """Lowest first, as the tree stands once the rows are done. What still has people, work or units below it, or is
    to change on another day, stays, and is told."""
    if parsed.unnamed:
        return
    gone = {code: unit for code, unit in known.items() if unit.closed_on is None and code not in parsed.keys}
    why = await busy(session, {unit.id for unit in gone.values()})
    why |= {unit.id: CHANGE_PLANNED for unit in gone.values() if unit.id in planned}
    above = _parents_afterwards(found, known)
    progress = True
    while progress:
        progress = False
        for code, unit in list(gone.items()):
            if code in above.values() or unit.id in why or not above[code]:
                continue
            found.gone.append({"code": code, "name": unit.name})
            del gone[code], above[code]
            progress = True
    found.blocked = [
        {"code": code, "name": unit.name, "why": why.get(unit.id, "还有下级机构，或为最高一级机构")}
        for code, unit in gone.items()
    ]


def _parents_afterwards(found: Difference, known: dict[str, Organisation]) -> dict[str, str]:
    """By code, of every unit that is open once the rows are done, the code of the one above it."""
    codes = {unit.id: code for code, unit in known.items()}
    above = {
        code: codes[unit.parent_id] if unit.parent_id else "" for code, unit in known.items() if unit.closed_on is None
    }
    return above | {row.values["code"]: row.values.get("parent", "") for row in found.todo}
