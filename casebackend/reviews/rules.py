"""核查: what the organisation above may do with a decision of a branch (domain.md 5.4). Standard library only."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    APPLIED = "applied"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVIEWING = "reviewing"
    DECIDED = "decided"
    NOTIFIED = "notified"
    CLOSED = "closed"


class Move(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    BEGIN = "begin"
    DECIDE = "decide"
    NOTIFY = "notify"
    CLOSE = "close"


class Outcome(StrEnum):
    UPHELD = "upheld"
    CHANGED = "changed"
    REMANDED = "remanded"


class RejectReason(StrEnum):
    LATE = "late"
    NOT_BRANCH_DECISION = "not_branch_decision"
    NOT_APPLICANT = "not_applicant"


class Form(StrEnum):
    """In writing: a signed paper, or a form that the customer confirmed as written."""

    DOCUMENT = "document"
    CONFIRMED_FORM = "confirmed_form"


@dataclass(frozen=True, slots=True)
class Arrow:
    to: State
    requires: tuple[str, ...] = ()


LIFECYCLE: dict[tuple[State, Move], Arrow] = {
    (State.APPLIED, Move.ACCEPT): Arrow(State.ACCEPTED),
    (State.APPLIED, Move.REJECT): Arrow(State.REJECTED, ("reject_reason", "opinion", "told_by")),
    (State.ACCEPTED, Move.BEGIN): Arrow(State.REVIEWING),
    (State.REVIEWING, Move.DECIDE): Arrow(
        State.DECIDED, ("outcome", "findings_process", "findings_time", "findings_result", "opinion")
    ),
    (State.DECIDED, Move.NOTIFY): Arrow(State.NOTIFIED, ("told_by",)),
    (State.NOTIFIED, Move.CLOSE): Arrow(State.CLOSED),
}
OPEN = frozenset({State.APPLIED, State.ACCEPTED, State.REVIEWING, State.DECIDED, State.NOTIFIED})
TELLING = frozenset({Move.REJECT, Move.NOTIFY})
# A decision that was sent stands, whether or not it has arrived.
TOLD = frozenset({State.NOTIFIED, State.CLOSED})
REVIEWERS = frozenset(
    {"handler", "reviewer", "department_head", "auditor", "approver", "complaint_manager", "executive"}
)

STATES: dict[State, str] = {
    State.APPLIED: "已申请", State.ACCEPTED: "已受理", State.REJECTED: "不予受理", State.REVIEWING: "核查中",
    State.DECIDED: "已作决定", State.NOTIFIED: "已告知", State.CLOSED: "已办结",
}  # fmt: skip
MOVES: dict[Move, str] = {
    Move.ACCEPT: "受理核查", Move.REJECT: "不予受理", Move.BEGIN: "开始核查", Move.DECIDE: "作出核查决定",
    Move.NOTIFY: "告知申请人", Move.CLOSE: "办结核查",
}  # fmt: skip
OUTCOMES: dict[Outcome, str] = {
    Outcome.UPHELD: "维持", Outcome.CHANGED: "变更", Outcome.REMANDED: "责令重新处理",
}  # fmt: skip
REJECTED_FOR: dict[RejectReason, str] = {
    RejectReason.LATE: "超过申请期限",
    RejectReason.NOT_BRANCH_DECISION: "不是分支机构的处理决定",
    RejectReason.NOT_APPLICANT: "申请人不是投诉人或其代理人",
}
FIELDS: dict[str, str] = {
    "reject_reason": "不予受理原因", "opinion": "意见", "outcome": "核查决定", "findings_process": "处理程序核查情况",
    "findings_time": "处理时限核查情况", "findings_result": "处理结果核查情况", "told_by": "告知方式",
    "told_proof": "告知凭证",
}  # fmt: skip


def moves_from(state: State) -> list[Move]:
    return [move for (source, move) in LIFECYCLE if source is state]


def missing(arrow: Arrow, given: Collection[str]) -> list[str]:
    return [name for name in arrow.requires if name not in given]


def review_number(case_number: str, count: int) -> str:
    return f"{case_number}-H{count}"
