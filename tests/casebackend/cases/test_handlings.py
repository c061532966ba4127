from uuid import UUID

from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World


async def modes(desk: Desk, query: str, login: str = "lead") -> list[str]:
    response = await desk.reads(login, f"/handlings/?{query}")
    assert response.status_code == 200, response.text
    return [row["mode"] for row in response.json()["items"]]


async def test_steps_are_found_by_who_where_when_how_and_whether_in_time(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    await desk.sure("lead", number, "accept", opinion="请电话13912345678核实后办理")
    target = await unit(world, "个人金融部")
    await desk.sure("agent", number, "dispatch", handling_unit_id=target, opinion="转个金部")
    world.wait(days=7)
    desk = Desk(world)
    await desk.sure("agent", number, "receive")
    assert await modes(desk, "") == ["receive", "dispatch", "accept", "submit"]
    assert await modes(desk, "mode=accept&mode=receive") == ["receive", "accept"]
    assert await modes(desk, f"unit={await unit(world, '客户服务中心')}") == ["receive", "dispatch", "accept"]
    head = await unit(world, "听诉示范银行总行")
    assert await modes(desk, f"unit_tree={head}&in_charge={target}") == ["receive", "dispatch"]
    assert await modes(desk, f"in_charge_tree={target}") == ["receive", "dispatch"]
    assert await modes(desk, "from=2026-03-03") == ["receive"]
    assert await modes(desk, "to=2026-03-02") == ["dispatch", "accept", "submit"]
    assert await modes(desk, "opinion=个金部") == ["dispatch"]
    assert await modes(desk, f"number={number.lower()}&opinion=核实") == ["accept"]
    everything = (await desk.reads("lead", "/handlings/")).json()["items"]
    accepted = next(row for row in everything if row["mode"] == "accept")
    assert "139****5678" in accepted["opinion"]
    assert (accepted["person"], accepted["unit"], accepted["label"]) == ("李班长", "客服中心", "受理")
    late = {row["mode"]: row["late"] for row in everything}
    assert [mode for mode, is_late in late.items() if is_late] == await modes(desk, "late=1")
    assert [mode for mode, is_late in late.items() if is_late is False] == await modes(desk, "late=0")
    with_due = [row for row in everything if row["due_at"]]
    for row in with_due:
        day = row["due_at"][:10]
        assert row["mode"] in await modes(desk, f"due_from={day}&due_to={day}")


async def test_pages_follow_one_another_and_out_of_scope_is_nothing(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    await desk.investigating(number)
    first = (await desk.reads("lead", "/handlings/?limit=3")).json()
    rest = (await desk.reads("lead", f"/handlings/?limit=3&cursor={first['next']}")).json()
    steps = [row["mode"] for row in (*first["items"], *rest["items"])]
    assert (sorted(steps), rest["next"]) == (["accept", "dispatch", "receive", "submit"], None)
    await hired(world, "jinan", roles=["handler"], organisation_id=UUID(await unit(world, "济南分行")))
    assert await modes(desk, "", "jinan") == []
    for query, named in (("mode=fly", "mode"), ("late=2", "late"), ("person=x", "person"), ("cursor=x", "cursor")):
        answer = await desk.reads("lead", f"/handlings/?{query}")
        assert (answer.status_code, answer.json()["filter"]) == (400, named)


async def test_what_was_proposed_is_found_and_stays_in_the_history_when_it_is_proposed_anew(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    await desk.investigating(number)
    await desk.proposed(number)
    await desk.sure("supervisor", number, "return_for_rework", opinion="请核对流水13912345678")
    await desk.proposed(
        number, findings="只扣收一次", validity="invalid", responsible="not_responsible", proposal="向客户出示流水"
    )
    assert await modes(desk, "opinion=退回年费") == ["propose"]
    assert await modes(desk, "opinion=出示流水") == ["propose"]
    later, first = [row["opinion"] for row in (await desk.reads("lead", "/handlings/?mode=propose")).json()["items"]]
    assert first == (
        "认定：投诉成立，我行有责\n调查结果：系统重复扣收\n认定依据：信用卡章程第十二条：年费每年收取一次\n"
        "处理方案：退回年费并致歉"
    )
    assert later.startswith("认定：投诉不成立，我行无责\n调查结果：只扣收一次")
    page = (await (await desk.browser("supervisor")).get(f"/cases/{number}")).text
    assert page.count("处理方案：退回年费并致歉") >= 1


async def test_what_colleagues_did_without_moving_a_case_is_found_as_well(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    await desk.investigating(number)
    asked = [await unit(world, "稽核部")]
    await desk.sure("agent", number, "ask_countersign", cosigners=asked, opinion="请会签退费方案")
    [round_] = (await desk.reads("supervisor", f"/cases/{number}/tasks")).json()["rounds"]
    part = round_["parts"][0]
    answer = await (await desk.browser("auditor")).post(
        f"/api/v1/tasks/{part['id']}/answer",
        json={"answer": "同意退费，另请核对13912345678的流水", "agrees": True},
        headers={"If-Match": f'"{part["version"]}"', "Idempotency-Key": "answered"},
    )
    assert answer.status_code == 200, answer.text
    urged = await (await desk.browser("lead")).post(
        f"/api/v1/cases/{number}/urges", json={"opinion": "客户又来电"}, headers={"Idempotency-Key": "urged"}
    )
    assert urged.status_code == 201, urged.text
    assert await modes(desk, "mode=task.answered&mode=case.staff_urged") == ["case.staff_urged", "task.answered"]
    assert await modes(desk, f"opinion=核对流水&unit={asked[0]}") == ["task.answered"]
    [row] = (await desk.reads("lead", "/handlings/?mode=task.answered")).json()["items"]
    assert (row["label"], row["unit"], row["in_charge"], row["late"]) == ("反馈协办任务", "稽核部", "个金部", None)
    assert "139****5678" in row["opinion"]
    assert "task.answered" not in await modes(desk, "late=0")
    assert "task.answered" in await modes(desk, "")
    page = (await (await desk.browser("lead")).get("/handlings?mode=task.answered")).text
    assert "同意退费" in page
