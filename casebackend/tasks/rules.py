"""Sub-tasks of a case, and when a countersigning is decided. Standard library only."""

from collections.abc import Sequence
from enum import StrEnum


class Kind(StrEnum):
    COUNTERSIGN = "countersign"
    CONSULT = "consult"


class State(StrEnum):
    OPEN = "open"
    RECEIVED = "received"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class Mode(StrEnum):
    ALL = "all"
    ANY = "any"
    QUORUM = "quorum"


class RoundState(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    CLOSED_EARLY = "closed_early"
    CANCELLED = "cancelled"


KIND_LABELS: dict[Kind, str] = {Kind.COUNTERSIGN: "会签", Kind.CONSULT: "协办"}
STATE_LABELS: dict[State, str] = {
    State.OPEN: "未接收",
    State.RECEIVED: "已接收",
    State.ANSWERED: "已反馈",
    State.CANCELLED: "已取消",
}
MODE_LABELS: dict[Mode, str] = {Mode.ALL: "全部同意", Mode.ANY: "任一同意", Mode.QUORUM: "达到人数"}
ROUND_LABELS: dict[RoundState, str] = {
    RoundState.OPEN: "会签中",
    RoundState.AGREED: "会签通过",
    RoundState.NOT_AGREED: "会签未通过",
    RoundState.CLOSED_EARLY: "提前结束",
    RoundState.CANCELLED: "已取消",
}
PENDING = (State.OPEN, State.RECEIVED)
LIMIT_OF: dict[Kind, str] = {Kind.COUNTERSIGN: "task.countersign", Kind.CONSULT: "task.consult"}
MAY_ANSWER = frozenset({"handler", "department_head", "auditor"})


def needed(mode: Mode, parts: int, quorum: int | None) -> int:
    """How many have to agree."""
    if mode is Mode.QUORUM:
        return quorum or parts
    return 1 if mode is Mode.ANY else parts


def decided(mode: Mode, answers: Sequence[bool | None], quorum: int | None = None) -> RoundState:
    """`None` is a part without an answer. A round ends when enough agree, or when enough can no longer agree."""
    wanted = needed(mode, len(answers), quorum)
    agreed = sum(answer is True for answer in answers)
    if agreed >= wanted:
        return RoundState.AGREED
    waiting = sum(answer is None for answer in answers)
    return RoundState.OPEN if agreed + waiting >= wanted else RoundState.NOT_AGREED


def answers_for(*, task_unit: object, task_user: object, unit: object, user: object, roles: frozenset[str]) -> bool:
    """The person who was asked; or of the asked unit whoever handles, leads or audits there."""
    if user is None:
        return False
    if task_user is not None:
        return task_user == user
    return task_unit is not None and task_unit == unit and bool(roles & MAY_ANSWER)
