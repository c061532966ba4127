"""What was suggested of the classification when a case was filed, beside what a person made of it: for a WHERE."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, or_, select

from casebackend.cases.model import Case
from casebackend.grading.model import CaseHint
from casebackend.grading.queries import UNIT

# What became of the suggestions; `unjudged` and `unsuggested` tell nothing of how good they were.
BECAME: dict[str, str] = {
    "first": "采纳首选建议", "among": "采纳其他建议", "changed": "改为建议以外的分类", "unsuggested": "当时没有建议",
    "unjudged": "尚未经人员分类",
}  # fmt: skip

# What became of the units that were proposed for the dispatch. Who was given to another unit later counts once: by the
# best that was ever taken.
UNIT_BECAME: dict[str, str] = {
    "first": "采纳首选单位", "second": "采纳其次单位", "other": "转给建议以外的单位", "unmade": "没有建议过",
}  # fmt: skip


def hinted(axis: str) -> Any:
    """The surest suggestion; None where there was none."""
    return (
        select(CaseHint.name)
        .where(CaseHint.case_id == Case.id, CaseHint.field == axis, CaseHint.rank == 1)
        .correlate(Case)
        .scalar_subquery()
    )


def became(axis: str) -> ColumnElement[str]:
    """One of BECAME. The last classification counts, once a person classified the case or signed for it."""
    mine = and_(CaseHint.case_id == Case.id, CaseHint.field == axis)
    final: Any = getattr(Case, axis)
    return case(
        (~or_(Case.classified_by_person, Case.coded_by.is_not(None)), "unjudged"),
        (~exists().where(mine).correlate(Case), "unsuggested"),
        (exists().where(mine, CaseHint.rank == 1, CaseHint.name == final).correlate(Case), "first"),
        (exists().where(mine, CaseHint.name == final).correlate(Case), "among"),
        else_="changed",
    )


def unit_became() -> ColumnElement[str]:
    """One of UNIT_BECAME."""
    mine = and_(CaseHint.case_id == Case.id, CaseHint.field == UNIT)

    def taken(rank: int) -> ColumnElement[bool]:
        return exists().where(mine, CaseHint.rank == rank, CaseHint.accepted_at.is_not(None)).correlate(Case)

    return case(
        (~exists().where(mine).correlate(Case), "unmade"), (taken(1), "first"), (taken(2), "second"), else_="other"
    )
