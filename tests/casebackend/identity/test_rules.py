from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.identity import levels
from casebackend.identity.rules import Action, Level, Tries, Where, in_force, left, locked, missed, wants

DOC = Path(__file__).parents[3] / "docs" / "identity.md"
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
MOST, LOCK = 3, timedelta(minutes=30)
GAPS = st.lists(st.integers(0, 3_600), max_size=40)


def after(gaps: list[int]) -> list[tuple[datetime, bool]]:
    """Wrong answers with these pauses in seconds: when, and whether it was looked at."""
    tries, now, seen = Tries(), START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        seen.append((now, locked(tries, now) is None))
        tries = missed(tries, now, most=MOST, lock=LOCK)
    return seen


@given(GAPS)
def test_no_window_as_long_as_the_lock_holds_more_than_three_looked_at_answers(gaps: list[int]) -> None:
    looked = [at for at, checked in after(gaps) if checked]
    for place, at in enumerate(looked):
        assert len([each for each in looked[place:] if each - at < LOCK]) <= MOST


@given(GAPS)
def test_the_third_wrong_answer_in_a_row_locks_for_exactly_half_an_hour(gaps: list[int]) -> None:
    tries, now = Tries(), START
    for gap in gaps:
        now += timedelta(seconds=gap)
        before, tries = tries, missed(tries, now, most=MOST, lock=LOCK)
        end = locked(tries, now)
        if end is not None and locked(before, now) is None:
            assert end == now + LOCK
            assert left(before, now, most=MOST, lock=LOCK) == 1
            assert locked(tries, end - timedelta(microseconds=1)) == end
            assert locked(tries, end) is None
        assert left(tries, now, most=MOST, lock=LOCK) == (0 if end else MOST - tries.wrong)


@given(GAPS)
def test_what_is_answered_while_locked_lengthens_nothing(gaps: list[int]) -> None:
    tries, now = Tries(locked_until=START + LOCK), START
    for gap in gaps:
        now += timedelta(seconds=gap)
        if now < START + LOCK:
            assert missed(tries, now, most=MOST, lock=LOCK) == tries


@given(st.sampled_from(Level), st.integers(-10_000, 10_000))
def test_a_level_is_in_force_until_its_time_and_never_after(level: Level, seconds: int) -> None:
    now = START + timedelta(seconds=seconds)
    assert in_force(level, START, now) == (level if seconds < 0 else Level.CHANNEL)
    assert in_force(level, None, now) is Level.CHANNEL


def test_the_table_names_every_action_and_a_higher_level_never_allows_less() -> None:
    assert set(levels.table()) == {(action, where) for action in Action for where in Where}
    for action, where in levels.table():
        allowed = [levels.allows(action, where, level) for level in Level]
        assert all(lower <= higher for lower, higher in pairwise(allowed))
    for action in (Action.PROGRESS, Action.URGE, Action.WITHDRAW):
        assert levels.allows(action, Where.HERE, Level.CHANNEL)
        assert not levels.allows(action, Where.ELSEWHERE, Level.CHANNEL)
        assert levels.allows(action, Where.ELSEWHERE, Level.PHONE)
    assert not any(levels.allows(Action.PERSONAL_DATA, where, level) for where in Where for level in Level)
    assert not levels.allows(Action.CONTACT_CHANGE, Where.HERE, Level.PHONE)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("不用了", "stop"), ("算了。", "stop"), ("换个手机号", "other_phone"), ("重新发送核实码", "again"),
        ("没收到短信啊", "again"), ("[核实码]", None), ("[手机#1]", None), ("我算了一下是这个", None),
        ("*", "back"), ("返回上一步", "back"), ("钱退回上一步的账户", None),
    ],
)  # fmt: skip
def test_a_wish_is_told_from_an_answer(said: str, meant: str | None) -> None:
    assert wants(said) == meant


def test_the_paper_on_identity_says_what_the_table_says() -> None:
    rows = (
        DOC.read_text("utf-8")
        .partition("| action | here | unverified | elsewhere |")[2]
        .partition("\n\n")[0]
        .splitlines()[2:]
    )
    told: dict[tuple[str, Where], str] = {}
    for row in rows:
        names, *cells = [cell.strip() for cell in row.strip("|").split("|")]
        for name in names.partition(":")[0].split(", "):
            told |= {(name, where): cell.split(",")[0] for where, cell in zip(Where, cells, strict=True)}
    kept = {(action.value, where): row.level for (action, where), row in levels.table().items()}
    assert told == {about: "never" if level is None else str(int(level)) for about, level in kept.items()}
