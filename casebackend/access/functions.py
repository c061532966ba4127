"""What a role may do, function by function: which functions there are, and which routes carry them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casebackend.staff.rules import ADMINISTRATORS, ROLE_NAMES

FILE = Path(__file__).with_name("functions.yml")
PAGE = "console_"


@dataclass(frozen=True, slots=True)
class Function:
    """`roles`: who may at most have it."""

    code: str
    label: str
    room: str
    roles: frozenset[str]


@cache
def _said(path: Path = FILE) -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return said


def of_routes(rows: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Each route to the functions it carries out: all of them must be granted, none of them taken away."""
    said = _said()
    pages = {name: frozenset(codes) for name, codes in said["pages"].items()}
    own = {page: frozenset({code}) for code, each in said["own"].items() for page in each["pages"]}
    found = {name: frozenset({name.removeprefix(PAGE)}) for name in rows} | pages | own
    return {name: codes for name, codes in found.items() if name not in said["always"]}


def listed(rows: Mapping[str, frozenset[str]], summaries: Mapping[str, str]) -> list[Function]:
    """All that may be granted or taken away, by room. `summaries`: what the operations of the interface are called.
    Administrators have what their office is, no more and no less: what is theirs alone is not listed."""
    said, asked = _said(), set(ROLE_NAMES) - ADMINISTRATORS
    roles: dict[str, frozenset[str]] = {}
    for route, codes in of_routes(rows).items():
        for code in codes:
            roles[code] = roles.get(code, frozenset()) | (rows.get(route, frozenset()) & asked)
    labels = {code: each["label"] for code, each in said["own"].items()} | dict(summaries)
    found = [
        Function(code, labels.get(code, code), said["rooms"].get(_room(code), _room(code)), held)
        for code, held in roles.items()
        if held
    ]
    return sorted(found, key=lambda each: (each.room, each.code))


def _room(code: str) -> str:
    return code.partition(".")[0]
