"""What customers and colleagues write stays words, on every page of the console, in a real browser."""

import pytest

from tests.casebackend.hostile.chromium import chromium
from tests.casebackend.hostile.payloads import SHORT
from tests.casebackend.hostile.rounds import played
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
# Between them they may open every page that there is.
LOGINS = ("agent", "supervisor", "admin", "security", "audit", "lead", "curator", "executive")


async def test_of_ten_attacks_in_every_field_none_comes_alive_on_any_page(world: World) -> None:
    async with chromium() as browser:
        found = await played(world, browser, SHORT, logins=LOGINS, once=True)
    assert found.alive == []
    assert found.missing == set()
    assert len(found.columns) > 40
    assert len(found.sent) > 30
