"""Which facts a complaint needs, in asking order (银保监会令2020年第3号 Art. 13). Standard library only."""

from collections.abc import Mapping
from enum import StrEnum


class Field(StrEnum):
    FACTS = "facts"
    DEMAND = "demand"
    UNIT = "unit"
    AMOUNT = "amount"
    OCCURRED_ON = "occurred_on"
    NAME = "name"
    PHONE = "phone"
    ID_NUMBER = "id_number"


LABELS: dict[Field, str] = {
    Field.FACTS: "事情经过",
    Field.DEMAND: "您的诉求",
    Field.UNIT: "被投诉机构",
    Field.AMOUNT: "涉及金额",
    Field.OCCURRED_ON: "发生日期",
    Field.NAME: "姓名",
    Field.PHONE: "联系电话",
    Field.ID_NUMBER: "证件号码",
}


MOST_OFFERED = 10
NONE_OF_THEM = "不清楚是哪家"


class FieldState(StrEnum):
    FILLED = "filled"
    TO_CONFIRM = "to_confirm"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class DraftState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"
    FILED = "filed"


COMPLAINT = "complaint"
# What is no complaint is told in fewer words, and by somebody who need not say who he is.
OPINIONS = frozenset({"suggestion", "praise"})
OF_OPINION = frozenset({Field.FACTS, Field.UNIT, Field.NAME, Field.PHONE})
OPTIONAL_IN_OPINION = frozenset({Field.NAME, Field.PHONE})
MONEY_ONLY = frozenset({Field.AMOUNT, Field.OCCURRED_ON})
MAY_BE_REFUSED = frozenset({Field.ID_NUMBER})
MAY_BE_UNKNOWN = frozenset({Field.AMOUNT, Field.OCCURRED_ON, Field.UNIT})


def wanted(*, about_money: bool, matter: str = COMPLAINT) -> list[Field]:
    if matter in OPINIONS:
        return [field for field in Field if field in OF_OPINION]
    return [field for field in Field if about_money or field not in MONEY_ONLY]


def missing(states: Mapping[Field, FieldState], *, about_money: bool, matter: str = COMPLAINT) -> list[Field]:
    """Fields still to ask, in asking order; a refused or unknown answer counts as an answer. The name that was not
    wanted for an opinion is wanted for a complaint."""
    refusable = MAY_BE_REFUSED | (OPTIONAL_IN_OPINION if matter in OPINIONS else frozenset())
    return [
        field
        for field in wanted(about_money=about_money, matter=matter)
        if field not in states or (states[field] is FieldState.REFUSED and field not in refusable)
    ]


def offered(names: list[str]) -> list[str]:
    """Of many units of one name as many as a customer can look through; the city tells the others apart."""
    return names if len(names) <= MOST_OFFERED else [*names[:MOST_OFFERED], NONE_OF_THEM]
