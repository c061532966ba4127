from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.components.normalise import normalise
from bot.components.purposes import ngrams
from tests.bot.scoring import learned

TABLE = yaml.safe_load(Path(__file__).with_name("purposes.yml").read_text("utf-8"))
ASKED = [
    (str(text), None if asked == "nothing" else asked, purposes.split("|"))
    for asked, rows in TABLE.items()
    for purposes, texts in rows.items()
    for text in texts
]


@pytest.mark.parametrize(("text", "asked", "purposes"), ASKED, ids=[f"{asked}-{text}" for text, asked, _ in ASKED])
def test_a_sentence_it_has_never_seen_is_taken_for_what_it_is(
    bot: Any, text: str, asked: str | None, purposes: list[str]
) -> None:
    assert bot.purpose(text, asked) in purposes


def test_what_is_asked_with_nothing_open_is_not_in_the_training_data() -> None:
    seen = {normalise(sentence) for sentence in learned()}
    assert [text for text, asked, _ in ASKED if asked is None and normalise(text) in seen] == []


def test_no_sentence_is_given_two_purposes() -> None:
    by_spelling: dict[str, set[str]] = {}
    for sentence, purpose in learned().items():
        by_spelling.setdefault(normalise(sentence), set()).add(purpose)
    assert {text: purposes for text, purposes in by_spelling.items() if len(purposes) > 1} == {}


def test_the_main_purposes_have_enough_examples() -> None:
    purposes = list(learned().values())
    few = {name: purposes.count(name) for name in set(purposes) - {"step_back"} if purposes.count(name) < 39}
    assert few == {}
    assert purposes.count("complaint") >= 120


def test_spelling_is_folded() -> None:
    assert normalise("我要投訴！！！") == normalise("我要投诉")
    assert normalise("ＴＳ２０２６０３０１０００００７") == normalise("ts20260415000233")
    assert normalise("排　队 太久") == "排队太久"
    assert ngrams("投诉") == ["投", "诉", "^投", "投诉", "诉$"]


def test_a_bare_case_number_asks_for_its_progress(bot: Any) -> None:
    assert bot.purpose("TS20260817000451") == "progress"


def test_a_weak_change_of_subject_is_an_answer_to_the_open_question(bot: Any) -> None:
    assert bot.purpose("快点处理") == "urge"
    assert bot.purpose("快点处理", "field.demand") != "urge"
    assert bot.purpose("转人工", "field.name") == "handoff"


def test_a_customer_without_words_is_not_understood(bot: Any) -> None:
    assert bot.purpose("…") == "nlu_fallback"
    assert bot.purpose("👀🙈") == "nlu_fallback"
