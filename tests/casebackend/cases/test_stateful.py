"""The whole lifecycle at random. The long run (5,000 times 100 steps) is `make bench-lifecycle`."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.casebackend.cases.machine import Lifecycle
from tests.databases import on_postgres


@pytest.mark.skipif(on_postgres(), reason="the machine brings its own SQLite; the rules are the same code")
@pytest.mark.timeout(3_600)
def test_no_way_leads_to_a_state_that_the_rules_forbid() -> None:
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=200,
            stateful_step_count=50,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
