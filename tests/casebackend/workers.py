"""A worker of a test's world: ticks when it is told to, on the world's clock."""

from uuid import uuid4

from casebackend.worker import Worker
from tests.world import World


def worker(world: World, name: str = "") -> Worker:
    return Worker(world.database, world.settings, now=lambda: world.time, name=name or uuid4().hex)
