"""暂存: put aside, taken up again, submitted once, or thrown away."""

from sqlalchemy import select

from casebackend.check import check
from casebackend.registration.model import Registration
from tests.casebackend.registration.takers import STORY, Counter
from tests.world import World


async def test_what_is_put_aside_is_sealed_found_again_and_submitted_once(world: World) -> None:
    counter = Counter(world)
    saved = await counter.sends("agent", "/registrations/", STORY | {"demand": ""})
    assert (saved.status_code, saved.json()["complainant"]) == (201, "张**")
    path = f"/registrations/{saved.json()['id']}"
    async with world.database.transaction() as session:
        row = (await session.scalars(select(Registration))).one()
        assert "张三丰" not in repr(vars(row))
    browser = await counter.desk.browser("agent")
    assert [each["id"] for each in (await browser.get("/api/v1/registrations/")).json()["items"]] == [
        saved.json()["id"]
    ]
    assert (await counter.desk.reads("outlet", path)).status_code == 404
    early = await counter.sends("agent", f"{path}/submit", {}, read='"1"')
    assert early.json()["type"].endswith("not-filled-in")
    changed = await browser.put(f"/api/v1{path}", json=STORY, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    other_tab = await browser.put(f"/api/v1{path}", json=STORY, headers={"If-Match": '"1"'})
    assert other_tab.status_code == 412
    content = (await browser.get(f"/api/v1{path}")).json()["content"]
    assert content["people"][0]["name"] == "张三丰"
    made = await counter.sends("agent", f"{path}/submit", {}, key="s", read='"2"')
    again = await counter.sends("agent", f"{path}/submit", {}, key="s", read='"2"')
    assert (made.status_code, made.json()["number"]) == (201, again.json()["number"])
    assert (await browser.get(f"/api/v1{path}")).json()["type"].endswith("already-submitted")
    assert (await browser.get("/api/v1/registrations/")).json()["items"] == []
    async with world.database.transaction() as session:
        assert (await session.scalars(select(Registration.content_enc))).all() == [None]
        assert await check(session, now=world.time) == []


async def test_reset_leaves_nothing_of_what_stood_there(world: World) -> None:
    counter = Counter(world)
    saved = await counter.sends("agent", "/registrations/", STORY)
    browser = await counter.desk.browser("agent")
    path = f"/api/v1/registrations/{saved.json()['id']}"
    assert (await browser.delete(path)).status_code == 428
    assert (await browser.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await browser.get(path)).status_code == 409
    async with world.database.transaction() as session:
        row = (await session.scalars(select(Registration))).one()
        assert (row.state, row.content_enc, row.complainant) == ("reset", None, None)


async def test_returned_to_the_creator_it_is_corrected_and_submitted_again(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure())["number"]
    await desk.sure("lead", number, "return_to_draft", opinion="请补充金额")
    assert (await counter.case(number)).status == "draft"
    await desk.sure("agent", number, "submit", amount="200")
    await desk.sure("lead", number, "accept")


async def test_the_text_suggests_its_classes_and_says_how_sure_it_is(world: World) -> None:
    counter = Counter(world)
    found = await counter.sends("agent", "/registrations/coding", {"text": "柜台多扣信用卡年费，柜员态度差"})
    by_field: dict[str, list[str]] = {}
    for each in found.json():
        assert 0 < each["confidence"] < 1
        assert each["code"] is None
        by_field.setdefault(each["field"], []).append(each["name"])
    assert by_field["category_b"][0] == "信用卡"
    assert by_field["business_channel_a"] == ["营业现场"]
    assert (await counter.sends("agent", "/registrations/coding", {"text": "嗯"})).json() == []
