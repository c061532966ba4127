"""What the bot offers to be said is understood when it is said."""

import ast
from pathlib import Path
from typing import Any

MENU = Path(__file__).resolve().parents[2] / "actions" / "menu.py"


def plain() -> "dict[str, str]":
    """Read, not imported: the actions run under another Python."""
    for node in ast.parse(MENU.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PLAIN":
            return dict(ast.literal_eval(node.value))
    raise AssertionError("PLAIN is gone")


def test_every_offered_phrase_is_taken_for_what_it_offers(bot: Any) -> None:
    assert {name: bot.purpose(text) for name, text in plain().items()} == {name: name for name in plain()}
