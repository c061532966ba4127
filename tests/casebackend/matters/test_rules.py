from datetime import date

import pytest

from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import (
    Capacity,
    DocumentKind,
    MatterType,
    PersonalRight,
    PersonRole,
    Source,
    is_legal,
    missing,
)

LIGHT = (MatterType.ENQUIRY, MatterType.SUGGESTION, MatterType.PRAISE, MatterType.PERSONAL_INFO)
DAY = date(2026, 3, 2)


def test_the_file_names_exactly_what_the_code_knows() -> None:
    known = catalogue()
    assert list(known.matters) == list(MatterType)
    assert list(known.sources) == list(Source)
    assert list(known.capacities) == list(Capacity)
    assert set(known.documents) == set(DocumentKind)
    assert set(known.people) == set(PersonRole)
    assert list(known.rights) == list(PersonalRight)


def test_every_closed_move_is_one_of_the_lifecycle() -> None:
    assert {move for matter in catalogue().matters.values() for move in matter.closed_to} <= set(Move)


def test_only_a_consumer_complaint_runs_the_limit_of_law() -> None:
    assert [matter.code for matter in catalogue().matters.values() if is_legal(matter)] == ["complaint"]


@pytest.mark.parametrize("matter", LIGHT)
def test_praise_advice_and_questions_are_answered_without_the_stamp_of_the_auditor(matter: MatterType) -> None:
    way = (Move.ACCEPT, Move.DISPATCH, Move.RECEIVE, Move.PROPOSE_REPLY, Move.REPLY, Move.CLOSE)
    assert all(catalogue().allows(matter, move) for move in way)
    reached = {Status.DRAFT}
    for _ in Status:
        reached |= {
            arrow.to
            for (status, move), arrow in LIFECYCLE.items()
            if status in reached and catalogue().allows(matter, move)
        }
    assert reached.isdisjoint({Status.PROPOSED, Status.CLOSURE_REVIEW, Status.SUSPENDED, Status.COUNTERSIGN})
    assert Status.CLOSED in reached


@pytest.mark.parametrize("matter", sorted(set(MatterType) - set(LIGHT)))
def test_every_other_matter_may_go_all_the_way(matter: MatterType) -> None:
    assert all(catalogue().allows(matter, move) for move in Move)


def test_each_source_asks_for_what_identifies_the_matter_there() -> None:
    needed = catalogue().needed
    assert needed("complaint", "direct", "self") == ["name", "phone", "facts", "demand"]
    assert needed("complaint", "regulator", "self")[:2] == ["regulator_number", "regulator_due_on"]
    assert needed("complaint", "referred", "self")[:2] == ["referral_agency", "source_ref"]
    assert needed("complaint", "monitored", "self") == ["source_url", "facts"]
    assert "unified_code" in needed("complaint", "direct", "organisation")


def test_an_agent_brings_the_original_of_the_authorisation_and_a_paper_of_identity() -> None:
    lacks = catalogue().documents_missing
    assert lacks("self", []) == []
    assert lacks("agent", []) == ["authorisation", "agent_id"]
    assert lacks("agent", [("authorisation", False), ("agent_id", False)]) == ["authorisation"]
    assert lacks("agent", [("authorisation", True), ("agent_id", False)]) == []
    assert lacks("heir", []) == []
    assert (lacks("organisation", []), lacks("organisation", [], ["agent"])) == ([], ["authorisation", "agent_id"])
    assert catalogue().people_needed("organisation", []) == ["head"]


def test_at_most_five_speak_for_a_group_and_twenty_make_it_major() -> None:
    rule = catalogue().group_rule(DAY)
    assert (rule.representatives, rule.major_from) == (5, 20)
    assert catalogue().group_rule(date(2019, 1, 1)) == rule


def test_an_outlet_is_answered_for_by_the_unit_above_it() -> None:
    by = catalogue().handled_by
    assert [by(level, DAY) for level in ("branch", "subbranch", "outlet", "unheard")] == [
        "self", "self", "parent", "self",
    ]  # fmt: skip
    assert missing(["a", "b"], {"b"}) == ["a"]
