"""A sentence of the machine that nothing could break would guard nothing: each is shown what it forbids."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casebackend.access.principal import Kind, Principal
from casebackend.api.cases import MoveCase
from casebackend.cases.rules import Move
from tests.casebackend.cases import sentences, states
from tests.casebackend.cases.ledger import Ledger

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
DUE = datetime(2026, 3, 17, 16, tzinfo=UTC)
SOMEBODY, ANOTHER = uuid4(), uuid4()


def row(**other: Any) -> dict[str, Any]:
    """A complaint under investigation, as the machine reads it."""
    shown = {
        "id": uuid4(), "status": "investigating", "kind": "first", "matter_type": "complaint", "channel": "counter",
        "source": "direct", "profile": "four_step", "severity": "一般投诉", "creator": "staff:agent", "parent_id": None,
        "master_id": None, "handler_id": None, "assignee_id": None, "judged_by": None, "signed_by": None,
        "void_requested_by": None, "received_at": NOW, "closed_at": None, "replied_at": None, "reply_text": None,
        "overdue_reason": None, "proposal": None, "judgement_reviewed_by": None, "responsible": None,
        "responsible_unit_id": None,
        "closing_info": None, "urge_count": 0, "expected_back_on": None,
        "promised_on": DUE.date(), "running": [("l1", DUE)],
    }  # fmt: skip
    return shown | other


def staff(user: UUID, *roles: str) -> Principal:
    return Principal(Kind.STAFF, "agent", frozenset(roles or ("handler",)), user_id=user)


def kept(*rows: dict[str, Any]) -> Ledger:
    ledger = Ledger()
    for each in rows:
        ledger.sees(each)
    return ledger


def test_who_stays_away_makes_no_move_but_gives_the_case_out_of_his_hands() -> None:
    case = row()
    ledger = kept(case)
    ledger.declared[case["id"]].add(SOMEBODY)
    sentences.by_the_right_person(ledger, case, Move.TRANSFER, staff(SOMEBODY))
    sentences.by_the_right_person(ledger, case, Move.PROPOSE, staff(ANOTHER))
    with pytest.raises(AssertionError, match="recused"):
        sentences.by_the_right_person(ledger, case, Move.PROPOSE, staff(SOMEBODY))
    with pytest.raises(AssertionError, match="stay away"):
        states.in_right_hands(ledger, case, case | {"handler_id": SOMEBODY})
    ledger.declared[case["id"]].clear()
    ledger.let_back[case["id"]].add(SOMEBODY)
    sentences.by_the_right_person(ledger, case, Move.PROPOSE, staff(SOMEBODY))


def test_one_stays_away_from_the_whole_family_and_where_ones_superior_is_complained_of() -> None:
    first, master = row(), row()
    second, merged = row(parent_id=first["id"]), row(master_id=master["id"], status="merged")
    ledger = kept(first, second, master, merged)
    ledger.declared[first["id"]].add(SOMEBODY)
    ledger.declared[merged["id"]].add(SOMEBODY)
    assert ledger.stays_away(second["id"], SOMEBODY)
    assert ledger.stays_away(master["id"], SOMEBODY)
    ledger.superiors, ledger.named[first["id"]] = {ANOTHER: SOMEBODY}, {SOMEBODY}
    assert ledger.stays_away(first["id"], ANOTHER)
    assert not ledger.stays_away(master["id"], ANOTHER)


def test_the_first_handler_never_handles_the_second_complaint() -> None:
    first = row(handler_id=SOMEBODY)
    second = row(parent_id=first["id"], kind="second")
    ledger = kept(first, second)
    with pytest.raises(AssertionError, match="first handler"):
        sentences.by_the_right_person(ledger, second, Move.PROPOSE, staff(SOMEBODY))
    with pytest.raises(AssertionError, match="first handler"):
        states.in_right_hands(ledger, second, second | {"handler_id": SOMEBODY})
    sentences.by_the_right_person(ledger, second, Move.PROPOSE, staff(ANOTHER))


def test_merging_makes_no_circle_and_taking_out_restores() -> None:
    one, other = row(), row()
    sentences.merging_makes_no_circle(kept(one, other | {"status": "merged", "master_id": one["id"]}))
    with pytest.raises(AssertionError, match="circle"):
        sentences.merging_makes_no_circle(
            kept(
                one | {"status": "merged", "master_id": other["id"]},
                other | {"status": "merged", "master_id": one["id"]},
            )
        )
    with pytest.raises(AssertionError, match="into nothing"):
        sentences.merging_makes_no_circle(kept(one | {"status": "merged"}))
    ledger = kept(one)
    ledger.moved(one, Move.MERGE, SOMEBODY, one["running"])
    with pytest.raises(AssertionError, match="another limit"):
        sentences.as_before_merging(ledger, one | {"running": [("l1", DUE + timedelta(days=1))]})
    with pytest.raises(AssertionError, match="points to its master"):
        sentences.as_before_merging(ledger, one | {"master_id": other["id"]})


@pytest.mark.parametrize("status", ["draft", "declined", "closed", "archived", "withdrawn", "merged", "voided"])
def test_nothing_is_urged_that_nobody_works_on(status: str) -> None:
    case = row(status=status)
    with pytest.raises(AssertionError, match="urged although"):
        sentences.urged_only_in_process(case, case | {"urge_count": 1}, urged=True)


def test_an_urging_counts_once_and_nothing_else_counts_as_one() -> None:
    case = row()
    sentences.urged_only_in_process(case, case | {"urge_count": 1}, urged=True)
    for count, urged in ((0, True), (2, True), (1, False)):
        with pytest.raises(AssertionError, match="counted once"):
            sentences.urged_only_in_process(case, case | {"urge_count": count}, urged=urged)


@pytest.mark.parametrize(
    ("before", "after", "move", "match"),
    [
        ({}, {"status": "replied", "replied_at": DUE, "reply_text": "已答复"}, Move.REPLY, "late without"),
        (
            {"proposal": "退还", "judgement_reviewed_by": SOMEBODY},
            {"status": "replied", "replied_at": NOW, "reply_text": "一、核实情况：属实"},
            Move.REPLY,
            "what was decided",
        ),
        ({}, {"responsible": "partly"}, Move.PROPOSE, "no unit of it"),
        ({"responsible_unit_id": SOMEBODY}, {"responsible_unit_id": ANOTHER}, Move.PROPOSE, "changed the unit"),
        ({"void_requested_by": "staff:agent"}, {"status": "voided"}, Move.VOID, "one person alone"),
        ({"creator": "staff:agent"}, {"status": "accepted"}, Move.ACCEPT, "accepted it"),
        ({"handler_id": SOMEBODY}, {"signed_by": SOMEBODY}, Move.SIGN, "his own proposal"),
        ({"handler_id": SOMEBODY}, {}, Move.APPROVE_REPLY, "his own work"),
        ({"handler_id": SOMEBODY}, {}, Move.SUSPEND, "without a paper"),
        ({"severity": "重大投诉"}, {}, Move.APPROVE_REPLY, "head office"),
        ({"matter_type": "praise"}, {}, Move.PROPOSE, "not its own"),
        ({"channel": "regulator"}, {"status": "voided"}, Move.WITHDRAW, "regulator's case was voided"),
        ({"channel": "regulator"}, {"status": "closed"}, Move.CLOSE, "closing information"),
        ({"channel": "regulator"}, {"kind": "second"}, Move.CLOSE, "second complaint"),
    ],
)
def test_a_move_that_breaks_a_sentence_is_seen(
    before: dict[str, Any], after: dict[str, Any], move: Move, match: str
) -> None:
    case = row(**before)
    then = case | after
    void = {"void_requested_by": "staff:other"} if "regulator" in match else {}
    with pytest.raises(AssertionError, match=match):
        _all(case | void, then, move)


def _all(before: dict[str, Any], after: dict[str, Any], move: Move) -> None:
    sentences.answered_in_time(before, after, move)
    sentences.decided_by_another(before, after, MoveCase(move=move), staff(SOMEBODY))
    sentences.names_the_unit(kept(before), before, after, move)
    sentences.of_its_matter(before, move)
    sentences.of_the_regulator(kept(before), before, after, move)


@pytest.mark.parametrize(
    ("move", "then"), [(Move.RETURN_FOR_REWORK, {}), (Move.PROPOSE, {"responsible": "not_responsible"})]
)
def test_a_unit_that_outlives_the_proposal_which_named_it_is_seen(move: Move, then: dict[str, Any]) -> None:
    case = row(responsible_unit_id=SOMEBODY)
    ledger = kept(case)
    sentences.names_the_unit(ledger, case, case | then, move)
    ledger.moved(row(id=case["id"]), Move.PROPOSE, ANOTHER, [])
    with pytest.raises(AssertionError, match="former proposal"):
        sentences.names_the_unit(ledger, case, case | then, move)


@pytest.mark.parametrize(
    ("case", "match"),
    [
        ({"running": []}, "not exactly its own limit"),
        ({"running": [("l1", DUE), ("l2", DUE)]}, "not exactly its own limit"),
        ({"running": [("matter.report", DUE)]}, "another matter"),
        ({"matter_type": "praise"}, "another matter"),
        ({"matter_type": "report", "running": []}, "not exactly its own limit"),
        ({"status": "replied"}, "the duty is met"),
        ({"status": "suspended"}, "during the appraisal"),
        ({"promised_on": DUE.date() + timedelta(days=1)}, "promised day"),
    ],
)
def test_a_clock_that_runs_or_stands_wrongly_is_seen(case: dict[str, Any], match: str) -> None:
    states.clocks(row())
    with pytest.raises(AssertionError, match=match):
        states.clocks(row(**case))


def test_a_suspended_case_has_its_day_and_its_clock_and_no_other_has() -> None:
    day = ("suspension", DUE)
    waits = {"status": "suspended", "expected_back_on": DUE.date(), "running": [day]}
    states.expected_back(row())
    states.expected_back(row(**waits))
    broken: list[dict[str, Any]] = [
        waits | {"expected_back_on": None},
        waits | {"running": []},
        waits | {"status": "investigating"},
        {"running": [day]},
    ]
    for each in broken:
        with pytest.raises(AssertionError, match=r"expected back|expects back"):
            states.expected_back(row(**each))


def test_who_has_to_stay_away_keeps_no_case_that_is_still_handled() -> None:
    case = row(handler_id=SOMEBODY)
    ledger = kept(case)
    states.out_of_his_hands(ledger, case)
    ledger.declared[case["id"]].add(SOMEBODY)
    states.out_of_his_hands(ledger, case | {"status": "replied"})
    with pytest.raises(AssertionError, match="stay away"):
        states.out_of_his_hands(ledger, case)


def test_a_group_is_grave() -> None:
    states.of_a_group(row(group_size=19))
    states.of_a_group(row(group_size=20, severity="重大投诉"))
    with pytest.raises(AssertionError, match="group of twenty"):
        states.of_a_group(row(group_size=20))


def test_a_withdrawal_counts_from_the_customers_word() -> None:
    case, said = row(), NOW + timedelta(hours=1)
    command = MoveCase(move=Move.WITHDRAW, requested_at=said)
    done = case | {"status": "withdrawn", "closed_at": said}
    sentences.effective(case, done, command, None, NOW + timedelta(hours=2))
    with pytest.raises(AssertionError, match="another time"):
        sentences.effective(case, done, command, said - timedelta(minutes=1), NOW + timedelta(hours=2))
