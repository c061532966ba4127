import pytest

from casebackend.conversations.rules import Channel
from tests.actions.desk import Desk
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    """Customers whose platform knows them; a web chat says so itself."""
    world.spoken_by = Channel.WECHAT
    return Desk(world)
