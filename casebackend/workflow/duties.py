"""Which unit of the bank has which duty, as dated rows: who decides second complaints is no matter of its name."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.limits import GiveDuty
from casebackend.audit import service as audit
from casebackend.editions import changed
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.organisations import queries as organisations
from casebackend.organisations.model import Organisation
from casebackend.workflow import queries
from casebackend.workflow.model import UnitDuty


class UnknownDuty(Unprocessable):
    slug, title = "unknown-duty", "没有这项机构职能"

    def __init__(self) -> None:
        super().__init__("请从已有的机构职能中选择一项")


class DutyKnown(Conflict):
    slug, title = "duty-known", "该职能已有同日生效的设置"

    def __init__(self) -> None:
        super().__init__("同一职能、同一生效日只能指定一个机构，请换一个生效日")


class NoSuchUnit(NotFound):
    slug = "unit-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个机构，或者已经撤销")


async def seed(session: AsyncSession, rows: Iterable[Mapping[str, Any]]) -> None:
    """Where nobody has said yet who has it: the unit of that code if it is called so, else the one that is."""
    known = set(await session.scalars(select(UnitDuty.duty)))
    for row in rows:
        if row["duty"] in known:
            continue
        unit = await organisations.by_code(session, row["unit"])
        if unit is None or unit.name != row["called"]:
            unit = await session.scalar(select(Organisation).where(Organisation.name == row["called"]).limit(1))
        if unit is not None:
            given = {name: value for name, value in row.items() if name not in ("unit", "called")}
            session.add(UnitDuty(unit_id=unit.id, **given))


async def give(
    session: AsyncSession, command: GiveDuty, names: Mapping[str, str], *, by: Principal, now: datetime
) -> UnitDuty:
    """From that day on, for what comes in then. What is decided already stays where it was."""
    if command.duty not in names:
        raise UnknownDuty
    if command.unit_id not in (await organisations.tree(session)).open().units:
        raise NoSuchUnit
    same = UnitDuty.duty == command.duty, UnitDuty.effective_from == command.effective_from
    if await session.scalar(select(UnitDuty.id).where(*same)) is not None:
        raise DutyKnown
    row = UnitDuty(**command.model_dump(), evidence="D")
    session.add(row)
    await session.flush()
    await changed(session, queries.EDITION)
    detail: dict[str, object] = {"duty": row.duty, "effective_from": row.effective_from.isoformat()}
    await audit.record(
        session, chain="settings", event="duty.given", actor=by.actor, object=str(row.unit_id), now=now, detail=detail
    )
    return row


async def unheld(session: AsyncSession, names: Mapping[str, str], day: date) -> list[str]:
    """Labels of the duties that no open unit has: what hangs on them waits for somebody to pass it on by hand."""
    return [label for duty, label in names.items() if await queries.holder_of(session, duty, day) is None]
