"""The form in which customer and bank agreed that the outcome is told: it goes before what else would be enough."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Protocol

import yaml

from casebackend.cases.choices import CHOICES
from casebackend.cases.words import ToldBy
from casebackend.errors import Unprocessable

FILE = Path(__file__).with_name("notice_forms.yml")


class UnknownNoticeForm(Unprocessable):
    slug, title = "unknown-notice-form", "没有这种告知方式"

    def __init__(self) -> None:
        super().__init__("请从列表中选择与客户约定的告知方式", field="notice_form")


@dataclass(frozen=True, slots=True)
class Form:
    """`effective_until` is the last day; None: until further notice."""

    code: str
    label: str
    told_by: frozenset[str]
    effective_from: date
    source: str
    evidence: str
    effective_until: date | None = None


class Told(Protocol):
    @property
    def notice_form(self) -> str | None: ...
    @property
    def told_by(self) -> str | None: ...


@cache
def forms() -> tuple[Form, ...]:
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Form(**row | {"told_by": frozenset(row["told_by"])}) for row in rows)


def forms_on(day: date) -> dict[str, str]:
    """Those that can be agreed on for a complaint of this day, with their labels."""
    return {
        each.code: each.label
        for each in forms()
        if each.effective_from <= day and (each.effective_until is None or day <= each.effective_until)
    }


def require(code: str | None, day: date) -> None:
    if code is not None and code not in forms_on(day):
        raise UnknownNoticeForm


def label(code: str | None) -> str | None:
    """Also of one that has ended: what was agreed on stays."""
    return next((each.label for each in forms() if each.code == code), code)


def differs(told: Told) -> str | None:
    """What to look at before the case is closed: the outcome went out in another form than was agreed on."""
    kept = next((each.told_by for each in forms() if each.code == told.notice_form), None)
    if kept is None or told.told_by is None or told.told_by in kept:
        return None
    way = "原渠道答复" if told.told_by == ToldBy.CHANNEL else CHOICES["told_by"].get(told.told_by, told.told_by)
    return f"与客户约定的告知方式是{label(told.notice_form)}，实际为{way}；请按约定补充告知，或说明客户另行同意"
