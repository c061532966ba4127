"""What was split off goes back into the whole: both histories stay, and nobody waits longer for it."""

from datetime import timedelta
from typing import Any

import httpx

from casebackend.clocks.queries import timers_of
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.families.builders import holds, posts, slug
from tests.casebackend.registration.takers import Counter
from tests.casebackend.tellings.builders import owed, read_by_customer, tells
from tests.world import World

PART: dict[str, Any] = {"facts": "柜员态度很差", "demand": "道歉", "reason": "两件事"}


async def split(desk: Desk, number: str, **other: Any) -> str:
    answer = await posts(desk, "agent", f"/cases/{number}/splits", **PART | other)
    assert answer.status_code == 201, answer.text
    part: str = answer.json()["number"]
    return part


async def joins(desk: Desk, number: str, *, login: str = "agent", read: str | None = None) -> httpx.Response:
    browser = await desk.browser(login)
    url = f"/api/v1/cases/{number}"
    read = read or (await desk.world.tester.get(url)).headers["ETag"]
    return await browser.post(f"{url}/joining", json={"reason": "拆错了"}, headers={"If-Match": read})


async def labels(desk: Desk, number: str) -> list[str]:
    return [each["label"] for each in (await desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"]]


async def test_a_part_about_another_unit_goes_back_and_the_customer_hears_under_which_number(world: World) -> None:
    desk = Desk(world)
    whole = await filed(world)
    part = await split(desk, whole.number, unit_id=await unit(world, "北京海淀支行"))
    ordinary = await desk.does("agent", part, "merge", master_number=whole.number, opinion="同一件事")
    assert slug(ordinary) == (409, "cannot-merge")
    assert slug(await joins(desk, part, read='"99"')) == (412, "version-passed")
    joined = await joins(desk, part)
    assert joined.status_code == 200, joined.text
    assert (joined.json()["master_number"], joined.json()["status"]) == (whole.number, "merged")
    assert "并入重复投诉" in await labels(desk, whole.number)
    assert (await labels(desk, part))[0] == "登记投诉"
    assert slug(await joins(desk, part)) == (409, "cannot-join")
    assert slug(await joins(desk, whole.number)) == (409, "cannot-join")
    await ticked(world)
    said = await read_by_customer(world, whole.case_id)
    assert f"您的投诉 {part} 与您的另一件投诉 {whole.number} 属于同一事项，现合并到 {whole.number} 一起办理" in said
    await desk.sure("agent", part, "unmerge", opinion="还是分开")
    await ticked(world)
    assert f"您的投诉 {part} 恢复单独办理" in await read_by_customer(world, whole.case_id)
    assert (await joins(desk, part)).status_code == 200, "taken out, it may go back again"
    assert await holds(world) == []


async def test_the_earlier_receipt_counts_where_the_whole_counts_from_new_facts(world: World) -> None:
    desk = Desk(world)
    whole = await filed(world)
    part = await split(desk, whole.number)
    world.wait(days=5)
    desk = Desk(world)
    brought = await posts(
        desk, "agent", f"/cases/{whole.number}/materials", text="新的事实", is_new_fact=True,
        received_at=world.time.isoformat(),
    )  # fmt: skip
    material = brought.json()
    browser = await desk.browser("lead")
    agreed = await browser.post(
        f"/api/v1/materials/{material['id']}/decision",
        json={"is_new_fact": True, "opinion": "确为新事实"},
        headers={"If-Match": f'"{material["version"]}"'},
    )
    assert agreed.status_code == 200, agreed.text
    later = (await case_of(world, whole.case_id)).promised_on
    assert (await joins(desk, part)).status_code == 200
    case = await case_of(world, whole.case_id)
    assert case.promised_on is not None
    assert later is not None
    assert later - case.promised_on == timedelta(days=5)
    async with world.database.reading() as session:
        runs = [each for each in await timers_of(session, case.id) if each.kind == "l1"]
    assert [each.stop_reason for each in runs] == ["restarted", "restarted", None]
    assert (runs[-1].origin_at, runs[-1].basis) == (case.received_at, "收到")
    assert "拆出的投诉并回，期限按较早的一件计算" in await labels(desk, whole.number)
    assert await holds(world) == []


async def test_where_we_carry_no_messages_a_colleague_tells_the_new_number_and_proves_it(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    part = await split(desk, number, unit_id=await unit(world, "北京海淀支行"))
    assert (await joins(desk, part)).status_code == 200
    await ticked(world)
    [duty] = await owed(desk, part)
    assert (duty["label"], duty["open"]) == ("投诉合并办理", True)
    assert number in duty["text"]
    answer = await tells(desk, part, duty, told_by="phone", told_proof="录音 0301，客户手机13900139000")
    assert answer.status_code == 200, answer.text
    [duty] = await owed(desk, part)
    assert not duty["open"]
    assert "13900139000" not in str((await desk.reads("lead", f"/cases/{part}/timeline")).json())
    assert await holds(world) == []


async def test_the_part_goes_back_by_the_button_on_its_page(world: World) -> None:
    desk = Desk(world)
    whole = await filed(world)
    part = await split(desk, whole.number, unit_id=await unit(world, "北京海淀支行"))
    browser = await desk.browser("agent")
    assert "并回原投诉" not in (await browser.get(f"/cases/{whole.number}/family")).text
    page = (await browser.get(f"/cases/{part}/family")).text
    assert "并回原投诉" in page
    version = page.split("/family/joining")[-1].split('name="version" value="')[1].split('"')[0]
    sent = await browser.post(
        f"/cases/{part}/family/joining", data={"reason": "拆错了", "version": version}, headers={"HX-Request": "true"}
    )
    assert sent.status_code in (200, 204, 303), sent.text
    shown = (await browser.get(f"/cases/{part}/tellings")).text
    assert "没有须告知客户的事项" in shown
    await ticked(world)
    assert "投诉合并办理" in (await browser.get(f"/cases/{part}/tellings")).text
