from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sanic.request.parameters import RequestParameters

from casebackend.paging import BadFilter, count, cursor_of, cut, limit_of, moment, one_of, read_cursor


def asked(**values: object) -> Any:
    return SimpleNamespace(args=RequestParameters({name: [str(value)] for name, value in values.items()}))


@given(words=st.text(max_size=400))
def test_only_our_own_cursors_are_read(words: str) -> None:
    readings: list[list[Callable[[str], Any]]] = [[str], [moment, UUID], [count, str]]
    for kinds in readings:
        with pytest.raises(BadFilter):
            read_cursor(words, kinds)


@pytest.mark.parametrize(
    "values",
    [
        ["2026-03-02T10:00:00", uuid4()],
        ["9999-12-31T23:59:59-12:00", uuid4()],
        ["2026-03-02T10:00:00Z", "1"],
        ["\0", ""],
    ],
)
def test_values_that_no_database_can_compare_are_refused(values: list[object]) -> None:
    with pytest.raises(BadFilter):
        read_cursor(cursor_of(values), [moment, UUID])


def test_a_cursor_with_half_a_character_is_refused() -> None:
    with pytest.raises(BadFilter):
        read_cursor("WyJcdWQ4MDAiXQ", [str])


def test_a_cursor_comes_back_as_it_was() -> None:
    at, identity = datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC), uuid4()
    assert read_cursor(cursor_of([at.isoformat(), identity, 7]), [moment, UUID, count]) == [at, identity, 7]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "٣", "1_0", "9" * 5000])
def test_a_limit_is_a_number_from_1_to_200(limit: str) -> None:
    with pytest.raises(BadFilter) as refused:
        limit_of(asked(limit=limit))
    assert refused.value.extensions == {"filter": "limit"}
    assert (limit_of(asked(limit=200)), limit_of(asked()), limit_of(asked(limit=""))) == (200, 50, 50)


def test_a_value_that_is_none_of_its_kind_is_refused_by_name() -> None:
    with pytest.raises(BadFilter) as refused:
        one_of({"1": True}.__getitem__, asked(open="2"), "open")
    assert refused.value.extensions == {"filter": "open"}


@given(items=st.lists(st.integers(), max_size=30, unique=True), limit=st.integers(1, 10))
def test_pages_of_a_short_list_hold_everything_once_in_order(items: list[int], limit: int) -> None:
    found: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        shown, cursor = cut(asked(limit=limit, cursor=cursor), items, str)
        assert len(shown) <= limit
        found += shown
    assert found == items
