"""What the handler had judged, beside what the final coder signed: for a WHERE and for counting."""

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from casebackend.cases.model import Case, CaseChange
from casebackend.cases.predicates import Asked, Where, one_of

SAME = ".same"


def coded_twice() -> ColumnElement[bool]:
    """By two persons: one judged the case, another one signed its classification for good."""
    return and_(Case.coded_by.is_not(None), Case.judged_by.is_not(None), Case.coded_by != Case.judged_by)


def judged(axis: str) -> Any:
    """What stood there when the case was judged: what the first later change found, else what stands there now."""
    found = (
        select(CaseChange.before)
        .where(CaseChange.case_id == Case.id, CaseChange.field == axis, CaseChange.at > Case.judged_at)
        .order_by(CaseChange.at, CaseChange.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    return func.coalesce(found, getattr(Case, axis))


def judged_as(axis: str) -> Where:
    where = one_of(judged(axis))
    return lambda values, asked: and_(Case.judged_at.is_not(None), where(values, asked))


def recoded(values: list[Any], _: Asked) -> ColumnElement[bool]:
    """`cause_c`: the two differ there; `cause_c.same`: they agree."""
    axis = values[0].removesuffix(SAME)
    agree = judged(axis) == getattr(Case, axis)
    return and_(coded_twice(), agree if values[0].endswith(SAME) else ~agree)
