import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.recordings.rules import MOST_AT_ONCE, NotThere, Part, part_of


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        (None, None), ("", None), ("bytes=-", None), ("items=0-1", None), ("bytes=0-1,4-5", None), ("bytes=a-b", None),
        ("bytes=0-", Part(0, 100)), ("bytes=0-0", Part(0, 1)), ("bytes=90-500", Part(90, 100)),
        ("bytes=-10", Part(90, 100)), ("bytes=-500", Part(0, 100)), ("bytes = 5 - 9", Part(5, 10)),
    ],
)  # fmt: skip
def test_one_range_of_bytes_is_understood_and_anything_else_is_the_whole(asked: str | None, part: Part | None) -> None:
    assert part_of(asked, 100) == part


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=9-5", "bytes=999999-"])
def test_a_range_outside_of_the_file_is_refused(asked: str) -> None:
    with pytest.raises(NotThere):
        part_of(asked, 100)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10**9))
def test_no_part_leaves_the_file_or_is_larger_than_one_answer(first: int, last: int, size: int) -> None:
    try:
        part = part_of(f"bytes={first}-{last}", size)
    except NotThere:
        return
    assert part is not None
    assert 0 <= part.start < part.end <= size
    assert part.end - part.start <= MOST_AT_ONCE
