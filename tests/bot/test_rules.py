"""(talk of the open question, purpose) -> what follows, for every pair."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TALKS = [
    "nothing", "field", "confirm", "correction", "withdraw", "offer", "survey", "supplement", "second", "duplicate",
    "identity",
]  # fmt: skip
RESUMED = {
    "greet": "utter_here",
    "menu": "utter_what_i_do",
    "thanks": "utter_welcome",
    "abuse": "utter_calm_for_now",
}
ALWAYS = {
    "handoff": ["action_hand_off"],
    "progress": ["action_progress"],
    "urge": ["action_urge"],
    "withdraw": ["action_withdraw"],
    "ask_rule": ["action_answer"],
    "fraud": ["action_safety"],
}
EXPECTED = {
    "nothing": {
        "action_intake": "complaint inform correct",
        "action_supplement": "supplement",
        "action_second": "second_complaint",
        "action_opinion": "suggestion praise",
        "action_cancel": "cancel",
        "action_menu": "greet menu affirm deny refuse repeat step_back out_of_scope nlu_fallback",
        "utter_feedback_thanks": "feedback",
        "utter_thanks": "thanks",
        "utter_goodbye": "goodbye",
        "utter_calm": "abuse",
    },
    "field": {
        "action_intake": "step_back complaint inform refuse correct affirm deny feedback out_of_scope nlu_fallback "
        "supplement second_complaint suggestion praise",
        "action_cancel": "cancel",
        "action_resume": "repeat",
        "utter_goodbye_for_now": "goodbye",
    },
    "confirm": {
        "action_file": "affirm",
        "action_change": "deny",
        "action_intake": "step_back complaint inform correct out_of_scope nlu_fallback "
        "supplement second_complaint suggestion praise",
        "action_resume": "refuse feedback repeat",
        "action_cancel": "cancel",
        "utter_goodbye_for_now": "goodbye",
    },
    "correction": {
        "action_intake": "step_back complaint inform refuse correct feedback out_of_scope nlu_fallback "
        "supplement second_complaint suggestion praise",
        "action_resume": "affirm deny repeat",
        "action_cancel": "cancel",
        "utter_goodbye_for_now": "goodbye",
    },
    "withdraw": {
        "action_withdraw": "affirm deny cancel inform",
        "action_intake": "complaint",
        "action_supplement": "supplement",
        "action_second": "second_complaint",
        "action_opinion": "suggestion praise",
        "action_resume": "refuse correct feedback repeat step_back out_of_scope nlu_fallback",
        "utter_goodbye": "goodbye",
    },
    "offer": {
        "action_hand_off": "affirm",
        "action_intake": "complaint inform correct",
        "action_supplement": "supplement",
        "action_second": "second_complaint",
        "action_opinion": "suggestion praise",
        "action_resume": "deny cancel refuse feedback repeat step_back out_of_scope nlu_fallback",
        "utter_goodbye": "goodbye",
    },
    "identity": {
        "action_identity": "inform refuse correct affirm deny cancel feedback step_back supplement second_complaint "
        "suggestion praise out_of_scope nlu_fallback",
        "action_intake": "complaint",
        "action_resume": "repeat",
        "utter_goodbye": "goodbye",
    },
    "survey": {
        "action_revisit": "feedback affirm deny inform refuse correct cancel thanks goodbye abuse out_of_scope "
        "nlu_fallback supplement second_complaint suggestion praise",
        "action_intake": "complaint",
        "action_resume": "repeat step_back",
    },
    "supplement": {
        "action_supplement": "supplement complaint inform correct refuse affirm deny cancel feedback suggestion praise "
        "out_of_scope nlu_fallback",
        "action_second": "second_complaint",
        "action_resume": "repeat step_back",
        "utter_thanks": "thanks",
        "utter_goodbye": "goodbye",
    },
    "second": {
        "action_second": "second_complaint supplement complaint inform correct refuse affirm deny cancel feedback "
        "suggestion praise out_of_scope nlu_fallback",
        "action_resume": "repeat step_back",
        "utter_goodbye": "goodbye",
    },
    "duplicate": {
        "action_duplicate": "second_complaint supplement complaint inform correct refuse affirm deny feedback "
        "suggestion praise out_of_scope nlu_fallback",
        "action_cancel": "cancel",
        "action_resume": "repeat step_back",
        "utter_goodbye_for_now": "goodbye",
    },
}


def expected(talk: str, intent: str) -> list[str]:
    if intent in ALWAYS:
        return ALWAYS[intent]
    named = [action for action, intents in EXPECTED[talk].items() if intent in intents.split()]
    return named or [RESUMED[intent], "action_resume"]


def written_rules() -> list[tuple[str | None, str, list[str]]]:
    """Every rule of the files, spelled out: open question or None for any, purpose, actions."""
    found = []
    for path in sorted((ROOT / "training_data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]:
            said, *steps = rule["steps"]
            talk = rule["condition"][0]["slot_was_set"][0]["asked"] if "condition" in rule else None
            for alternative in said.get("or", [said]):
                found.append((talk, alternative["intent"], [step["action"] for step in steps]))
    return found


def intents() -> list[str]:
    named = {intent for path in (ROOT / "bot" / "domain").glob("*.yml") for intent in _domain(path).get("intents", [])}
    return sorted(named | {"nlu_fallback"})


def _domain(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


@pytest.mark.parametrize("talk", TALKS)
def test_every_purpose_has_exactly_one_rule_at_every_open_question(talk: str) -> None:
    rules = written_rules()
    answers = {
        intent: [actions for at, said, actions in rules if said == intent and at in (None, talk)]
        for intent in intents()
    }
    assert answers == {intent: [expected(talk, intent)] for intent in intents()}


@pytest.mark.parametrize(("talk", "intent"), list(product(TALKS, intents())))
def test_the_trained_policy_does_what_the_rules_say(bot: Any, talk: str, intent: str) -> None:
    assert bot.actions(intent, talk) == expected(talk, intent)


def test_a_person_wins_at_any_turn(bot: Any) -> None:
    for talk in TALKS:
        assert bot.actions("handoff", talk) == ["action_hand_off"]


def test_only_a_yes_to_the_read_back_files(bot: Any) -> None:
    files = [(talk, said) for talk, said in product(TALKS, intents()) if "action_file" in bot.actions(said, talk)]
    assert files == [("confirm", "affirm")]
