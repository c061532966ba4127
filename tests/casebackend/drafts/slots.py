"""How much of a narrative is read right: one message through the inbox's tokens and the drafts' rules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from casebackend.customers.personal import tokenise
from casebackend.customers.spelling import simplified
from casebackend.drafts.extraction import Reader
from casebackend.drafts.rules import Field, FieldState
from tests.casebackend.organisations.test_rules import NAMES

DEVELOPMENT = Path(__file__).with_name("narratives.yml")
SLOTS = ("amount", "date", "unit", "phone", "name")
FLOORS = {"amount": 0.95, "date": 0.95, "unit": 0.95, "phone": 0.95, "name": 0.90}
NOON_IN_CHINA = time(4, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Narrative:
    text: str
    today: date
    expected: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Miss:
    text: str
    slot: str
    expected: str | None
    found: str | None


def _day(value: object) -> date:
    return value if type(value) is date else date.fromisoformat(str(value)[:10])


def _plain(slot: str, value: object) -> str | None:
    """One way to write each value, so that only the value counts. A unit: without the words that say nothing."""
    if value is None or value in ("", []):
        return None
    said = simplified(str(value)).strip()
    if slot == "amount":
        try:
            return f"{Decimal(re.sub(r'[,，元]', '', said)):.2f}"
        except InvalidOperation:
            return said
    if slot == "date":
        return said[:10]
    if slot == "phone":
        return re.sub(r"\D", "", said)
    return re.sub(r"\s|^(?:你们|贵行|咱们)(?:的|那个)?", "", said)


def narratives(path: Path = DEVELOPMENT) -> list[Narrative]:
    held: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    common = held.get("today") if isinstance(held, dict) else None
    rows = next(each for each in held.values() if isinstance(each, list)) if isinstance(held, dict) else held
    return [
        Narrative(
            row["text"],
            _day(row.get("today") or common),
            {slot: _plain(slot, row["expected"].get(slot)) for slot in SLOTS},
        )
        for row in rows
    ]


def read(text: str, today: date) -> dict[str, str | None]:
    """As the first message of a conversation, at noon in China."""
    told = tokenise(text)
    plain = {each.token: each.value for each in told.values}
    reader = Reader(NAMES, datetime.combine(today, NOON_IN_CHINA))
    held = reader.read(told.text, None, ()).values

    def value(field: Field) -> str | None:
        found = held.get(field)
        return plain.get(found.value, found.value) if found and found.state == FieldState.FILLED else None

    found = {
        "amount": value(Field.AMOUNT),
        "date": value(Field.OCCURRED_ON),
        "unit": reader.places.words(told.text),
        "phone": value(Field.PHONE),
        "name": value(Field.NAME),
    }
    return {slot: _plain(slot, each) for slot, each in found.items()}


def misses(told: list[Narrative]) -> Iterator[Miss]:
    for each in told:
        found = read(each.text, each.today)
        for slot in SLOTS:
            if found[slot] != each.expected[slot]:
                yield Miss(each.text, slot, each.expected[slot], found[slot])


def exact(told: list[Narrative], missed: list[Miss]) -> dict[str, float]:
    """The share of the narratives in which a slot is right; that nothing was said must be right too."""
    return {slot: 1 - sum(miss.slot == slot for miss in missed) / len(told) for slot in SLOTS}
