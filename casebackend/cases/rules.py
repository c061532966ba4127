"""What may happen to a complaint, who may do it, and which clocks it moves. Standard library only.

The table is domain.md 5.1 and 5.2; `docs/case-lifecycle.md` is generated from it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    PENDING_REVIEW = "pending_review"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DISPATCHED = "dispatched"
    INVESTIGATING = "investigating"
    COUNTERSIGN = "countersign"
    SUSPENDED = "suspended"
    PROPOSED = "proposed"
    CLOSURE_REVIEW = "closure_review"
    REPLY_PENDING = "reply_pending"
    REPLIED = "replied"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    VOIDED = "voided"


class Move(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN_TO_DRAFT = "return_to_draft"
    DECLINE = "decline"
    DISPATCH = "dispatch"
    RECEIVE = "receive"
    SEND_BACK = "send_back"
    TRANSFER = "transfer"
    REPORT_UP = "report_up"
    ASK_COUNTERSIGN = "ask_countersign"
    COUNTERSIGN_DONE = "countersign_done"
    SUSPEND = "suspend"
    RESUME = "resume"
    PROPOSE = "propose"
    PROPOSE_REPLY = "propose_reply"
    SIGN = "sign"
    APPROVE_OPINION = "approve_opinion"
    RETURN_FOR_REWORK = "return_for_rework"
    APPROVE_REPLY = "approve_reply"
    REPLY = "reply"
    PLAN_FOLLOWUP = "plan_followup"
    CLOSE = "close"
    CLOSE_WITHOUT_FOLLOWUP = "close_without_followup"
    ARCHIVE = "archive"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    UNMERGE = "unmerge"
    EDIT = "edit"
    REOPEN = "reopen"
    VOID = "void"


class Clock(StrEnum):
    """LEGAL is the limit of law. INTERNAL are the running steps of the workflow chain, which has its own data."""

    LEGAL = "legal"
    INTERNAL = "internal"


S, M, C = Status, Move, Clock

CUSTOMER, SYSTEM = "customer", "system"
INTAKE, HANDLER, FOLLOW_UP, REVIEWER = "intake", "handler", "follow_up", "reviewer"
LEAD, HEAD, AUDITOR, APPROVER = "team_lead", "department_head", "auditor", "approver"
MANAGER, ADMIN, EXECUTIVE = "complaint_manager", "system_admin", "executive"

IN_PROCESS = frozenset(
    {
        S.PENDING_REVIEW, S.ACCEPTED, S.DISPATCHED, S.INVESTIGATING, S.COUNTERSIGN, S.SUSPENDED, S.PROPOSED,
        S.CLOSURE_REVIEW, S.REPLY_PENDING, S.REPLIED, S.FOLLOW_UP,
    }
)  # fmt: skip
OPEN = IN_PROCESS | {S.DRAFT}
# An answered complaint is corrected by a review (核查), never by taking it back or writing it anew.
UNANSWERED = OPEN - {S.REPLIED, S.FOLLOW_UP}
COUNTED_AS_CLOSED = frozenset({S.CLOSED, S.ARCHIVED, S.WITHDRAWN, S.MERGED, S.DECLINED})
INITIAL = S.DRAFT


@dataclass(frozen=True, slots=True)
class Arrow:
    """`requires` names fields of the command that may not be empty; `stops` and `starts` name clocks."""

    to: Status
    by: frozenset[str]
    requires: tuple[str, ...] = ()
    starts: frozenset[Clock] = frozenset()
    stops: frozenset[Clock] = frozenset()


def _arrow(
    to: Status,
    by: Collection[str],
    *requires: str,
    starts: Collection[Clock] = (),
    stops: Collection[Clock] = (),
) -> Arrow:
    return Arrow(to, frozenset(by), requires, frozenset(starts), frozenset(stops))


BOTH = (C.LEGAL, C.INTERNAL)
_INVESTIGATES = (HANDLER, HEAD)

LIFECYCLE: dict[tuple[Status, Move], Arrow] = {
    (S.DRAFT, M.SUBMIT): _arrow(S.PENDING_REVIEW, (INTAKE, CUSTOMER, SYSTEM), starts=(C.LEGAL,)),
    (S.PENDING_REVIEW, M.ACCEPT): _arrow(S.ACCEPTED, (REVIEWER, SYSTEM)),
    (S.PENDING_REVIEW, M.RETURN_TO_DRAFT): _arrow(S.DRAFT, (REVIEWER,), "opinion"),
    (S.PENDING_REVIEW, M.DECLINE): _arrow(S.DECLINED, (REVIEWER, MANAGER), "decline_reason", "opinion", stops=BOTH),
    (S.ACCEPTED, M.DECLINE): _arrow(S.DECLINED, (REVIEWER, MANAGER), "decline_reason", "opinion", stops=BOTH),
    (S.ACCEPTED, M.DISPATCH): _arrow(S.DISPATCHED, (HANDLER, LEAD, MANAGER, SYSTEM), "handling_unit_id"),
    (S.DISPATCHED, M.RECEIVE): _arrow(S.INVESTIGATING, _INVESTIGATES),
    (S.DISPATCHED, M.SEND_BACK): _arrow(S.ACCEPTED, (*_INVESTIGATES, SYSTEM), "opinion"),
    (S.INVESTIGATING, M.SEND_BACK): _arrow(S.ACCEPTED, (SYSTEM,), "opinion"),
    (S.INVESTIGATING, M.TRANSFER): _arrow(S.DISPATCHED, _INVESTIGATES, "handling_unit_id", "opinion"),
    (S.INVESTIGATING, M.REPORT_UP): _arrow(S.DISPATCHED, _INVESTIGATES, "opinion"),
    (S.INVESTIGATING, M.ASK_COUNTERSIGN): _arrow(S.COUNTERSIGN, _INVESTIGATES, "cosigners", "opinion"),
    (S.COUNTERSIGN, M.COUNTERSIGN_DONE): _arrow(S.INVESTIGATING, (LEAD, HEAD, SYSTEM), "opinion"),
    (S.INVESTIGATING, M.SUSPEND): _arrow(
        S.SUSPENDED,
        (HEAD, MANAGER),
        "pause_ground",
        "appraisal",
        "appraisal_id",
        "expected_back_on",
        "opinion",
        stops=BOTH,
    ),
    (S.SUSPENDED, M.RESUME): _arrow(S.INVESTIGATING, (HANDLER, HEAD, MANAGER), "opinion", starts=BOTH),
    (S.INVESTIGATING, M.PROPOSE): _arrow(
        S.PROPOSED, _INVESTIGATES, "findings", "validity", "responsible", "judgement_basis", "cause_c", "proposal"
    ),
    (S.INVESTIGATING, M.PROPOSE_REPLY): _arrow(
        S.REPLY_PENDING, _INVESTIGATES, "findings", "judgement_basis", "opinion"
    ),
    # Who may sign, agree and let answer at all; which of them does is said by the chain of the case (deciding.py).
    (S.PROPOSED, M.SIGN): _arrow(S.PROPOSED, (HEAD, EXECUTIVE), "opinion"),
    (S.PROPOSED, M.APPROVE_OPINION): _arrow(S.CLOSURE_REVIEW, (AUDITOR, HEAD), "opinion"),
    (S.PROPOSED, M.RETURN_FOR_REWORK): _arrow(S.INVESTIGATING, (AUDITOR, HEAD, EXECUTIVE), "opinion"),
    (S.CLOSURE_REVIEW, M.RETURN_FOR_REWORK): _arrow(S.INVESTIGATING, (APPROVER, HEAD), "opinion"),
    (S.CLOSURE_REVIEW, M.APPROVE_REPLY): _arrow(S.REPLY_PENDING, (APPROVER, HEAD), "opinion"),
    (S.REPLY_PENDING, M.REPLY): _arrow(
        S.REPLIED,
        (INTAKE, HANDLER, HEAD),
        "reply_facts",
        "reply_decision",
        "reply_basis",
        "reply_remedies",
        stops=BOTH,
    ),
    (S.REPLIED, M.PLAN_FOLLOWUP): _arrow(S.FOLLOW_UP, (SYSTEM,)),
    (S.REPLIED, M.CLOSE_WITHOUT_FOLLOWUP): _arrow(S.CLOSED, (SYSTEM,)),
    (S.FOLLOW_UP, M.CLOSE): _arrow(S.CLOSED, (FOLLOW_UP, SYSTEM), "satisfaction"),
    (S.MERGED, M.UNMERGE): _arrow(S.PENDING_REVIEW, (HANDLER, HEAD, MANAGER, SYSTEM), "opinion", starts=(C.LEGAL,)),
    (S.CLOSED, M.REOPEN): _arrow(S.INVESTIGATING, (SYSTEM,), "opinion", starts=(C.LEGAL,)),
}
LIFECYCLE |= {
    (status, M.ARCHIVE): _arrow(S.ARCHIVED, (SYSTEM,)) for status in (S.CLOSED, S.DECLINED, S.WITHDRAWN, S.MERGED)
}
for _status in Status:
    if _status in UNANSWERED:
        LIFECYCLE[_status, M.WITHDRAW] = _arrow(S.WITHDRAWN, (INTAKE, CUSTOMER), stops=BOTH)
        LIFECYCLE[_status, M.MERGE] = _arrow(S.MERGED, (HANDLER,), "master_number", "opinion", stops=BOTH)
    if _status in UNANSWERED - {S.DRAFT}:
        LIFECYCLE[_status, M.EDIT] = _arrow(
            S.DRAFT, (ADMIN, APPROVER), "opinion", starts=(C.LEGAL,), stops=(C.INTERNAL,)
        )
    if _status not in (S.ARCHIVED, S.VOIDED):
        # What nobody has accepted yet its creator may void too, while nobody outside knows of it (voiding.py).
        who = (ADMIN, INTAKE) if _status is S.DRAFT else (ADMIN,)
        LIFECYCLE[_status, M.VOID] = _arrow(S.VOIDED, who, "opinion", stops=BOTH)

TERMINAL = frozenset({S.ARCHIVED, S.VOIDED})


def moves_from(status: Status, roles: Collection[str] | None = None) -> list[Move]:
    """In the order of the table; with `roles`, only what one of them may do."""
    return [
        move
        for (source, move), arrow in LIFECYCLE.items()
        if source is status and (roles is None or arrow.by & frozenset(roles))
    ]
