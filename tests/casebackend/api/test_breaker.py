from casebackend.api.breaker import FAILURES_TO_OPEN, SECONDS_TO_PROBE, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_five_failures_in_a_row_and_no_sooner() -> None:
    breaker = Breaker(Clock())
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed()
    assert breaker.allows()
    breaker.succeeded()
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()


def test_one_probe_is_let_through_every_five_seconds() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed()
    clock.now += SECONDS_TO_PROBE
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.failed()
    assert not breaker.allows()
    clock.now += SECONDS_TO_PROBE
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.state == "closed"
