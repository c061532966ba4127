"""What may be left out on PostgreSQL, and what never."""

from tests.sparing import shape, spared, whole


def test_who_says_nothing_that_another_does_not_say_is_spared() -> None:
    said = {"a": {1, 2, 3}, "b": {2, 3}, "c": {3, 4}, "d": {4}, "e": set[int]()}
    assert spared(said, set()) == ["b", "c", "e"]


def test_who_is_kept_is_never_spared_and_speaks_for_the_others() -> None:
    said = {"a": {1, 2, 3}, "b": {2, 3}, "c": {3, 4}, "d": {4}}
    assert spared(said, {"d", "b"}) == ["c"]


def test_a_statement_is_the_same_whatever_the_length_of_its_list() -> None:
    one, three, other = (
        f"SELECT id FROM cases WHERE id IN {values} AND open = ?" for values in ("(?)", "(?, ?, ?)", "(SELECT ?)")
    )
    assert shape(one) == shape(three) != shape(other)
    assert shape("INSERT INTO a (b) VALUES (?, ?), (?, ?)") == shape("INSERT INTO a (b) VALUES (?, ?)")
    assert shape("SELECT a FROM b WHERE (c, d) IN ((?, ?), (?, ?))") == shape(
        "SELECT a FROM b WHERE (c, d) IN ((?, ?))"
    )


def test_a_function_is_spared_with_all_its_cases_or_not_at_all() -> None:
    assert whole(["a[1]", "a[2]", "b[1]", "c"], ["a[1]", "a[2]", "b[1]", "b[2]", "c", "d"]) == ["a", "c"]
