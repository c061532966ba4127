"""Nothing personal stands anywhere outside the vault. bench/canaries.py sends a thousand."""

import logging

import pytest
import structlog
from sqlalchemy import update

from casebackend.cases.model import Case
from casebackend.logging import configure
from tests.casebackend.canaries import Doors, copied, forms, in_bytes, in_database, in_files, people, settled
from tests.world import World

DOORS = 7


@pytest.fixture
def as_in_service() -> object:
    """The logging of the real program."""
    before = logging.root.handlers[:]
    configure("test")
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = before


@pytest.mark.usefixtures("as_in_service")
async def test_what_went_in_through_every_door_is_found_nowhere_outside_the_vault(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    canaries, doors = people(DOORS), Doors(world)
    for place, canary in enumerate(canaries):
        await doors.plant(canary, place)
    await settled(world)
    copied(world, world.settings.var_dir / "backup.db")
    printed = capfd.readouterr()
    leaks = await in_database(world, canaries)
    leaks += in_files(world.settings.var_dir, canaries)
    leaks += [f"log: {value}" for value in in_bytes((printed.out + printed.err).encode(), canaries)]
    assert leaks == []
    async with world.database.transaction() as session:  # the search has teeth
        await session.execute(update(Case).where(Case.source == "direct").values(referral_agency=canaries[0].name))
    assert await in_database(world, canaries) == [f"cases.referral_agency: {canaries[0].name}"]


def test_the_search_sees_a_value_however_it_is_written() -> None:
    [canary] = people(1)
    for value in canary.values:
        for form in forms(value):
            assert list(in_bytes(b"..." + form + b"...", [canary])) == [value]
