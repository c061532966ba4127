"""The page as text. What is said beside the complaint comes by name out of a list, never out of the address."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
import yaml
from sanic import Request

from casebackend.api import moments
from casebackend.api.pickups import VisitView

WORDS = Path(__file__).parent.parent / "words" / "progress.yml"
# What an address may hold of a message: how many tries are left, and a time of day.
FACTS = {"left": re.compile(r"[0-9]"), "until": re.compile(rf"{moments.MIDNIGHT}|[0-9]{{1,2}}点[0-9]{{2}}分")}


class Page:
    def __init__(self, bank_name: str) -> None:
        text = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
        self._template = jinja2.Environment(autoescape=True).from_string(text)
        self._bank_name = bank_name
        self._messages: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["messages"]

    def address(self, path: str, said: str | None, facts: Mapping[str, object]) -> str:
        told = {name: str(value) for name, value in facts.items() if value is not None}
        return f"{path}?{urlencode({'said': said} | told)}" if said else path

    def render(
        self, step: str, request: Request, *, case: VisitView | None = None, key: str = "", said: str | None = None
    ) -> str:
        message = self._message(said, {}) if said else self._message(request.args.get("said"), request.args)
        facts: dict[str, Any] = {"bank_name": self._bank_name, "step": step, "case": case, "key": key}
        if case is not None:
            facts["filed_on"] = case.filed_at.astimezone(moments.SHANGHAI).date()
            facts["ends_at"] = f"{case.ends_at.astimezone(moments.SHANGHAI):%H:%M}"
        return self._template.render(facts | {"message": message[0], "tone": message[1]})

    def _message(self, said: str | None, given: Any) -> tuple[str, str]:
        known = self._messages.get(said or "")
        if known is None:
            return "", ""
        facts = {name: str(given.get(name) or "") for name in FACTS}
        needed = [name for name in FACTS if f"{{{name}}}" in known["text"]]
        if not all(FACTS[name].fullmatch(facts[name]) for name in needed):
            return "", ""
        return known["text"].format_map(facts), known["tone"]
