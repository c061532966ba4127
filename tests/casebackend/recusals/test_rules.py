from typing import Any
from uuid import uuid4

from casebackend.recusals.rules import Why, why

ME, BOSS, OTHER = uuid4(), uuid4(), uuid4()
NOTHING: dict[str, Any] = {"declared": (), "waived": (), "complained_of": (), "superiors": (), "heads_outlet": False}


def test_nobody_stays_away_without_a_reason() -> None:
    assert why(ME, **NOTHING) is None
    assert why(ME, **NOTHING | {"complained_of": {OTHER}, "superiors": {BOSS}, "declared": {OTHER}}) is None


def test_the_person_complained_of_and_whoever_reports_to_it_stay_away() -> None:
    assert why(ME, **NOTHING | {"complained_of": {ME}}) is Why.COMPLAINED_OF
    assert why(ME, **NOTHING | {"complained_of": {BOSS}, "superiors": [BOSS]}) is Why.REPORTS_TO
    assert why(ME, **NOTHING | {"heads_outlet": True}) is Why.HEADS_OUTLET


def test_a_waiver_lifts_the_rules_and_not_an_own_declaration() -> None:
    rules = NOTHING | {"complained_of": {ME}, "heads_outlet": True, "waived": {ME}}
    assert why(ME, **rules) is None
    assert why(ME, **rules | {"declared": {ME}}) is Why.DECLARED
