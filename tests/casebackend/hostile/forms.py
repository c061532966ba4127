"""Reads the forms of a page and fills them in, so that a new field is taken up without anybody thinking of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from tests.casebackend.hostile.payloads import MARK, Words
from tests.world import World

FREE = frozenset({"text", "search", ""})
ROOM = 4_000


@dataclass
class Input:
    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    room: int = ROOM
    pattern: bool = False


@dataclass
class Form:
    action: str
    method: str
    uploads: bool
    inputs: list[Input] = field(default_factory=list)


class Page(HTMLParser):
    """Forms, links, and every element that a payload has opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.broken: list[str] = []
        self._form: Form | None = None
        self._select: Input | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if MARK in given or tag.startswith(MARK) or any(name.startswith("on") for name in given):
            self.broken.append(self.get_starttag_text() or tag)
        self.links += [given[name] for name in ("href", "hx-get") if tag != "link" and given.get(name)]
        if tag == "form":
            uploads = "multipart" in given.get("enctype", "")
            self._form = Form(given.get("action", ""), given.get("method", "get").lower(), uploads)
            self.forms.append(self._form)
        elif self._form is not None and given.get("name"):
            self._input(tag, given)
        elif tag == "option" and self._select is not None and given.get("value"):
            self._select.options.append(given["value"])

    def _input(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "") if tag == "input" else tag
        room = int(given.get("maxlength") or ROOM)
        made = Input(given["name"], kind, given.get("value", ""), room=room, pattern="pattern" in given)
        if tag in ("input", "textarea", "select") and self._form is not None:
            self._form.inputs.append(made)
        self._select = made if tag == "select" else self._select

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None


def filled(form: Form, words: Words, world: World, turn: int) -> tuple[dict[str, str], dict[str, Any]]:
    """Fields and files."""
    now = world.time
    usual: dict[str, Callable[[], str]] = {
        "number": lambda: "1",
        "date": lambda: now.date().isoformat(),
        "datetime-local": lambda: (now + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M"),
        "time": lambda: "09:00",
        "tel": lambda: "13800138000",
        "email": lambda: "colleague@mail.example.com",
        "month": lambda: f"{now:%Y-%m}",
    }
    fields: dict[str, str] = {}
    files: dict[str, Any] = {}
    for each in form.inputs:
        if each.kind in FREE or each.kind == "textarea":
            fields[each.name] = each.value if each.pattern and each.value else words.fit(each.room, of=each.name)
        elif each.kind == "select":
            fields[each.name] = each.options[turn % len(each.options)] if each.options else ""
        elif each.kind == "file":
            files[each.name] = (f"{words.fit(120)}.txt", words.fit().encode(), "text/plain")
        elif each.kind in usual:
            fields[each.name] = each.value or usual[each.kind]()
        elif each.kind in ("hidden", "checkbox", "radio"):
            fields.setdefault(each.name, each.value)
    return fields, files
