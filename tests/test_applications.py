import gc

from sanic import Sanic

from tests.world import World


async def test_worlds_that_are_over_leave_no_applications_behind() -> None:
    """The last one may still be held by what ran last."""
    made = set()
    for _ in range(4):
        async with World.built() as world:
            await world.says("你好")
            made.add(world.app.name)
    del world
    gc.collect()
    left = {each.name for each in gc.get_objects() if isinstance(each, Sanic)}
    assert len(left & made) <= 1
