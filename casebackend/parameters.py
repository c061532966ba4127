"""What may stand in a path and in a query string, in words of JSON Schema."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from casebackend.cases.predicates import NONE, Kind
from casebackend.cases.search import FIRST_YEAR, FLAGS, LARGEST, LAST_YEAR, LONGEST_TEXT, MOST_VALUES
from casebackend.paging import LONGEST, MOST
from casebackend.reports.rules import REPORTS

type Schema = dict[str, Any]

UUID: Schema = {"type": "string", "format": "uuid"}
DAY: Schema = {
    "type": "string", "format": "date", "description": f"{FIRST_YEAR} 至 {LAST_YEAR} 年",
}  # fmt: skip
# A case is found by its number as well as by its id.
REFERENCE: Schema = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[0-9A-Za-z-]+$"}
ARTICLE: Schema = {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[a-z0-9-]+$"}
CURSOR: Schema = {"type": "string", "maxLength": LONGEST, "pattern": "^[A-Za-z0-9_-]*$"}
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MOST}
PAGE = {"cursor": CURSOR, "limit": LIMIT}

_IN_PATH: Mapping[str, Schema] = {
    "uuid": UUID,
    "int": {"type": "integer", "minimum": 0, "maximum": 9999},
    "ymd": {"type": "string", "format": "date"},
}


class Asked(Protocol):
    """A condition of a list, or a field of a query."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def many(self) -> bool: ...
    @property
    def choices(self) -> Mapping[str, str] | None: ...


def in_path(name: str, kind: str) -> Schema:
    if kind != "str":
        return _IN_PATH[kind]
    if name == "article_id":
        return ARTICLE
    return choice(REPORTS) if name == "name" else REFERENCE


def choice(names: Iterable[str]) -> Schema:
    return {"type": "string", "enum": [str(name) for name in names]}


def conditions(table: Mapping[str, Asked]) -> dict[str, Schema]:
    return {name: _condition(name, each) for name, each in table.items()}


def _condition(name: str, asked: Asked) -> Schema:
    value = _value(asked.kind, asked.choices or {}, none=asked.many and not name.endswith("_tree"))
    if asked.many:
        value = {"type": "array", "items": value, "maxItems": MOST_VALUES}
    return value | {"description": asked.label}


def _value(kind: Kind, choices: Collection[str], *, none: bool) -> Schema:
    match kind:
        case Kind.CHOICE:
            return choice(choices)
        case Kind.FLAG:
            return choice(FLAGS)
        case Kind.DAY:
            return DAY
        case Kind.UNIT | Kind.PERSON:
            return {"anyOf": [UUID, {"const": NONE}]} if none else UUID
        case Kind.AMOUNT:
            return {"type": "number", "minimum": -int(LARGEST), "maximum": int(LARGEST)}
        case Kind.COUNT:
            return {"type": "integer", "minimum": 0, "maximum": 1_000_000}
        case _:
            return {"type": "string", "maxLength": LONGEST_TEXT}
