"""A worker of a test's world: ticks when it is told to, on the world's clock."""

from casebackend.worker import Worker
from tests.world import World


def worker(world: World, name: str = "w") -> Worker:
    return Worker(world.database, world.settings, now=lambda: world.time, name=name)
