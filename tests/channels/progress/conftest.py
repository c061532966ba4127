from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from casebackend.api.drafts import CaseReceipt
from tests.casebackend.identity.checks import Carrier
from tests.casebackend.pickups.visits import receipt_with_code
from tests.channels.town import Town
from tests.world import World


@dataclass(frozen=True, slots=True)
class Registered:
    """A town with one complaint, registered before the bot was there to answer."""

    town: Town
    receipt: CaseReceipt
    code: str
    carrier: Carrier


@pytest_asyncio.fixture
async def registered(world: World) -> AsyncIterator[Registered]:
    receipt, code = await receipt_with_code(world)
    carrier = await Carrier.ready(world)
    async with Town.built(world) as town:
        yield Registered(town, receipt, code, carrier)
