"""What the bot offers to be said is understood when it is said; no action has words of its own."""

import re
from pathlib import Path
from typing import Any

from bot.words import CHOICES, mentioned, titles

ACTIONS = Path(__file__).resolve().parents[2] / "actions"
OTHER = {"person": "handoff", "progress_more": "progress"}
OF_A_FORM = {"go_on", "restart", "later", "resume", "change_line", "change_nothing", "anew", "supplement_it", "urge_it"}


def test_every_offered_phrase_is_taken_for_what_it_offers(bot: Any) -> None:
    offered = {name: text for name, text in CHOICES.items() if name not in OF_A_FORM}
    assert {name: bot.purpose(text, "guess") for name, text in offered.items()} == {
        name: OTHER.get(name, name) for name in offered
    }


def test_a_choice_is_shown_by_its_words_and_anything_else_by_the_pattern() -> None:
    assert titles(["progress", "urge_it TS20260911000045", "change_line 金额"], "*") == [
        "查进度", "催办 TS20260911000045", "改金额",
    ]  # fmt: skip
    assert titles(["TS20260911000045", "朝阳支行"], "催办 *") == ["催办 TS20260911000045", "催办 朝阳支行"]


def test_every_choice_that_an_action_offers_has_words() -> None:
    source = "\n".join(path.read_text("utf-8") for path in ACTIONS.glob("*.py"))
    named = set(re.findall(r'items=\[.*?"([a-z_]+)[" ]', source))
    assert named <= set(CHOICES)


def test_actions_say_nothing_of_their_own() -> None:
    """Only the titles of problems, which no customer sees, and what is cut off a label."""
    for path in ACTIONS.glob("*.py"):
        if path.name != "server.py":
            assert set(re.findall(r"[一-鿿]+", path.read_text("utf-8"))) <= {"您的"}, path.name


def test_what_is_asked_for_besides_is_heard_in_either_spelling() -> None:
    assert mentioned("重发取件码") == mentioned("查進度，重發取件碼") == ["pickup"]
    assert mentioned("查进度") == []
    assert mentioned("点错了，是5分") == ["survey"]
