from tests.world import World


async def test_an_application_serves_the_next_world_and_remembers_nothing_of_the_one_before() -> None:
    async with World.built() as world:
        first, held = world.app, dict(vars(world.app.ctx))
        await world.says("你好")
    async with World.built() as world:
        assert world.app is first
        now = vars(world.app.ctx)
        assert now.keys() == held.keys()
        same = {name for name, each in now.items() if each is held[name] and not isinstance(each, bool | frozenset)}
        assert same == {"matrix", "outgoing", "templates"}, "only what belongs to no bank is kept"
        receipt = await world.says("你好", external_id="1")
        assert not receipt.duplicate


async def test_worlds_at_the_same_time_have_applications_of_their_own() -> None:
    async with World.built() as one, World.built() as other:
        assert one.app is not other.app
        assert one.app.ctx.database is not other.app.ctx.database
