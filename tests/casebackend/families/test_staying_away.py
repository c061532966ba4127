"""Who stays away from a complaint stays away from what follows from it; nobody who is only asked steers it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.parties.queries import documents_of, people_of
from casebackend.staff.model import User
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, told, unit
from tests.casebackend.families.builders import closes, posts, slug
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

REASON = "情况变化，按规定调整"
CODED = {"business_channel_a": "营业现场", "category_b": "银行卡", "cause_c": PROPOSAL["cause_c"]}
RIGHTS = {"reply_remedies": "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。"}


async def user(world: World, login: str) -> str:
    async with world.database.reading() as session:
        return str(await session.scalar(select(User.id).where(User.login == login)))


async def about(world: World, login: str, **fields: Any) -> tuple[Counter, str]:
    """A complaint about a colleague, dispatched to the outlet."""
    counter = Counter(world)
    place = await unit(world, "北京朝阳支行")
    named = [{"kind": "staff", "value": "8008", "user_id": await user(world, login)}]
    made = await counter.sure(unit_id=place, objects=named, **CODED, **fields)
    return counter, made["number"]


async def answered(world: World, desk: Desk, number: str) -> None:
    await desk.sure("outlet", number, "propose", **PROPOSAL)
    await desk.sure("executive", number, "sign", opinion="同意")
    await desk.sure("supervisor", number, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", number, "approve_reply", opinion="同意")
    await desk.sure("outlet", number, "reply", **REPLY | RIGHTS, **told(world))


async def at_outlet(world: World, desk: Desk, number: str) -> None:
    await desk.sure("lead", number, "accept")
    await desk.sure("agent", number, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"), opinion="属地办理")
    await desk.sure("outlet", number, "receive")


async def test_the_person_complained_of_gets_neither_the_part_nor_the_second_complaint(world: World) -> None:
    papers = {
        "capacity": "agent",
        "people": [CUSTOMER, {"role": "agent", "name": "李代理", "phone": "13900139000"}],
        "documents": [{"kind": "authorisation", "original_seen": True}, {"kind": "agent_id", "original_seen": True}],
    }
    counter, number = await about(world, "auditor", **papers)
    desk = counter.desk
    await at_outlet(world, desk, number)
    part = await posts(desk, "agent", f"/cases/{number}/splits", facts="另一件事", demand="道歉", reason="两件事")
    assert part.status_code == 201, part.text
    split_off = part.json()["number"]
    await desk.sure("lead", split_off, "accept")
    await desk.sure(
        "agent", split_off, "dispatch", handling_unit_id=await unit(world, "稽核部"), opinion="由稽核部核查"
    )
    assert slug(await desk.does("auditor", split_off, "receive")) == (403, "recused")
    await answered(world, desk, number)
    first = await counter.case(number)
    await closes(world, first.id)
    opened = await posts(desk, "agent", f"/cases/{number}/second", opinion="客户不满意")
    assert opened.status_code == 201, opened.text
    second = await counter.case(opened.json()["number"])
    assert slug(await desk.does("auditor", second.number, "receive")) == (403, "recused")
    async with world.database.reading() as session:
        assert {row.role for row in await people_of(session, second.id)} == {"complainant", "agent"}
        assert {row.kind for row in await documents_of(session, second.id)} == {"authorisation", "agent_id"}


async def test_who_stays_away_from_a_complaint_takes_no_second_one_about_it_either(world: World) -> None:
    counter, number = await about(world, "curator")
    desk = counter.desk
    await at_outlet(world, desk, number)
    declared = await posts(desk, "agent", f"/cases/{number}/recusals", reason="与客户相识")
    assert declared.status_code == 201, declared.text
    await answered(world, desk, number)
    first = await counter.case(number)
    await closes(world, first.id)
    assert slug(await posts(desk, "agent", f"/cases/{number}/second", opinion="客户不满意")) == (403, "recused")
    offered = [
        (await (await desk.browser(login)).get(f"/api/v1/cases/{number}/family")).json()["may_open_second"]
        for login in ("agent", "outlet")
    ]
    assert offered == [False, True]
    assert (await posts(desk, "outlet", f"/cases/{number}/second", opinion="客户不满意")).status_code == 201


async def test_what_was_declared_on_the_first_complaint_holds_for_the_second_until_it_is_waived(world: World) -> None:
    counter, number = await about(world, "curator")
    desk = counter.desk
    await at_outlet(world, desk, number)
    declared = await posts(desk, "auditor", f"/cases/{number}/recusals", reason="与投诉人是亲属")
    assert declared.status_code == 201, declared.text
    await answered(world, desk, number)
    await closes(world, (await counter.case(number)).id)
    second = (await posts(desk, "agent", f"/cases/{number}/second", opinion="客户不满意")).json()["number"]
    assert slug(await desk.does("auditor", second, "receive")) == (403, "recused")
    waiver = {"user_id": await user(world, "auditor"), "reason": "经核实没有利害关系"}
    granted = await posts(desk, "supervisor", f"/cases/{second}/recusals/waivers", **waiver)
    assert granted.status_code == 201, granted.text
    await desk.sure("auditor", second, "receive")


async def test_the_person_complained_of_does_not_review_the_decision(world: World) -> None:
    counter, number = await about(world, "branch")
    desk = counter.desk
    await desk.sure("lead", number, "accept")
    place = await unit(world, "北京朝阳支行")
    await desk.sure("agent", number, "dispatch", handling_unit_id=place, opinion="属地办理")
    waiver = {"user_id": await user(world, "outlet"), "reason": "已说明情况，没有影响"}
    assert (await posts(desk, "supervisor", f"/cases/{number}/recusals/waivers", **waiver)).status_code == 201
    await desk.sure("outlet", number, "receive")
    await answered(world, desk, number)
    applied = {"grounds": "不同意", "form": "document", "document": "书面申请"}
    review = (await posts(desk, "lead", f"/cases/{number}/reviews", **applied)).json()
    browser = await desk.browser("branch")
    answer = await browser.post(
        f"/api/v1/reviews/{review['id']}/moves", json={"move": "accept"}, headers={"If-Match": "*"}
    )
    assert slug(answer) == (403, "recused")


STEERING = ("extensions", "materials", "contacts", "evidence", "splits", "urges", "links", "classification")


def steps(world: World, other: str) -> dict[str, dict[str, Any]]:
    at = world.time.isoformat()
    return {
        "extensions": {"level": "to_30", "reason": "需要更多时间"},
        "materials": {"text": "补充", "received_at": at, "is_new_fact": True},
        "contacts": {"note": "已联系", "at": at},
        "evidence": {"kind": "document", "title": "说明", "source": "客户"},
        "splits": {"facts": "另一件事", "demand": "道歉", "reason": REASON},
        "urges": {"opinion": "请尽快"},
        "links": {"number": other, "kind": "related", "reason": REASON},
        "classification": {"basic_right": "知情权", "reason": REASON},
    }


@pytest.mark.parametrize("who", ["only asked", "recused"])
async def test_neither_who_is_only_asked_nor_who_is_recused_steers_a_case(world: World, who: str) -> None:
    counter, number = await about(world, "auditor" if who == "recused" else "curator")
    desk = counter.desk
    roles = ["intake", "handler", "department_head", "follow_up", "reviewer"]
    await hired(world, "jinan", staff_no="8601", roles=roles, organisation_id=UUID(await unit(world, "济南分行")))
    await at_outlet(world, desk, number)
    other = (await counter.sure(unit_id=await unit(world, "济南分行")))["number"]
    asked = {"unit_id": await unit(world, "济南分行"), "demand": "请协助核实"}
    assert (await posts(desk, "outlet", f"/cases/{number}/tasks", **asked)).status_code == 201
    login, refused = ("auditor", "recused") if who == "recused" else ("jinan", "only-asked")
    for what, body in steps(world, other).items():
        if what == "classification":
            answer = await counter.changes(login, number, what, **body)
        else:
            answer = await posts(desk, login, f"/cases/{number}/{what}", **body)
        assert slug(answer) == (403, refused), (what, answer.text)
    material = await posts(
        desk, "agent", f"/cases/{number}/materials", text="新证据", received_at=world.time.isoformat(), is_new_fact=True
    )
    if who == "only asked":
        browser = await desk.browser("jinan")
        answer = await browser.post(
            f"/api/v1/materials/{material.json()['id']}/decision", json={"is_new_fact": True, "opinion": "同意"},
            headers={"If-Match": "*"},
        )  # fmt: skip
        assert slug(answer) == (403, "only-asked")
