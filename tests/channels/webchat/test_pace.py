from channels.webchat.pace import Pace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_twenty_at_once_then_one_every_three_seconds() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert [pace.wait("a") for _ in range(20)] == [0.0] * 20
    wait = pace.wait("a")
    assert 2.9 < wait <= 3.0
    clock.now += wait
    assert pace.wait("a") == 0.0
    assert pace.wait("a") > 0


def test_a_flooder_slows_nobody_else() -> None:
    pace = Pace(Clock())
    for _ in range(200):
        pace.wait("flood")
    assert pace.wait("calm") == 0.0


def test_who_has_said_nothing_for_a_minute_takes_no_room() -> None:
    clock = Clock()
    pace = Pace(clock)
    for number in range(500):
        pace.wait(f"visitor {number}")
    clock.now += 61
    pace.wait("another")
    assert list(pace._buckets) == ["another"]
