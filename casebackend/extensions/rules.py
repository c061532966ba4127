"""Which extension may follow which limit, and who may ask. Standard library only."""

from collections.abc import Collection
from enum import StrEnum


class Level(StrEnum):
    TO_30 = "to_30"
    TO_60 = "to_60"
    PETITION = "petition_90"


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Decision(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class MaterialState(StrEnum):
    KEPT = "kept"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


CLOCK_OF = {Level.TO_30: "l2", Level.TO_60: "l3", Level.PETITION: "matter.petition_extended"}
AFTER = {
    Level.TO_30: frozenset({"l1", "pboc.transfer"}),
    Level.TO_60: frozenset({"l2"}),
    Level.PETITION: frozenset({"matter.petition"}),
}
NUMBER = {Level.TO_30: 1, Level.TO_60: 2, Level.PETITION: 1}
LEVEL_LABELS = {
    Level.TO_30: "延长至30日（情况复杂）",
    Level.TO_60: "延长至60日（情况特别复杂）",
    Level.PETITION: "信访延长30日（情况复杂）",
}
STATE_LABELS = {
    State.REQUESTED: "待审批",
    State.APPROVED: "已批准",
    State.REFUSED: "未批准",
    State.WITHDRAWN: "已撤回",
    State.LAPSED: "已失效",
}
MATERIAL_LABELS = {
    MaterialState.KEPT: "已收存",
    MaterialState.ASKED: "待确认新事实",
    MaterialState.CONFIRMED: "确认为新事实，时限重新计算",
    MaterialState.REFUSED: "不属于新事实",
}
SUPERIOR_HEAD, UNIT_HEAD, EXECUTIVE = "superior_head", "unit_head", "executive"


def next_level(running: str) -> Level | None:
    """What may be asked for while this limit of law runs; None when there is no further one."""
    return next((level for level, clocks in AFTER.items() if running in clocks), None)


def requesters(*, regulated: bool) -> frozenset[str]:
    """A regulator's case is extended by 总行审核人 only."""
    return frozenset({"approver"}) if regulated else frozenset({"handler", "department_head"})


def approvers(named: str | None) -> frozenset[str]:
    """From the limit's own data."""
    return frozenset(part.strip() for part in (named or "").split(",") if part.strip())


def may_approve(
    named: Collection[str], roles: Collection[str], *, leads_superior: bool, leads_unit: bool, head_office: bool
) -> bool:
    """Only the executive of the head office is the bank's own."""
    own = set(roles) if head_office else set(roles) - {EXECUTIVE}
    leads = (SUPERIOR_HEAD in named and leads_superior) or (UNIT_HEAD in named and leads_unit)
    return leads or bool(set(named) & own)


def in_charge(*, holds: bool, leads_unit: bool, free: bool, same_unit: bool) -> bool:
    """Who has the case or leads the unit that has it; until somebody took it, whoever works there."""
    return holds or leads_unit or (free and same_unit)
