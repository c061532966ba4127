"""What stands on a form, before anybody knows of pages."""

from dataclasses import dataclass
from datetime import datetime

from casebackend.forms.rules import Form


@dataclass(frozen=True, slots=True)
class Field:
    """`wide`: takes the whole width."""

    label: str
    value: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    heading: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Text:
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: titles, each with its share of the width."""

    heading: str
    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    names: tuple[str, ...]


type Block = Grid | Text | Table | Signatures


@dataclass(frozen=True, slots=True)
class Content:
    form: Form
    number: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who prints what, when and for whom: all that differs between two prints of the same state of a case."""

    bank: str
    serial: str
    variant: str
    purpose: str
    who: str
    when: datetime
