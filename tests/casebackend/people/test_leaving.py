"""Nobody's work is lost when he leaves, and nobody who left gets in."""

from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select

from casebackend.api.people import ChangeUser, Leave
from casebackend.check import check
from casebackend.conversations.model import Conversation
from casebackend.demands.model import Supervision
from casebackend.people import accounts, leaving
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import case_of, filed, unit
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired
from tests.casebackend.supervision.test_routes import does, opened
from tests.casebackend.workers import worker
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def sound(world: World) -> list[str]:
    async with world.database.reading() as session:
        return await check(session, now=world.time)


async def in_hand(office: Office, login: str = "li") -> tuple[str, object]:
    """A case that a handler of the unit 个人金融部 has received, with a colleague beside him."""
    home = await office.unit("0004")
    for name, number in ((login, "8501"), ("sun", "8502")):
        await hired(office.world, name, staff_no=number, roles=["handler", "intake"], organisation_id=home.id)
        await office.browser(name)
    receipt = await filed(office.world)
    await office.sure("lead", receipt.number, "accept")
    target = await unit(office.world, "个人金融部")
    await office.sure("agent", receipt.number, "dispatch", handling_unit_id=target, opinion="请核查")
    await office.sure(login, receipt.number, "receive")
    return receipt.number, receipt.case_id


async def test_a_successor_takes_over_and_history_names_who_left(office: Office) -> None:
    number, case_id = await in_hand(office)
    li, sun, lead = await office.user("li"), await office.user("sun"), await office.user("lead")
    work = (await office.reads("admin", f"/users/{li.id}/work")).json()["items"]
    assert [(item["kind"], item["label"].split()[0]) for item in work] == [("case", number)]
    path = f"/users/{li.id}/leaving"
    wrong = await office.asks("admin", "POST", path, {"successor_id": str(lead.id), "reason": "离职"})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/successor-wrong")
    left = await office.done("admin", "POST", path, {"successor_id": str(sun.id), "reason": "离职"}, read=1)
    assert (left["to_successor"], left["to_pool"]) == ({"case": 1}, {})
    case = await case_of(office.world, case_id)  # type: ignore[arg-type]
    assert (case.handler_id, case.assignee_id, case.status) == (sun.id, sun.id, "investigating")
    assert (await office.reads("li", "/cases/")).status_code == 401
    assert not (await office.user("li")).active
    twice = await office.asks("admin", "POST", path, {"reason": "再办"})
    assert twice.json()["type"] == "/problems/user-has-left"
    on = await office.asks("admin", "POST", f"/users/{li.id}/enabling")
    assert on.json()["type"] == "/problems/user-has-left"
    async with office.world.database.reading() as session:
        entries = (await session.scalars(select(TimelineEntry).order_by(TimelineEntry.seq))).all()
        assert entries[-1].actor_name == "离岗交接"
        assert li.id in {entry.user_id for entry in entries}
    await office.sure("sun", number, "propose", **PROPOSAL)
    assert await sound(office.world) == []


PROPOSAL = {
    "findings": "系统重复扣收", "validity": "valid", "responsible": "responsible", "judgement_basis": "章程第十二条",
    "cause_c": "因定价收费引起的投诉", "proposal": "退回年费并致歉",
}  # fmt: skip


async def test_without_a_successor_the_unit_has_it_and_its_leader_names_somebody(office: Office) -> None:
    number, case_id = await in_hand(office)
    li, sun = await office.user("li"), await office.user("sun")
    left = await office.done("admin", "POST", f"/users/{li.id}/leaving", {"reason": "退休"}, read=1)
    assert left["to_pool"] == {"case": 1}
    case = await case_of(office.world, case_id)  # type: ignore[arg-type]
    assert (case.handler_id, case.assignee_id) == (None, None)
    listed = (await office.reads("supervisor", "/cases/?queue=unassigned")).json()["items"]
    assert [row["number"] for row in listed] == [number]
    browser = await office.browser("supervisor")
    given = await browser.post(
        f"/api/v1/cases/{number}/assignment", json={"user_id": str(sun.id), "reason": "接办"}, headers={"If-Match": "*"}
    )
    assert given.status_code == 200, given.text
    assert await sound(office.world) == []


async def test_tasks_demands_and_talks_find_new_hands_too(office: Office) -> None:
    number, _ = await in_hand(office)
    world = office.world
    agent, manager = await office.user("agent"), await office.user("supervisor")
    browser = await office.browser("li")
    asked = await browser.post(
        f"/api/v1/cases/{number}/tasks",
        json={"user_id": str(agent.id), "demand": "请调取录音"},
        headers={"Idempotency-Key": "task", "If-Match": "*"},
    )
    assert asked.status_code == 201, asked.text
    receipt = await world.says("我要人工", sender="customer-9")
    await world.actions.post(
        f"/api/v1/conversations/{receipt.conversation_id}/handoff", json={"reason": "asked"},
        headers={"Idempotency-Key": "talk"},
    )  # fmt: skip
    taken = await (await office.browser("agent")).post(f"/api/v1/handoffs/{receipt.conversation_id}/take")
    assert taken.status_code == 200, taken.text
    left = await office.done("admin", "POST", f"/users/{agent.id}/leaving", {"reason": "调离"}, read=1)
    assert left["to_pool"] == {"task": 1, "talk": 1}
    second = await hired(
        world, "zhao2", staff_no="8503", roles=["complaint_manager"], organisation_id=manager.organisation_id
    )
    opened = await (await office.browser("supervisor")).post(
        f"/api/v1/cases/{number}/supervisions",
        json={"source": "internal", "demand": "请三日内报告", "due_at": "2026-03-05T09:00:00+08:00"},
        headers={"Idempotency-Key": "demand", "If-Match": "*"},
    )
    assert opened.status_code == 201, opened.text
    gone = {"successor_id": str(second.id), "reason": "调离"}
    left = await office.done("admin", "POST", f"/users/{manager.id}/leaving", gone, read=1)
    assert left["to_successor"]["supervision"] == 1
    async with world.database.reading() as session:
        task = (await session.scalars(select(Task))).one()
        assert (task.user_id, task.unit_id, task.state) == (None, agent.organisation_id, "open")
        talk = await session.get_one(Conversation, receipt.conversation_id)
        assert (talk.owner, talk.owner_user_id) == ("queued", None)
        assert (await session.scalars(select(Supervision.opened_by))).one() == second.id
    assert await sound(world) == []


async def test_a_demand_goes_to_the_superior_of_who_left_and_not_to_the_first_manager_found(office: Office) -> None:
    receipt = await filed(office.world)
    await office.investigating(receipt.case_id)
    item = (await opened(office, receipt.number)).json()
    home, rights = await office.unit("0003"), await office.unit("0002")
    roles = ["complaint_manager"]
    await hired(office.world, "aaa", staff_no="8504", roles=roles, organisation_id=home.id)
    head = ["complaint_manager", "department_head"]
    await hired(office.world, "head", staff_no="8505", roles=head, organisation_id=rights.id, display_name="郑部长")

    async def leaves(login: str) -> tuple[str, str | None]:
        """Who has the demand then, and what the history says why."""
        gone = await office.user(login)
        await office.done("admin", "POST", f"/users/{gone.id}/leaving", {"reason": "调离"})
        async with office.world.database.reading() as session:
            query = select(User.login).join(Supervision, Supervision.opened_by == User.id)
            said = select(TimelineEntry.opinion).where(TimelineEntry.kind == "supervision.handed_over")
            said = said.order_by(TimelineEntry.seq.desc()).limit(1)
            return (await session.scalars(query)).one(), await session.scalar(said)

    assert await leaves("supervisor") == ("executive", "原督办人离岗，由直接上级接续")
    await worker(office.world).tick()
    told = (await (await office.browser("executive")).get("/notices")).text
    assert "的督办由您接续，由您确认后结束。接续理由：原督办人离岗，由直接上级接续" in told
    assert (await leaves("executive"))[1] == "原督办人离岗，由投诉管理人员接续"
    assert (await does(office, "agent", item, "read", tag="*")).status_code == 200
    assert await sound(office.world) == []


async def test_where_no_superior_is_named_the_head_of_the_unit_goes_on_with_the_demand(office: Office) -> None:
    receipt = await filed(office.world)
    await office.investigating(receipt.case_id)
    rights, head = await office.unit("0002"), ["approver", "department_head"]
    await hired(office.world, "head", staff_no="8505", roles=head, organisation_id=rights.id)
    approver = await hired(office.world, "asks", staff_no="8506", roles=["approver"], organisation_id=rights.id)
    assert (await opened(office, receipt.number, login="asks")).status_code == 201
    async with office.world.database.transaction() as session:
        manager = (await session.scalars(select(User).where(User.login == "supervisor"))).one()
        manager.active = False
    await office.done("admin", "POST", f"/users/{approver.id}/leaving", {"reason": "调离"})
    async with office.world.database.reading() as session:
        query = select(User.login).join(Supervision, Supervision.opened_by == User.id)
        assert (await session.scalars(query)).one() == "head"
        said = select(TimelineEntry.opinion).where(TimelineEntry.kind == "supervision.handed_over")
        assert await session.scalar(said) == "原督办人离岗，由所在机构负责人接续"


async def cut_off(office: Office, user: User) -> None:
    async with office.world.database.transaction() as session:
        held = await session.get_one(User, user.id)
        await leaving.leave(session, held, Leave(reason="离职"), by=leaving.HANDING, now=office.world.time)
        raise ConnectionError


async def test_when_something_fails_he_is_still_at_his_work(office: Office) -> None:
    number, case_id = await in_hand(office)
    li = await office.user("li")
    with pytest.raises(ConnectionError):
        await cut_off(office, li)
    assert (await office.user("li")).active
    assert (await case_of(office.world, case_id)).handler_id == li.id  # type: ignore[arg-type]
    assert (await office.reads("li", f"/cases/{number}")).status_code == 200


@pytest.mark.parametrize("how", ["disabled", "moved", "with other roles", "merged"])
async def test_a_decision_waits_for_no_head_who_is_there_no_more(office: Office, how: str) -> None:
    number, case_id = await in_hand(office)
    home, into = await office.unit("0004"), await office.unit("0002")
    head = await hired(office.world, "head", staff_no="8503", roles=["department_head"], organisation_id=home.id)
    await office.sure("li", number, "propose", **PROPOSAL)
    assert (await case_of(office.world, case_id)).awaits_unit_id == home.id  # type: ignore[arg-type]
    if how == "disabled":
        await office.done("admin", "POST", f"/users/{head.id}/disabling", {"reason": "休假"}, read=1)
    elif how == "moved":
        async with office.world.database.transaction() as session:
            names = ("display_name", "superior_id", "email", "mobile", "skills")
            same = {name: getattr(head, name) for name in names}
            user = await accounts.hold(session, head.id)
            await accounts.change(
                session, user, ChangeUser(**same, organisation_id=into.id), by=leaving.HANDING, now=office.world.time
            )
    elif how == "merged":
        assert (await office.changed("0004", change="merge", successor_id=str(into.id))).is_success
    else:
        await office.granted(head.id, roles=["handler"])
    for _ in range(2):
        await worker(office.world).tick()
    case, who = await case_of(office.world, case_id), "head" if how == "merged" else "executive"  # type: ignore[arg-type]
    assert (case.awaits, case.awaits_unit_id) == ("department_head", into.id) or how != "merged"
    assert number in [row["number"] for row in (await office.reads(who, "/cases/?queue=todo")).json()["items"]]
    await office.sure(who, number, "sign", opinion="同意")
    assert await sound(office.world) == []


async def put_aside(office: Office, login: str) -> str:
    browser = await office.browser(login)
    body = {"facts": "柜台多扣了费用", "people": [{"role": "complainant", "name": "张三丰"}]}
    made = await browser.post("/api/v1/registrations/", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_what_he_had_begun_to_take_down_goes_to_a_successor_who_may_else_to_the_pool_of_his_unit(
    office: Office,
) -> None:
    home = await office.unit("0004")
    for place, (name, roles) in enumerate((("li", ["intake"]), ("sun", ["handler"]), ("qi", ["intake"]))):
        await hired(office.world, name, staff_no=f"85{place}1", roles=roles, organisation_id=home.id)
    draft = await put_aside(office, "li")
    li, sun, qi = [await office.user(name) for name in ("li", "sun", "qi")]
    work = (await office.reads("admin", f"/users/{li.id}/work")).json()["items"]
    assert [(item["kind"], item["label"]) for item in work] == [("draft", "暂存的登记（消费投诉）")]
    left = await office.done(
        "admin", "POST", f"/users/{li.id}/leaving", {"successor_id": str(sun.id), "reason": "离职"}, read=1
    )
    assert (left["to_successor"], left["to_pool"]) == ({}, {"draft": 1})
    assert [row["id"] for row in (await office.reads("qi", "/registrations/pool")).json()["items"]] == [draft]
    assert (await office.reads("outlet", "/registrations/pool")).json()["items"] == []
    outlet = await (await office.browser("outlet")).post(
        f"/api/v1/registrations/{draft}/taking", headers={"Idempotency-Key": "a"}
    )
    assert outlet.status_code == 404
    page = (await (await office.browser("qi")).get("/register")).text
    assert "离岗移交" in page
    taken = await (await office.browser("qi")).post(f"/register/drafts/{draft}/take")
    assert (taken.status_code, taken.headers["location"]) == (303, f"/register?draft={draft}")
    opened = (await office.reads("qi", f"/registrations/{draft}")).json()
    assert opened["content"]["people"][0]["name"] == "张三丰"
    again = await (await office.browser("qi")).post(
        f"/api/v1/registrations/{draft}/taking", headers={"Idempotency-Key": "b"}
    )
    assert again.status_code == 404
    await hired(office.world, "wu", staff_no="8599", roles=["intake"], organisation_id=home.id)
    wu = await office.user("wu")
    body = {"successor_id": str(wu.id), "reason": "退休"}
    over = await office.done("admin", "POST", f"/users/{qi.id}/leaving", body, read=1)
    assert over["to_successor"] == {"draft": 1}
    assert (await office.reads("wu", f"/registrations/{draft}")).status_code == 200
    assert await sound(office.world) == []


async def test_a_password_is_hashed_before_anything_is_locked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    user = await hired(office.world)
    hashed, seen = office.world.app.ctx.passwords.hashed, []

    async def watched(plain: str) -> str:
        async with office.world.database.transaction() as session:  # nobody else writes meanwhile
            seen.append(await session.get(User, user.id) is not None)
        return str(await hashed(plain))

    monkeypatch.setattr(office.world.app.ctx.passwords, "hashed", watched)
    done = await office.done("admin", "POST", f"/users/{user.id}/initial-password", read=1)
    assert done["initial_password"]
    page = await (await office.browser("admin")).post(f"/users/{user.id}/password", data={"version": "2"})
    assert (page.status_code, "的初始密码" in page.text, seen) == (200, True, [True, True])
    missing = await office.browser("admin")
    assert (await missing.post(f"/api/v1/users/{user.id}/initial-password")).status_code == 428
