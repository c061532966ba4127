"""What was understood, in the form in which a draft holds it. Standard library only."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from casebackend.drafts.amounts import spoken as spoken_amount
from casebackend.drafts.dates import spoken as spoken_date
from casebackend.drafts.rules import Field, FieldState
from casebackend.organisations.rules import OrganisationName


class Meant(StrEnum):
    """What the words of a message alone do not always say, as the dialogue took it for with confidence.
    `ANSWER`: a yes, a no, or the wish to hear it again."""

    STEP_BACK = "step_back"
    REFUSE = "refuse"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Value:
    """`value` is what is stored; `display` is what is shown (tokens in it are masked when it is read)."""

    value: str
    display: str
    state: FieldState = FieldState.FILLED


REFUSAL = Value("", "不提供", FieldState.REFUSED)
IGNORANCE = Value("", "不清楚", FieldState.UNKNOWN)
TO_BE_FOUND = "（待核实）"


@dataclass(slots=True)
class Understood:
    """`values` may only fill what is missing; `corrected` replaces. `answered`: the open question has its answer.
    `wrong`: what this field holds is not right, and the right value was not said. `unclear`: of several things that
    should be put right one was not found."""

    values: dict[Field, Value] = field(default_factory=dict)
    corrected: dict[Field, Value] = field(default_factory=dict)
    answered: bool = False
    about_money: bool | None = None
    units: list[OrganisationName] = field(default_factory=list)
    back: bool = False
    wrong: Field | None = None
    unclear: bool = False


def money_value(value: Decimal) -> Value:
    return Value(f"{value:.2f}", spoken_amount(value))


def date_value(day: date) -> Value:
    return Value(day.isoformat(), spoken_date(day))


def unit_value(unit: OrganisationName) -> Value:
    return Value(str(unit.id), unit.name)


def unknown_unit(words: str) -> Value:
    """A unit that is not on our list: who dispatches the case finds it."""
    return Value("", f"{words}{TO_BE_FOUND}", FieldState.UNKNOWN)


def text_value(text: str) -> Value:
    text = text.strip(" \n，,。；;：:")
    return Value(text, text)
