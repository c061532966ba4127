from typing import Any

from sqlalchemy import ColumnElement, select

from casebackend.owings.model import Owed


def is_open() -> ColumnElement[bool]:
    return Owed.told_at.is_(None) & Owed.ended_at.is_(None)


def owed_on(case_id: Any) -> ColumnElement[bool]:
    """For a WHERE over cases: its customer has still to be told something."""
    found: ColumnElement[bool] = case_id.in_(select(Owed.case_id).where(is_open()))
    return found
