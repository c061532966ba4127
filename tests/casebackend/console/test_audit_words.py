"""An auditor reads words: every event that the code writes as it stands has a name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import casebackend
from casebackend.console.audit_words import about, actor_name, event_name

CODE = Path(casebackend.__file__).parent


def literal(node: ast.expr) -> list[str]:
    """The words that an expression may become, as far as it says them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [*literal(node.body), *literal(node.orelse)] if isinstance(node, ast.IfExp) else []


def written() -> Iterator[str]:
    for path in CODE.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for keyword in node.keywords if isinstance(node, ast.Call) else ():
                if keyword.arg == "event":
                    yield from literal(keyword.value)


def test_every_event_that_is_written_down_has_a_name() -> None:
    events = sorted(set(written()))
    assert "login.opened" in events
    assert [event for event in events if not event_name(event)] == []


@pytest.mark.parametrize(
    "event",
    ["conversation.viewed", "conversation.taken", "conversation.returned", "pickup.locked", "audit.anchored"],
)
def test_what_is_put_together_has_a_name_too(event: str) -> None:
    assert event_name(event)


def test_a_look_at_what_nobody_has_named_is_a_look() -> None:
    assert event_name("something.viewed") == "查看"
    assert event_name("something.else") == ""


def test_programs_and_details_are_told_in_words() -> None:
    assert actor_name("service:actions") == "智能助手（动作程序）"
    assert actor_name("staff:lead") == "staff:lead"
    told = about({"fields": ["facts", "demand"], "route": "console_cases.show", "reason": None, "version": 2})
    assert told == "变更内容：事情经过、诉求；页面：console_cases.show；版本：2"
