"""Which role makes which moves, written down once more by hand from domain.md 6. All moves come in by one route; what
tells the roles apart is the table of the lifecycle, whatever functions a bank grants."""

from itertools import product

import pytest

from casebackend.access import matrix
from casebackend.cases.model import Case, MoveForbidden
from casebackend.cases.rules import CUSTOMER, LIFECYCLE, SYSTEM, Move, Status
from casebackend.staff.rules import ROLE_NAMES
from tests.world import START

# Of a move with `@` only from that status.
MAY = {
    "intake": "submit withdraw reply void@draft",
    "reviewer": "accept return_to_draft decline",
    "handler": "dispatch receive send_back@dispatched transfer report_up ask_countersign resume propose propose_reply"
    " reply merge unmerge",
    "department_head": "receive send_back@dispatched transfer report_up ask_countersign countersign_done suspend resume"
    " propose propose_reply sign approve_opinion return_for_rework approve_reply reply unmerge",
    "team_lead": "dispatch countersign_done",
    "auditor": "approve_opinion return_for_rework@proposed",
    "approver": "return_for_rework@closure_review approve_reply edit",
    "complaint_manager": "decline dispatch suspend resume unmerge",
    "executive": "sign return_for_rework@proposed",
    "follow_up": "close",
    "system_admin": "edit void",
}


def moves_of(role: str) -> set[tuple[Status, Move]]:
    words = [word.partition("@") for word in MAY.get(role, "").split()]
    return {
        (status, move)
        for status, move in LIFECYCLE
        for name, _, only in words
        if move == name and (not only or status == only)
    }


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_each_role_makes_exactly_its_own_moves(role: str) -> None:
    made = set()
    for status, move in LIFECYCLE:
        case = Case(status=status, status_changed_at=START)
        try:
            case.move(move, roles={role}, at=START)
        except MoveForbidden:
            assert case.status == status
        else:
            made.add((status, move))
    assert made == moves_of(role)
    assert bool(made) is (role in MAY)


def test_no_two_steps_that_control_each_other_are_one_roles_but_the_heads() -> None:
    """Taking down and accepting, proposing and agreeing, agreeing and letting answer. A head of department stands in
    all three chains of the smaller units; there the chain of the case tells the persons apart (docs/access.md)."""
    apart = (("submit", "accept"), ("propose", "approve_opinion"), ("approve_opinion", "approve_reply"))
    for (first, second), role in product(apart, MAY):
        made = {str(move) for _, move in moves_of(role)}
        assert not {first, second} <= made or role == "department_head", (role, first, second)


def test_the_door_is_open_to_those_who_have_a_move_and_to_nobody_else() -> None:
    rows = matrix.load().rows
    assert rows["cases.move"] == set(MAY)
    assert rows["console_cases.move"] == set(MAY) - {"system_admin"}
    beyond = {role for arrow in LIFECYCLE.values() for role in arrow.by} - set(MAY)
    assert beyond == {SYSTEM, CUSTOMER}
