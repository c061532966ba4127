"""The allow-list of types, as data."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("types.yml")
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Allowed:
    """`format`: what Pillow calls it. `part`: what a package of this type must hold."""

    type: str
    extension: str
    label: str
    signs: tuple[str, ...]
    proof: str
    prefixes: tuple[str, ...] = field(default=())
    brands: tuple[str, ...] = field(default=())
    format: str = ""
    part: str = ""


@cache
def allowed() -> tuple[Allowed, ...]:
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(_allowed(row) for row in rows)


def _allowed(row: dict[str, Any]) -> Allowed:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Allowed(**fields)


@cache
def extensions() -> dict[str, str]:
    """By type."""
    return {each.type: each.extension for each in allowed()}


def is_audio(content_type: str) -> bool:
    """What can be listened to, or watched, from any moment."""
    return content_type.startswith(("audio/", "video/"))


def may_be_shown(content_type: str) -> bool:
    """Of what the worker tries to make a picture."""
    return content_type.startswith("image/") or content_type == PDF
