from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend import editions
from casebackend.notices.model import Notice, Threshold
from casebackend.notices.thresholds import EDITION
from casebackend.organisations.model import Organisation
from casebackend.tasks.model import Task
from tests.casebackend.cases.around import changes, holds, posts, refused, tasks_of, ticked, user
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def countersigned(world: World, desk: Desk, *units: str, **how: object) -> str:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    asked = [await unit(world, name) for name in units]
    await desk.sure("agent", receipt.case_id, "ask_countersign", cosigners=asked, opinion="请会签退费方案", **how)
    return receipt.number


async def part_of(desk: Desk, number: str, unit_name: str) -> str:
    return next(str(task["id"]) for task in await tasks_of(desk, "agent", number) if task["unit"] == unit_name)


async def says(desk: Desk, login: str, task: str, *, agrees: bool | None = True) -> tuple[int, object]:
    body = {"answer": "方案可行" if agrees else "依据不足", "agrees": agrees}
    response = await changes(desk, login, f"/tasks/{task}", "answer", body)
    return response.status_code, response.json()


async def status(desk: Desk, number: str) -> str:
    return str((await desk.reads("agent", f"/cases/{number}")).json()["status"])


async def test_when_all_asked_units_agree_the_case_goes_back_with_a_summary(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "消费者权益保护部", "稽核部")
    assert (await status(desk, number)) == "countersign"
    first, second = await part_of(desk, number, "消保部"), await part_of(desk, number, "稽核部")
    assert (await says(desk, "supervisor", first))[0] == 200
    assert (await status(desk, number)) == "countersign"
    assert (await says(desk, "auditor", second))[0] == 200
    assert (await status(desk, number)) == "investigating"
    entries = (await desk.reads("agent", f"/cases/{number}/timeline")).json()["entries"]
    assert (entries[-1]["label"], entries[-1]["opinion"]) == ("完成会签", "会签通过：2方同意、0方不同意")
    [found] = (await desk.reads("agent", f"/cases/{number}/tasks")).json()["rounds"]
    assert (found["state"], found["needed"], [part["state"] for part in found["parts"]]) == (
        "agreed", 2, ["answered", "answered"],
    )  # fmt: skip
    await holds(world)


async def test_one_objection_ends_a_countersigning_of_all_and_frees_the_others(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "消费者权益保护部", "稽核部")
    assert (await says(desk, "auditor", await part_of(desk, number, "稽核部"), agrees=False))[0] == 200
    assert (await status(desk, number)) == "investigating"
    states = {task["unit"]: task["state"] for task in await tasks_of(desk, "agent", number)}
    assert states == {"稽核部": "answered", "消保部": "cancelled"}
    code, _ = await says(desk, "supervisor", await part_of(desk, number, "消保部"))
    assert code == 409
    await holds(world)


async def test_any_and_quorum_end_as_soon_as_they_are_reached(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "消费者权益保护部", "稽核部", countersign_mode="any")
    await says(desk, "auditor", await part_of(desk, number, "稽核部"), agrees=False)
    assert (await status(desk, number)) == "countersign"
    await says(desk, "supervisor", await part_of(desk, number, "消保部"))
    assert (await status(desk, number)) == "investigating"
    case = (await desk.reads("agent", f"/cases/{number}")).json()["id"]
    asked = [await unit(world, name) for name in ("消费者权益保护部", "稽核部", "北京分行")]
    how = {"cosigners": asked, "opinion": "再会签", "countersign_mode": "quorum"}
    assert refused(await desk.does("agent", case, "ask_countersign", **how, countersign_quorum=4)) == (
        422,
        "quorum-off",
    )
    assert refused(await desk.does("agent", case, "ask_countersign", **how)) == (422, "quorum-off")
    await desk.sure("agent", case, "ask_countersign", **how, countersign_quorum=2)
    rounds = (await desk.reads("agent", f"/cases/{number}/tasks")).json()["rounds"]
    parts = {part["unit"]: part["id"] for part in rounds[1]["parts"]}
    await says(desk, "branch", parts["北京分行"])
    assert (await status(desk, number)) == "countersign"
    await says(desk, "auditor", parts["稽核部"])
    assert (await status(desk, number)) == "investigating"
    await holds(world)


async def test_only_those_who_speak_for_an_asked_unit_answer_and_with_an_opinion(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "稽核部")
    task = await part_of(desk, number, "稽核部")
    for login in ("supervisor", "lead", "agent"):
        assert refused(await changes(desk, login, f"/tasks/{task}", "receive")) == (403, "not-asked")
    await hired(world, "clerk", roles=["intake"], organisation_id=UUID(await unit(world, "稽核部")))
    assert refused(await changes(desk, "clerk", f"/tasks/{task}", "receive")) == (403, "not-asked")
    blank = {"answer": "  ", "agrees": True}
    assert refused(await changes(desk, "auditor", f"/tasks/{task}", "answer", blank)) == (422, "opinion-missing")
    silent = {"answer": "同意"}
    assert refused(await changes(desk, "auditor", f"/tasks/{task}", "answer", silent)) == (422, "opinion-missing")
    received = await changes(desk, "auditor", f"/tasks/{task}", "receive")
    assert (received.json()["state"], received.json()["received_by"]) == ("received", "孙稽核")
    assert refused(await changes(desk, "auditor", f"/tasks/{task}", "receive")) == (409, "task-received")
    browser = await desk.browser("auditor")
    answer = {"answer": "同意", "agrees": True}
    assert (await browser.post(f"/api/v1/tasks/{task}/answer", json=answer)).status_code == 428
    stale = await browser.post(f"/api/v1/tasks/{task}/answer", json=answer, headers={"If-Match": '"1"'})
    assert refused(stale) == (412, "version-passed")


async def test_people_can_be_asked_and_nobody_is_asked_twice_or_asks_himself(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    sun, wang = (await user(world, "auditor")).id, (await user(world, "agent")).id
    own = await unit(world, "个人金融部")
    for asked, slug in (
        ([str(wang)], "asked-oneself"), ([own], "asked-oneself"), ([str(sun), str(sun)], "nobody-asked"),
        ([str(receipt.case_id)], "nobody-asked"), ([], "fields-missing"),
    ):  # fmt: skip
        response = await desk.does("agent", receipt.case_id, "ask_countersign", cosigners=asked, opinion="请会签")
        assert refused(response) == (422, slug)
    assert (await case_of(world, receipt.case_id)).status == "investigating"
    await desk.sure("agent", receipt.case_id, "ask_countersign", cosigners=[str(sun)], opinion="请会签")
    [task] = await tasks_of(desk, "agent", receipt.number)
    assert (task["unit"], task["person"], task["derivation"]) == (
        "稽核部", "孙稽核", "会签反馈：3月2日 10:00 + 1个工作日 = 3月3日 17:30",
    )  # fmt: skip
    assert (await says(desk, "auditor", task["id"]))[0] == 200
    await holds(world)


async def test_a_head_may_end_a_countersigning_early_and_the_asker_may_not(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "消费者权益保护部", "稽核部")
    case = (await desk.reads("agent", f"/cases/{number}")).json()["id"]
    await hired(world, "other", roles=["handler"], organisation_id=UUID(await unit(world, "个人金融部")))
    response = await desk.does("other", case, "countersign_done", opinion="不等了")
    assert refused(response) == (403, "move-forbidden")
    await desk.sure("lead", case, "countersign_done", opinion="时限临近，先行处理")
    [found] = (await desk.reads("agent", f"/cases/{number}/tasks")).json()["rounds"]
    assert (found["state"], {part["state"] for part in found["parts"]}) == ("closed_early", {"cancelled"})
    await desk.sure("agent", case, "propose", **PROPOSAL)
    await holds(world)


@pytest.mark.parametrize("ending", ["withdraw", "edit", "void"])
async def test_whatever_ends_a_case_ends_its_tasks(world: World, desk: Desk, ending: str) -> None:
    number = await countersigned(world, desk, "稽核部")
    case = (await desk.reads("agent", f"/cases/{number}")).json()["id"]
    asked = {"unit_id": await unit(world, "北京分行"), "demand": "请提供扣费记录"}
    assert (await posts(desk, "agent", f"/cases/{number}/tasks", asked)).status_code == 201
    if ending == "withdraw":
        how = {"requested_at": world.time.isoformat(), "identity_check": "已核对预留手机号", "opinion": "客户来电撤诉"}
        await desk.sure("agent", case, "withdraw", **how)
    elif ending == "edit":
        await desk.sure("supervisor", case, "edit", opinion="登记有误")
    else:
        await hired(world, "second", roles=["system_admin"])
        for login in ("admin", "second"):
            assert (await desk.does(login, case, "void", opinion="测试数据")).status_code == 200
    async with world.database.reading() as session:
        assert set(await session.scalars(select(Task.state))) == {"cancelled"}
    await holds(world)


async def test_a_required_consultation_holds_up_the_proposal_and_others_do_not(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    branch = await unit(world, "北京分行")
    path = f"/cases/{receipt.number}/tasks"
    asked = {"unit_id": branch, "demand": "请提供13900139000的通话记录", "required": False}
    optional = await posts(desk, "agent", path, asked, key="a")
    assert optional.status_code == 201
    assert "13900139000" not in optional.text
    assert (await posts(desk, "agent", path, asked, key="a")).json()["id"] == optional.json()["id"]
    needed = (await posts(desk, "agent", path, asked | {"required": True})).json()
    assert needed["derivation"].startswith("协办反馈：3月2日 10:00 + 2个工作日")
    assert refused(await desk.does("agent", receipt.case_id, "propose", **PROPOSAL)) == (409, "tasks-open")
    assert (await says(desk, "branch", needed["id"], agrees=None))[0] == 200
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    entries = (await desk.reads("agent", f"/cases/{receipt.number}/timeline")).json()["entries"]
    assert "反馈协办任务" in [entry["label"] for entry in entries]
    await holds(world)


async def test_who_may_ask_and_who_may_cancel(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/tasks"
    asked = {"unit_id": await unit(world, "北京分行"), "demand": "请说明"}
    await hired(world, "other", roles=["handler"], organisation_id=UUID(await unit(world, "个人金融部")))
    await desk.investigating(receipt.case_id)
    assert refused(await posts(desk, "other", path, asked)) == (403, "not-in-charge")
    assert (await posts(desk, "outlet", path, asked)).status_code in (403, 404)
    late = asked | {"due_at": world.time.isoformat()}
    assert refused(await posts(desk, "agent", path, late)) == (422, "due-in-the-past")
    both = asked | {"user_id": str((await user(world, "branch")).id)}
    assert (await posts(desk, "agent", path, both)).status_code == 422
    task = (await posts(desk, "agent", path, asked)).json()["id"]
    reason = {"reason": "已从系统查到"}
    assert refused(await changes(desk, "other", f"/tasks/{task}", "cancel", reason)) == (403, "not-the-asker")
    assert (await changes(desk, "agent", f"/tasks/{task}", "cancel", reason)).json()["state"] == "cancelled"
    assert refused(await changes(desk, "agent", f"/tasks/{task}", "cancel", reason)) == (409, "task-over")
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    number = await countersigned(world, desk, "稽核部")
    part = await part_of(desk, number, "稽核部")
    assert refused(await changes(desk, "agent", f"/tasks/{part}", "cancel", reason)) == (409, "part-of-countersigning")


async def test_being_asked_shows_the_case_and_lets_nobody_move_it(world: World, desk: Desk) -> None:
    """A sister branch that is asked sees the case while it is asked, and only answers."""
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    jinan = UUID(await unit(world, "济南分行"))
    await hired(world, "jinan", roles=["handler", "department_head"], organisation_id=jinan)
    assert (await desk.reads("jinan", f"/cases/{receipt.number}")).status_code == 404
    asked = {"unit_id": str(jinan), "demand": "客户称曾在贵行办理，请核实"}
    task = (await posts(desk, "agent", f"/cases/{receipt.number}/tasks", asked)).json()
    assert (await desk.reads("jinan", f"/cases/{receipt.number}")).status_code == 200
    [waiting] = (await desk.reads("jinan", "/tasks")).json()["items"]
    assert (waiting["id"], waiting["may_answer"], waiting["asked_by"]) == (task["id"], True, "王受理")
    assert [each["id"] for each in (await desk.reads("agent", "/tasks?box=sent")).json()["items"]] == [task["id"]]
    move = await desk.does("jinan", receipt.case_id, "report_up", opinion="上报")
    assert refused(move) == (403, "only-asked")
    onward = asked | {"unit_id": await unit(world, "稽核部")}
    assert refused(await posts(desk, "jinan", f"/cases/{receipt.number}/tasks", onward)) == (403, "only-asked")
    assert (await says(desk, "jinan", task["id"], agrees=None))[0] == 200
    assert (await desk.reads("jinan", "/tasks")).json()["items"] == []
    assert len((await desk.reads("jinan", "/tasks?box=done")).json()["items"]) == 1


async def test_tasks_are_listed_by_due_time_page_by_page(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    asked = {"unit_id": await unit(world, "北京分行"), "demand": "请说明"}
    made = [(await posts(desk, "agent", f"/cases/{receipt.number}/tasks", asked)).json()["id"] for _ in range(3)]
    first = (await desk.reads("branch", "/tasks?limit=2")).json()
    rest = (await desk.reads("branch", f"/tasks?limit=2&cursor={first['next']}")).json()
    assert sorted(each["id"] for each in first["items"] + rest["items"]) == sorted(made)
    assert (len(first["items"]), rest["next"]) == (2, None)
    for query in ("box=all", "limit=0", "limit=x", "cursor=%00", "cursor=abc"):
        assert (await desk.reads("branch", f"/tasks?{query}")).status_code == 400


async def test_unread_and_overdue_tasks_are_reminded_of_once(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "稽核部")
    await ticked(world)
    world.wait(hours=4)
    for _ in range(2):
        await ticked(world)
    world.wait(days=2)
    for _ in range(2):
        await ticked(world)
    async with world.database.reading() as session:
        sun = (await user(world, "auditor")).id
        found = await session.scalars(select(Notice.template).where(Notice.user_id == sun).order_by(Notice.at))
        told = [each for each in found if each.startswith("staff_task")]
        asker = (await user(world, "agent")).id
        waits = await session.scalars(select(Notice).where(Notice.user_id == asker, Notice.kind == "task-still"))
        [still] = waits.all()
    assert told == ["staff_task", "staff_task_unread", "staff_task_late"]
    assert (still.template, still.values["unit"]) == ("staff_task_still", "稽核部"), "who asked waits for it"
    assert (await status(Desk(world), number)) == "countersign"


async def test_silence_is_no_objection_only_where_the_bank_says_so(world: World, desk: Desk) -> None:
    number = await countersigned(world, desk, "稽核部")
    async with world.database.transaction() as session:
        rule = (await session.scalars(select(Threshold).where(Threshold.code == "task.overdue_is_assent"))).one()
        rule.value = "1"
        await editions.changed(session, EDITION)
    await ticked(world)
    assert (await status(desk, number)) == "countersign"
    world.wait(days=2)
    await ticked(world)
    desk = Desk(world)
    assert (await status(desk, number)) == "investigating"
    [task] = await tasks_of(desk, "agent", number)
    assert (task["state"], task["agrees"], task["answered_by"]) == ("answered", True, None)
    await holds(world)


async def test_reporting_up_and_transfer_change_the_unit_and_free_the_handler(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    chaoyang, beijing = await unit(world, "北京朝阳支行"), await unit(world, "北京分行")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=chaoyang, opinion="属地办理")
    await desk.sure("outlet", receipt.case_id, "receive")
    assert refused(await desk.does("outlet", receipt.case_id, "report_up")) == (422, "fields-missing")
    up = await desk.sure("outlet", receipt.case_id, "report_up", opinion="超出网点权限")
    assert (up["status"], up["handling_unit_id"], up["handler"]) == ("dispatched", beijing, None)
    await desk.sure("branch", receipt.case_id, "receive")
    elsewhere = await unit(world, "个人金融部")
    assert refused(await desk.does("branch", receipt.case_id, "transfer", handling_unit_id=elsewhere)) == (
        422, "fields-missing",
    )  # fmt: skip
    await desk.sure("branch", receipt.case_id, "transfer", handling_unit_id=elsewhere, opinion="属总行产品")
    await desk.sure("agent", receipt.case_id, "send_back", opinion="应由分行办理")
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.handler_id, case.assignee_id) == ("accepted", None, None)
    async with world.database.reading() as session:
        head = await session.scalar(select(Organisation.id).where(Organisation.parent_id.is_(None)))
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=str(head), opinion="总行办理")
    await desk.sure("agent", receipt.case_id, "receive")
    assert refused(await desk.does("agent", receipt.case_id, "report_up", opinion="再上报")) == (409, "no-unit-above")
    await holds(world)


async def test_an_answered_case_closes_with_nothing_open_that_it_would_have_to_wait_for(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    await desk.replied(receipt.case_id)
    path = f"/cases/{receipt.number}/tasks"
    asked = {"unit_id": await unit(world, "北京分行"), "demand": "请补寄通话记录"}
    assert refused(await posts(desk, "agent", path, asked)) == (409, "nothing-waits")
    assert await tasks_of(desk, "agent", receipt.number) == []
    page = (await (await desk.browser("agent")).get(path)).text
    assert "结案不等协办反馈" in page
    assert 'name="required"' not in page
    assert (await posts(desk, "agent", path, asked | {"required": False})).status_code == 201
    await holds(world)
