"""The login log: one's own for everybody, all of it for who watches over logins."""

from tests.casebackend.credentials.steps import Desk
from tests.casebackend.staff.logins import hired, staff
from tests.world import World

LOGINS = "/api/v1/logins"


async def test_it_is_asked_by_period_account_address_and_outcome(world: World) -> None:
    await hired(world)
    desk = Desk(world)
    await desk.enter("wrong")
    await desk.enter("wrong", "My-Secret-Typo-1")
    world.wait(days=1)
    await desk.enter()
    async with await staff(world, "security") as client:

        async def found(query: str) -> list[tuple[str | None, str]]:
            response = await client.get(f"{LOGINS}{query}")
            assert response.status_code == 200, response.text
            return [(each["login"], each["outcome"]) for each in response.json()["items"]]

        chen = [("chen", "opened"), ("chen", "failed")]
        assert await found("?login=chen") == chen
        assert await found("?login=chen&to=2026-03-02") == chen[1:]
        assert await found("?login=chen&from=2026-03-03") == chen[:1]
        assert await found("?login=CHEN&outcome=failed") == chen[1:]
        assert await found("?login=My-Secret-Typo-1") == [(None, "failed")]
        assert await found("?address=10.0.0.9") == [("security", "opened")]
        assert len(await found("")) == 4
        page = await client.get("/security/logins?login=chen&outcome=failed")
        assert page.text.count("陈同事") == 1
        assert "Secret-Typo" not in (await client.get("/security/logins")).text


async def test_it_comes_in_pages_without_losing_or_doubling_a_row(world: World) -> None:
    await hired(world)
    desk = Desk(world)
    for _ in range(4):
        await desk.enter("wrong")
    async with await staff(world, "audit") as client:
        seen, cursor = [], ""
        for _ in range(3):
            answer = (await client.get(f"{LOGINS}?limit=2&cursor={cursor}")).json()
            seen += [(each["login"], each["at"]) for each in answer["items"]]
            cursor = answer["next"] or ""
        assert cursor == ""
        assert len(seen) == len(set(seen)) == 5
        assert [at for _, at in seen] == sorted((at for _, at in seen), reverse=True)


async def test_a_filter_that_makes_no_sense_is_refused(world: World) -> None:
    async with await staff(world, "security") as client:
        for query in (
            "?from=yesterday",
            "?to=0001-01-01",
            "?outcome=maybe",
            "?cursor=x",
            "?limit=0",
            "?login=" + "x" * 65,
        ):
            assert (await client.get(f"{LOGINS}{query}")).status_code == 400, query


async def test_colleagues_see_their_own_and_nobody_elses(world: World) -> None:
    await hired(world)
    await Desk(world).enter("wrong")
    for login in ("agent", "executive", "admin"):
        async with await staff(world, login) as client:
            assert (await client.get(LOGINS)).status_code == 403
            assert (await client.get("/security/logins")).status_code == 403
            mine = (await client.get("/account")).text
            assert mine.count("未通过") == 0
            assert mine.count("成功") == 1
