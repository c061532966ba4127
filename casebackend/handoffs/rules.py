"""Who answers when a customer wants a person. Standard library only."""

from enum import StrEnum

ANSWER_MINUTES = 30
INTAKE = "intake"
MAY_TAKE_FROM_OTHERS = frozenset({"team_lead"})


class DutyState(StrEnum):
    FREE = "free"
    BUSY = "busy"


LABELS: dict[DutyState, str] = {DutyState.FREE: "空闲", DutyState.BUSY: "示忙"}

REASONS: dict[str, str] = {
    "asked": "客户要求人工",
    "not_understood": "机器人多次未听懂",
    "identity": "需核实身份",
    "danger": "涉及人身或资金安全",
    "failed": "系统未能处理",
}
