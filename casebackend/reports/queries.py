"""Counting cases by one column, within the scope of the reader and the conditions of a list."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from casebackend.access.principal import Principal
from casebackend.cases.model import Case
from casebackend.cases.queries import scoped
from casebackend.cases.search import Given, clauses

type Counts = Mapping[Any, int]


class local_day(FunctionElement[str]):
    """The day in China of a moment, as YYYY-MM-DD."""

    type = String()
    inherit_cache = True


@compiles(local_day, "sqlite")
def _sqlite(element: local_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(local_day, "postgresql")
def _postgresql(element: local_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


COLUMNS: dict[str, Any] = {
    "region": Case.unit_id,
    "unit": Case.unit_id,
    "handling_unit": Case.handling_unit_id,
    "receiving_unit": Case.receiving_unit_id,
    "responsible_unit": Case.responsible_unit_id,
    "time": local_day(Case.received_at),
    **{
        name: getattr(Case, name)
        for name in (
            "status", "matter_type", "category_b", "business_channel_a", "cause_c", "channel", "basic_right",
            "severity", "satisfaction", "validity", "responsible",
        )
    },
}  # fmt: skip


async def counts(
    session: AsyncSession, principal: Principal, given: Given, dimension: str, *, now: datetime
) -> dict[Any, int]:
    """By the value of a column; each case once, so that the sum is the total."""
    column = COLUMNS[dimension].label("value")
    query = await scoped(session, principal, column, func.count())
    rows = await session.execute(query.where(*await clauses(session, given, now=now)).group_by(column))
    return {_read(dimension, value): count for value, count in rows}


async def crossed(
    session: AsyncSession, principal: Principal, given: Given, dimension: str, across: str, *, now: datetime
) -> dict[tuple[Any, Any], int]:
    """By the values of two columns, in one statement; each case once."""
    one, two = COLUMNS[dimension].label("value"), COLUMNS[across].label("across")
    query = await scoped(session, principal, one, two, func.count())
    rows = await session.execute(query.where(*await clauses(session, given, now=now)).group_by(one, two))
    return {(_read(dimension, value), _read(across, other)): count for value, other, count in rows}


def _read(dimension: str, value: Any) -> Any:
    return date.fromisoformat(value) if dimension == "time" else value
