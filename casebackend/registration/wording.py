"""What stands in a changed field, in words for colleagues."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from casebackend.calendar.rules import local
from casebackend.cases.choices import CHANNELS
from casebackend.matters.catalogue import catalogue
from casebackend.workflow.service import profile_names

NOTHING = "无"
WORDS: dict[str, Callable[[str], str]] = {
    "matter_type": lambda code: catalogue().matters[code].label,
    "source": lambda code: catalogue().sources[code].label,
    "personal_right": lambda code: catalogue().rights[code],
    "regulator": lambda code: catalogue().regulators[code].label,
    "channel": lambda code: CHANNELS.get(code, code),
    "profile": lambda code: profile_names().get(code, code),
    "amount": lambda said: f"{Decimal(said):.2f}",
    "received_at": lambda said: f"{local(datetime.fromisoformat(said)):%Y-%m-%d %H:%M}",
}


def said(field: str, value: str | None) -> str:
    """`value`: as a change keeps it."""
    if value is None or value == "":
        return NOTHING
    return WORDS[field](value) if field in WORDS else value
