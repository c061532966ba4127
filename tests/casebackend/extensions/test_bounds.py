"""Who may give more time, how long a request stands, and that the customer hears of it."""

import re
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

import httpx
from sqlalchemy import func, select

from casebackend.api.extensions import TellExtension
from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit
from tests.casebackend.extensions.test_routes import asks, decides, later, legal, posts
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

OUTLET = "北京朝阳支行"


async def uid(world: World, login: str) -> UUID:
    async with world.database.reading() as session:
        found = await session.scalar(select(User.id).where(User.login == login))
        assert found is not None
        return found


def slug(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(response.json().get("type", "")).rsplit("/")[-1]


async def at_outlet(desk: Desk, number: str, who: str = "outlet") -> None:
    await desk.sure("lead", number, "accept")
    await desk.sure("agent", number, "dispatch", handling_unit_id=await unit(desk.world, OUTLET))
    await desk.sure(who, number, "receive")


async def test_the_executive_of_a_branch_gives_nobody_sixty_days(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await hired(world, "branch-chief", roles=["executive"], organisation_id=UUID(await unit(world, OUTLET)))
    await at_outlet(desk, receipt.number)
    await decides(desk, "supervisor", (await asks(desk, "outlet", receipt.number)).json(), "approve")
    asked = (await asks(desk, "outlet", receipt.number, "to_60")).json()
    assert slug(await decides(desk, "branch-chief", asked, "approve")) == (403, "may-not-decide-extension")
    assert (await decides(desk, "executive", asked, "approve")).status_code == 200


async def test_whoever_handles_a_case_does_not_approve_what_somebody_else_asked_for(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await at_outlet(desk, receipt.number, "branch")
    assert slug(await asks(desk, "outlet", receipt.number)) == (403, "may-not-ask-extension"), "not in charge"
    await decides(desk, "supervisor", (await asks(desk, "branch", receipt.number)).json(), "approve")
    branch = await uid(world, "branch")
    other = await filed(world, sender="customer-2")
    await at_outlet(desk, other.number)
    await decides(desk, "supervisor", (await asks(desk, "outlet", other.number)).json(), "approve")
    asked = (await asks(desk, "outlet", other.number, "to_60")).json()
    async with world.database.transaction() as session:
        case = await session.get_one(Case, other.case_id)
        case.assignee_id = branch
    assert slug(await decides(desk, "branch", asked, "approve")) == (403, "may-not-decide-extension")


async def test_a_request_ends_with_the_clock_it_was_made_for(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    asked = (await asks(desk, "agent", receipt.number)).json()
    await desk.sure("agent", receipt.number, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.number, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.number, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.number, "approve_reply", opinion="同意")
    await desk.sure("agent", receipt.number, "reply", **REPLY)
    assert slug(await decides(desk, "supervisor", asked, "approve", read="*")) == (409, "extension-lapsed")
    ticking = worker(world)
    for _ in range(2):
        await ticking.tick()
    shown = (await desk.reads("lead", f"/extensions/{asked['id']}")).json()
    assert (shown["state"], shown["may_decide"], shown["may_withdraw"]) == ("lapsed", False, False)
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_request_for_the_clock_before_a_new_one_never_counts_for_the_new_one(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    asked = (await asks(desk, "agent", receipt.number)).json()
    later(desk, days=2)
    body = {"text": "客户补交录音", "received_at": world.time.isoformat(), "is_new_fact": True}
    added = (await posts(desk, "agent", f"/cases/{receipt.number}/materials", body)).json()
    decision = {"is_new_fact": True, "opinion": "录音此前未提交"}
    await posts(desk, "lead", f"/materials/{added['id']}/decision", decision, **{"If-Match": "*"})
    assert slug(await decides(desk, "supervisor", asked, "approve", read="*")) == (409, "extension-decided")
    assert (await asks(desk, "agent", receipt.number)).status_code == 201, "the new clock has room for a request"


async def test_the_telling_of_a_new_day_is_asked_for_until_it_is_proved(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure(unit_id=await unit(world, OUTLET)))["number"]
    await at_outlet(desk, number)
    asked = (await asks(desk, "outlet", number)).json()
    path = f"/extensions/{asked['id']}/telling"
    at = world.time.isoformat()
    told = {"told_by": "phone", "told_at": at, "told_proof": "录音 0302，客户手机13900139000"}
    assert slug(await posts(desk, "outlet", path, told, **{"If-Match": "*"})) == (409, "nothing-to-tell")
    approved = (await decides(desk, "supervisor", asked, "approve")).json()
    assert (approved["notified_at"], approved["may_tell"]) == (None, False)
    ticking = worker(world)

    async def reminded() -> int:
        for _ in range(3):
            await ticking.tick()
        async with world.database.reading() as session:
            return await session.scalar(select(func.count()).where(Notice.kind == "extension.tell")) or 0

    assert await reminded() == 1
    later(desk, hours=25)
    assert await reminded() == 2
    later(desk, hours=25)
    assert await reminded() == 3
    path_page = f"/cases/{number}/extensions"
    assert "登记告知" in (await (await desk.browser("outlet")).get(path_page)).text
    early = told | {"told_at": (world.time - timedelta(days=9)).isoformat()}
    assert slug(await posts(desk, "outlet", path, early, **{"If-Match": "*"})) == (422, "bad-time")
    assert slug(await posts(desk, "auditor", path, told, **{"If-Match": "*"}))[0] == 403
    done = await posts(desk, "outlet", path, told, **{"If-Match": "*"})
    assert done.status_code == 200, done.text
    assert done.json()["notified_at"].startswith(at[:16])
    assert slug(await posts(desk, "outlet", path, told, **{"If-Match": "*"})) == (409, "nothing-to-tell")
    later(desk, hours=25)
    assert await reminded() == 3
    entries = (await desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"]
    entry = next(each for each in entries if each["kind"] == "extension.told")
    assert "13900139000" not in str(entry)
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_new_facts_never_bring_the_day_forward(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    early = world.time + timedelta(days=1)
    await decides(desk, "supervisor", (await asks(desk, "agent", receipt.number)).json(), "approve")
    later(desk, days=20)

    async def confirmed(at: Any) -> httpx.Response:
        body = {"text": "早先的信", "received_at": at.isoformat(), "is_new_fact": True}
        added = (await posts(desk, "agent", f"/cases/{receipt.number}/materials", body)).json()
        decision = {"is_new_fact": True, "opinion": "此前未提交"}
        return await posts(desk, "lead", f"/materials/{added['id']}/decision", decision, **{"If-Match": "*"})

    assert (await confirmed(early)).json()["state"] == "confirmed"
    case = await case_of(world, receipt.case_id)
    assert (case.promised_on, case.restart_count, case.extension_level) == (date(2026, 4, 1), 1, 1)
    assert (await legal(world, receipt.case_id))[-1].kind == "l2"
    assert (await confirmed(world.time)).status_code == 200
    assert (await case_of(world, receipt.case_id)).promised_on == date(2026, 4, 6)
    assert slug(await confirmed(early)) == (409, "not-extensible"), "older than what the limit counts from now"
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_petition_gets_thirty_days_more_once_from_the_head_of_the_unit(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure(matter_type="petition", unit_id=await unit(world, OUTLET)))["number"]
    await desk.sure("lead", number, "accept")
    await desk.sure("agent", number, "dispatch", handling_unit_id=await unit(world, "北京分行"), opinion="由分行办理")
    clerk = UUID(await unit(world, "北京分行"))
    await hired(world, "clerk", roles=["handler"], organisation_id=clerk)
    await desk.sure("clerk", number, "receive")
    assert slug(await asks(desk, "clerk", number, "to_30")) == (409, "not-extensible")
    assert (await desk.reads("clerk", f"/cases/{number}/extensions")).json()["may_ask"] == "petition_90"
    asked = (await asks(desk, "clerk", number, "petition_90")).json()
    assert (asked["former_due_on"], asked["new_due_on"]) == ("2026-05-01", "2026-05-31")
    assert slug(await decides(desk, "supervisor", asked, "approve")) == (403, "may-not-decide-extension")
    assert (await decides(desk, "branch", asked, "approve")).status_code == 200
    assert (await counter.case(number)).promised_on == date(2026, 5, 31)
    page = (await (await desk.browser("clerk")).get(f"/cases/{number}")).text
    assert "信访已延期 30 日" in page
    assert "已延期至" not in page
    assert slug(await asks(desk, "clerk", number, "petition_90")) == (409, "not-extensible")
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_day_that_new_facts_moved_is_told_and_proved_on_the_page_of_the_case(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure(unit_id=await unit(world, OUTLET)))["number"]
    await at_outlet(desk, number)
    later(desk, days=2)
    body = {"text": "客户补交录音", "received_at": world.time.isoformat(), "is_new_fact": True}
    added = (await posts(desk, "agent", f"/cases/{number}/materials", body)).json()
    decision = {"is_new_fact": True, "opinion": "此前未提交"}
    answer = await posts(desk, "lead", f"/materials/{added['id']}/decision", decision, **{"If-Match": "*"})
    assert (answer.json()["new_due_on"], answer.json()["notified_at"]) == ("2026-03-19", None)
    browser = await desk.browser("outlet")
    page = (await browser.get(f"/cases/{number}/extensions")).text
    path = f"/materials/{added['id']}/telling"
    assert f'action="{path}"' in page
    [choices] = re.findall(r'<select[^>]* name="told_by"[^>]*>(.*?)</select>', page)
    offered = re.findall(r'<option value="(\w+)"', choices)
    assert set(offered) == set(get_args(TellExtension.model_fields["told_by"].annotation))
    form = {"told_by": "sms", "told_at": "2026-03-04T10:00", "told_proof": "短信平台回执", "version": "1"}
    stale = await browser.post(path, data=form)
    assert stale.status_code in (400, 409), "the form says which version was on the screen"
    done = await browser.post(path, data=form | {"version": str(answer.json()["version"])})
    assert done.status_code == 303, done.text
    shown = (await desk.reads("lead", f"/cases/{number}/extensions")).json()["materials"][0]
    assert (shown["told_by"], shown["may_tell"]) == ("sms", False)
    assert "登记告知" not in (await browser.get(f"/cases/{number}/extensions")).text
