"""Pages by cursor: where the last one ended, in words that only we read."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_

from casebackend.errors import BadRequest

LONGEST = 300


class BadFilter(BadRequest):
    slug = "bad-filter"

    def __init__(self, name: str) -> None:
        super().__init__("查询条件不正确", filter=name)


def cursor_of(values: Sequence[object]) -> str:
    return urlsafe_b64encode(json.dumps([str(value) for value in values]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kinds: Sequence[Callable[[str], Any]]) -> list[Any]:
    """The values again; anything that we did not make is refused."""
    try:
        values = json.loads(urlsafe_b64decode(cursor[:LONGEST] + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or "\0" in "".join(map(str, values)):
            raise BadFilter("cursor")
        return [kind(str(value)) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, OverflowError):
        raise BadFilter("cursor") from None


def beyond(order: Sequence[ColumnElement[Any]], values: Sequence[Any], *, descending: bool) -> ColumnElement[bool]:
    """What comes after these values of the order. All of it runs one way, so one comparison of rows is enough."""
    if len(order) == 1:
        return order[0] < values[0] if descending else order[0] > values[0]
    left = tuple_(*order)
    right = tuple_(*(literal(value, each.type) for value, each in zip(values, order, strict=True)))
    return left < right if descending else left > right
