"""Pages by cursor: where the last one ended, in words that only we read; and single values of a query string."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sanic import Request
from sqlalchemy import ColumnElement, literal, tuple_

from casebackend.errors import BadRequest

LONGEST = 300
PAGE, MOST = 50, 200
FIRST_YEAR, LAST_YEAR = 1900, 9999


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
        if not isinstance(values, list) or "\0" in "".join(map(str, values)).encode().decode():
            raise BadFilter("cursor")
        return [kind(str(value)) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise BadFilter("cursor") from None


def moment(word: str) -> datetime:
    """A kind of value in a cursor, within what a database can compare."""
    at = datetime.fromisoformat(word)
    if at.tzinfo is None or not FIRST_YEAR < at.year < LAST_YEAR:
        raise ValueError(word)
    return at


def count(word: str) -> int:
    """A kind of value in a cursor: the places of a list are few."""
    if not word.isascii() or not word.isdecimal() or len(word) > 9:
        raise ValueError(word)
    return int(word)


def beyond(order: Sequence[ColumnElement[Any]], values: Sequence[Any], *, descending: bool) -> ColumnElement[bool]:
    """What comes after these values (or places) of the order. All of it runs one way, so one comparison of rows is
    enough."""
    if len(order) == 1:
        [column], [value] = order, values
        after: ColumnElement[bool] = column < value if descending else column > value
        return after
    left = tuple_(*order)
    right = tuple_(*(coerced(value, each) for value, each in zip(values, order, strict=True)))
    found: ColumnElement[bool] = left < right if descending else left > right
    return found


def coerced(value: Any, like: ColumnElement[Any]) -> ColumnElement[Any]:
    """A place in a statement that is kept stays one."""
    return value if isinstance(value, ColumnElement) else literal(value, like.type)


def one_of[T](kind: Callable[[str], T], request: Request, name: str) -> T | None:
    """The value of a parameter, or a refusal that names it; an empty one is none."""
    given = request.args.get(name)
    try:
        return kind(given) if given else None
    except (LookupError, ValueError, OverflowError):
        raise BadFilter(name) from None


def limit_of(request: Request, usual: int = PAGE) -> int:
    limit = one_of(count, request, "limit")
    if limit is None:
        return usual
    if not 1 <= limit <= MOST:
        raise BadFilter("limit")
    return limit


def cut[T](request: Request, items: Sequence[T], identity: Callable[[T], object]) -> tuple[list[T], str | None]:
    """A page of what is short by nature and read whole; the cursor names the last one that was shown."""
    start, limit = 0, limit_of(request)
    given = request.args.get("cursor")
    if given:
        [last] = read_cursor(given, [str])
        start = next((place + 1 for place, item in enumerate(items) if str(identity(item)) == last), len(items))
    shown = list(items[start : start + limit])
    return shown, cursor_of([identity(shown[-1])]) if start + limit < len(items) else None
