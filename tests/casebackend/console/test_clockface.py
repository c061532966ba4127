from datetime import UTC, datetime, timedelta
from typing import Any

from casebackend.api.histories import ClockView
from casebackend.console.clockface import faces

START = datetime(2026, 3, 2, 2, tzinfo=UTC)


def clock(kind: str = "l1", seq: int = 1, *, start: int = 0, due: int = 10, **more: Any) -> ClockView:
    at = {"started_at": START + timedelta(days=start), "due_at": START + timedelta(days=due)}
    known = {name: None for name, field in ClockView.model_fields.items() if not field.is_required()}
    values = known | {
        "kind": kind, "label": kind, "seq": seq, "near_at": START + timedelta(days=due - 1), "stopped_at": None,
        "stop_reason": None, "near_fired_at": None, "fired_at": None, "derivation": "", "provisional": False,
    }  # fmt: skip
    blank = {name: None for name in ClockView.model_fields if name not in values}
    return ClockView.model_construct(**blank | values | at | more)


def test_the_law_that_runs_comes_first_then_the_own_limits_then_what_is_paused_then_what_has_ended() -> None:
    at = START + timedelta(days=5)
    found = faces(
        [
            clock("ended", stopped_at=START, stop_reason="done"),
            clock("paused", stopped_at=START, stop_reason="suspended"),
            clock("l1", due=15),
            clock("internal.investigate", due=6),
        ],
        now=at,
    )
    assert [face.clock.kind for face in found] == ["l1", "internal.investigate", "paused", "ended"]


def test_the_bar_is_the_share_that_is_used_and_the_word_follows_the_time() -> None:
    for days, used, words in (
        (0, 0, "进行中"),
        (5, 50, "进行中"),
        (9, 90, "临期"),
        (10, 100, "已超期"),
        (30, 100, "已超期"),
    ):
        face = faces([clock()], now=START + timedelta(days=days))[0]
        assert (face.used, face.words) == (used, words)


def test_a_paused_clock_stands_still_and_an_ended_one_tells_whether_in_time() -> None:
    paused = clock(stopped_at=START + timedelta(days=3), stop_reason="suspended")
    assert (faces([paused], now=START + timedelta(days=9))[0].used, faces([paused], now=START)[0].words) == (
        30,
        "暂停中",
    )
    for day, words in ((9, "已完成"), (11, "逾期完成")):
        ended = clock(stopped_at=START + timedelta(days=day), stop_reason="done")
        assert faces([ended], now=START + timedelta(days=20))[0].words == words


def test_earlier_runnings_of_a_clock_stand_behind_the_latest() -> None:
    first = clock(stopped_at=START, stop_reason="suspended")
    found = faces([clock(seq=2, start=4, due=14), first], now=START + timedelta(days=4))
    assert [(face.clock.seq, [run.seq for run in face.before]) for face in found] == [(2, [1])]
