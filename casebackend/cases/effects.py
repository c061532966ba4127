"""What a move does to a case besides the fields that came with it."""

from collections.abc import Collection
from datetime import datetime

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases.fields import BASIC_RIGHT, CLASSIFICATION
from casebackend.cases.model import Case
from casebackend.cases.rules import Move

ENDS = (Move.CLOSE, Move.CLOSE_WITHOUT_FOLLOWUP, Move.DECLINE, Move.WITHDRAW, Move.MERGE)
OF_A_DECISION = (
    "replied_at", "closed_at", "satisfaction", "told_by", "told_at", "told_proof", "judgement_reviewed_by", "coded_by",
)  # fmt: skip


def take(
    case: Case, command: MoveCase, principal: Principal, changed: Collection[str], *, at: datetime, now: datetime
) -> None:
    """`at` is when the move counts by law. A reopened case has no decision any more; its findings stay as a start."""
    move = command.move
    if case.coded_by is not None and {*CLASSIFICATION, BASIC_RIGHT} & set(changed):
        case.coded_by = principal.user_id
    _judge(case, move, principal, now)
    _hand(case, command, principal)
    if move is not Move.SUSPEND:
        case.expected_back_on = None
    if move is Move.ASK_COUNTERSIGN:
        case.cosigners = [str(identity) for identity in command.cosigners]
    elif move is Move.REPLY:
        case.replied_at = at
    elif move in ENDS:
        case.closed_at = at
    elif move is Move.REOPEN:
        for name in OF_A_DECISION:
            setattr(case, name, None)
        case.extension_level = 0
    elif move is Move.UNMERGE:
        case.master_id = case.closed_at = None


def _hand(case: Case, command: MoveCase, principal: Principal) -> None:
    """Who has it in hand. Whoever receives it is the one it was assigned to, whatever was meant before. What goes back
    to its creator or to the review is in nobody's hands; given to a colleague, it waits for him."""
    move = command.move
    if move is Move.RECEIVE:
        case.handler_id = case.assignee_id = principal.user_id
    elif move is Move.TRANSFER and command.assignee_id is not None:
        case.assignee_id = command.assignee_id
        case.assigned_why = [f"{principal.display_name or principal.name}转交"]
    elif move in (Move.SEND_BACK, Move.EDIT, Move.UNMERGE):
        case.handler_id = case.assignee_id = None
        case.assigned_why = []


def _judge(case: Case, move: Move, principal: Principal, now: datetime) -> None:
    """Who judged, who looked at it, and who has the last word on the classification so far."""
    if move is Move.RETURN_FOR_REWORK:
        case.rework_count += 1
        case.judgement_reviewed_by = case.coded_by = None
        case.signed_by = case.signed_at = None
    elif move is Move.SIGN:
        case.signed_by, case.signed_at = principal.user_id, now
    elif move in (Move.PROPOSE, Move.PROPOSE_REPLY):
        case.signed_by = case.signed_at = None
        case.judged_by, case.judged_at = principal.user_id, now
        case.judgement_reviewed_by = None
        case.coded_by = principal.user_id if move is Move.PROPOSE_REPLY else None
    elif move is Move.APPROVE_OPINION:
        case.judgement_reviewed_by = case.coded_by = principal.user_id
