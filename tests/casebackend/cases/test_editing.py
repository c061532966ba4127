"""bench/editing.py does the same 2,000 times."""

from collections.abc import Iterator

import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.casebackend.cases import editing


@pytest.fixture
def office() -> Iterator[editing.Office]:
    office = editing.Office()
    office.run(office.open())
    yield office
    office.close()


@pytest.mark.timeout(300)
def test_f26_no_edit_overwrites_another_that_was_made_meanwhile(office: editing.Office) -> None:
    editing.Editing.office = office
    run_state_machine_as_test(seed(26)(editing.Editing), settings=editing.within(30, 4))
    office.run(editing.no_update_is_lost(office))
    assert editing.SEEN["200"] > 10
    assert editing.SEEN["412"] > 10
