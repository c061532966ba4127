"""A worker of a test's world: ticks when it is told to, on the world's clock."""

from casebackend.curation.indexing import FOLDER, Indexer
from casebackend.worker import Worker
from tests.world import World


def worker(world: World, name: str = "w") -> Worker:
    ticking = Worker(world.database, world.settings, now=lambda: world.time, name=name)
    ticking.slice_seconds = 600
    ticking.indexer = Indexer(world.settings.var_dir / FOLDER, world.database)
    return ticking
