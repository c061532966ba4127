"""Who may plan duty and who takes a shift over. Standard library only."""

from datetime import timedelta
from enum import StrEnum

PLANNERS = frozenset({"team_lead", "department_head", "complaint_manager"})
LONGEST = timedelta(days=7)
KIND_NAMES = {
    "case": "投诉", "task": "协办任务", "review": "核查", "supervision": "督办", "talk": "人工会话",
    "draft": "暂存的登记", "unassigned": "待承办投诉",
}  # fmt: skip


class HandoverState(StrEnum):
    GIVEN = "given"
    TAKEN = "taken"
    QUESTIONED = "questioned"
    WITHDRAWN = "withdrawn"


OVER = frozenset({HandoverState.TAKEN, HandoverState.WITHDRAWN})

STATE_NAMES: dict[HandoverState, str] = {
    HandoverState.GIVEN: "待确认",
    HandoverState.TAKEN: "已接班",
    HandoverState.QUESTIONED: "有疑问",
    HandoverState.WITHDRAWN: "已撤回",
}
