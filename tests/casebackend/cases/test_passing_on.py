"""自由转办: whoever has a case gives it to a colleague of the unit, and to nobody who could not be assigned it."""

import re
from uuid import UUID

from sqlalchemy import select, update

from casebackend.cases.model import Case
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.around import holds, posts, refused, ticked, user
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.statements import counted
from tests.world import World

UNIT = "个人金融部"


async def at_hand(world: World, desk: Desk, login: str, sender: str = "customer-1") -> UUID:
    """In the hands of `login`."""
    receipt = await filed(world, sender=sender)
    await desk.sure("lead", receipt.case_id, "accept")
    to = await unit(world, UNIT)
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=to, opinion="请核查")
    await desk.sure(login, receipt.case_id, "receive")
    return receipt.case_id


async def team(world: World, *logins: str) -> dict[str, str]:
    where = UUID(await unit(world, UNIT))
    for login in logins:
        await hired(world, login, roles=["handler"], organisation_id=where, display_name=login)
    return {login: str((await user(world, login)).id) for login in logins}


async def test_a_colleague_of_the_unit_gets_it_hears_of_it_and_receives_it(world: World) -> None:
    desk = Desk(world)
    people = await team(world, "zhang", "li", "wang")
    for login in ("zhang", "li"):
        await desk.browser(login)
    case = await at_hand(world, desk, "zhang")
    number, zhang = (await case_of(world, case)).number, await desk.browser("zhang")
    await zhang.get(f"/cases/{number}")
    with counted(world) as said:
        page = (await zhang.get(f"/cases/{number}")).text
    assert len(said) <= 20, "\n".join(said)
    form = re.search(r'<select id="colleague-assignee_id".*?</select>', page, re.S)
    assert form
    assert re.findall(r">(\w+)</option>", form[0]) == ["请选择", "li"]
    sent = {"move": "transfer", "panel": "colleague", "opinion": "", "assignee_id": people["li"]}
    empty = await zhang.post(f"/cases/{number}/moves", data=sent, headers={"HX-Request": "true"})
    assert 'data-wrong="colleague-opinion"' in empty.text
    done = await zhang.post(f"/cases/{number}/moves", data=sent | {"opinion": "休假，请接手"})
    assert done.status_code == 303, done.text
    await ticked(world)
    found = await case_of(world, case)
    assert (found.status, found.handler_id, str(found.assignee_id)) == ("dispatched", None, people["li"])
    assert found.assigned_why == ["zhang转交"]
    async with world.database.reading() as session:
        told = select(User.login).join(Notice, Notice.user_id == User.id).where(Notice.kind == "case.assigned")
        assert "li" in set(await session.scalars(told.where(Notice.case_id == case)))
    seen = (await desk.reads("lead", f"/cases/{case}/candidates")).json()
    assert (seen["assignee"], seen["assigned_why"]) == ("li", ["zhang转交"])
    assert "<strong>转交本单位同事</strong>" in (await zhang.get(f"/cases/{number}")).text
    await desk.sure("li", case, "receive")
    assert str((await case_of(world, case)).handler_id) == people["li"]
    await holds(world)


async def test_nobody_gets_it_who_could_not_be_assigned_it(world: World) -> None:
    desk = Desk(world)
    people = await team(world, "zhang", "li", "wang", "zhao", "chen")
    for login in ("zhang", "li", "zhao", "chen"):
        await desk.browser(login)
    first = await at_hand(world, desk, "chen", sender="b")
    case = await at_hand(world, desk, "zhang")
    await desk.browser("zhao")
    assert (await posts(desk, "zhao", f"/cases/{case}/recusals", {"reason": "客户是本人亲属"})).status_code == 201

    async def to(who: str | None, **fields: str) -> tuple[int, str, str]:
        answer = await desk.does("zhang", case, "transfer", **{"assignee_id": who, "opinion": "请接手"} | fields)
        return *refused(answer), answer.json()["detail"]

    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case).values(parent_id=first))
    outsider = str((await user(world, "auditor")).id)
    cannot = (409, "cannot-take")
    assert await to(people["zhang"]) == (*cannot, "投诉已由该人员承办")
    assert await to(people["wang"]) == (*cannot, "该人员不在岗或示忙")
    assert await to(people["zhao"]) == (*cannot, "该人员须回避")
    assert await to(people["chen"]) == (*cannot, "该人员办理过首次投诉")
    assert await to(outsider) == (*cannot, "只能转交给承办单位的承办人")
    elsewhere = await unit(world, "客户服务中心")
    assert await to(people["li"], handling_unit_id=elsewhere) == (*cannot, "改派到其他单位的，承办人由该单位确定")
    assert (await to(people["li"], opinion=""))[:2] == (422, "fields-missing")
    assert (await to(None))[:2] == (422, "fields-missing")
    assert refused(await desk.does("li", case, "transfer", assignee_id=people["chen"], opinion="给我"))[0] == 403
    named = {"kind": "staff", "value": "zhang", "user_id": people["zhang"]}
    assert (await posts(desk, "lead", f"/cases/{case}/objects", named)).status_code == 201
    assert (await case_of(world, case)).status == "accepted", "it left his hands with the complaint about him"
    assert (await to(people["li"]))[:2] == (409, "move-not-allowed")
    page = (await (await desk.browser("lead")).get(f"/cases/{(await case_of(world, case)).number}")).text
    assert 'value="colleague"' not in page
