"""What a signed change may not do: hide how serious it is, end a complaint quietly, move it away from oneself."""

import asyncio
from typing import Any

from sqlalchemy import select

from casebackend.parties.model import Party
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.families.builders import holds, slug
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.world import World

WHY = "情况变化，按规定调整"
CODED = {"category_b": "银行卡", "business_channel_a": "营业现场"}
REGULATOR = {
    "source": "regulator",
    "channel": "regulator",
    "regulator_number": "GJ-1",
    "regulator_due_on": "2026-03-20",
}
AGENT = {"role": "agent", "name": "李代理", "phone": "13900139000"}


async def test_what_law_calls_major_stays_major(world: World) -> None:
    counter = Counter(world)
    many = await counter.sure(unit_id=await unit(world, "北京朝阳支行"), group_size=25)
    lowered = await counter.changes("supervisor", many["number"], "severity", severity="一般投诉", reason=WHY)
    assert slug(lowered) == (409, "severity-stands")
    raised = await counter.changes("supervisor", many["number"], "severity", severity="紧急投诉", reason=WHY)
    assert raised.status_code == 200, raised.text
    back = await counter.changes("supervisor", many["number"], "severity", severity="重大投诉", reason=WHY)
    assert back.status_code == 200, back.text


async def test_four_eyes_are_not_switched_off_by_calling_it_ordinary(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    place = await unit(world, "北京朝阳支行")
    number = (await counter.sure(unit_id=place, facts="柜台服务差，我会找记者曝光"))["number"]
    assert (await counter.case(number)).severity == "重大投诉"
    again = (await counter.sure(unit_id=place, facts="柜台服务差，我会找记者曝光"))["number"]
    for each in (number, again):
        await desk.investigating(each)
    lower = {"severity": "一般投诉", "reason": "没有媒体介入"}
    done = await counter.changes("supervisor", again, "severity", **lower)
    assert done.status_code == 200, done.text
    for each in (number, again):
        await desk.sure("agent", each, "propose", **PROPOSAL, **CODED)
        await desk.sure("executive", each, "sign", opinion="同意")
        await desk.sure("supervisor", each, "approve_opinion", opinion="同意")
        if each == number:
            assert slug(await counter.changes("supervisor", each, "severity", **lower)) == (409, "severity-stands")
        assert slug(await desk.does("supervisor", each, "approve_reply", opinion="同意")) == (
            403,
            "second-person-needed",
        )


async def test_a_complaint_becomes_a_question_only_before_it_is_handled_and_never_a_regulators(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    place = await unit(world, "北京朝阳支行")
    number = (await counter.sure(unit_id=place, **REGULATOR))["number"]
    to = {"matter_type": "enquiry", "reason": WHY}
    assert slug(await counter.changes("supervisor", number, "matter", **to)) == (403, "may-not-lower")
    plain = (await counter.sure(unit_id=place))["number"]
    await desk.sure("lead", plain, "accept")
    await desk.sure("agent", plain, "dispatch", handling_unit_id=await unit(world, "北京分行"), opinion="由分行办理")
    await desk.sure("branch", plain, "receive")
    for login in ("branch", "lead"):
        assert slug(await counter.changes(login, plain, "matter", **to)) == (403, "may-not-lower")
    done = await counter.changes("supervisor", plain, "matter", **to)
    assert done.status_code == 200, done.text


async def test_what_the_regulator_sent_is_judged_whatever_it_is(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    asked = await counter.sure(matter_type="enquiry", unit_id=await unit(world, "北京朝阳支行"), **REGULATOR)
    await desk.investigating(asked["number"])
    fields = {"findings": "已解答", "judgement_basis": "章程", "opinion": "答复即可", "cause_c": PROPOSAL["cause_c"]}
    alone = await desk.does("agent", asked["number"], "propose_reply", **fields, **CODED)
    assert slug(alone) == (409, "needs-review")
    await desk.sure("agent", asked["number"], "propose", **PROPOSAL, **CODED)


async def test_the_unit_complained_of_does_not_name_another_one(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    elsewhere = {"unit_id": await unit(world, "青岛分行"), "reason": WHY}
    assert slug(await counter.changes("outlet", number, "units", **elsewhere)) == (403, "own-unit")
    await counter.desk.investigating(number)
    assert slug(await counter.changes("agent", number, "units", **elsewhere)) == (403, "second-role-needed")
    done = await counter.changes("lead", number, "units", **elsewhere)
    assert done.status_code == 200, done.text


async def test_a_group_that_grows_is_counted_and_graded_again(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    for name in "甲乙":
        body = {"role": "representative", "name": f"代表{name}"}
        assert (await counter.sends("agent", f"/cases/{number}/people", body)).status_code == 201
    assert (await counter.case(number)).group_size == 2
    few = await counter.changes("agent", number, "group", group_size=1, reason=WHY)
    assert slug(few) == (422, "group-too-small")
    grown = await counter.changes("agent", number, "group", group_size=25, reason="又有客户加入")
    assert (grown.status_code, grown.json()["severity"], grown.json()["group_size"]) == (200, "重大投诉", 25)
    changed = {(each["field"], each["before"], each["after"]) for each in grown.json()["changes"]}
    assert {("group_size", "2", "25"), ("severity", "一般投诉", "重大投诉")} <= changed
    assert slug(await counter.changes("agent", number, "group", group_size=25, reason=WHY)) == (409, "nothing-changed")
    assert await holds(world) == []


async def test_many_colleagues_add_people_and_papers_at_once(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]

    async def adds(what: str, **body: Any) -> int:
        return (await counter.sends("agent", f"/cases/{number}/{what}", body)).status_code

    people = [adds("people", role="representative", name=f"代表{place}") for place in range(8)]
    papers = [adds("documents", kind="other") for _ in range(4)]
    things = [adds("objects", kind="product", value=f"理财{place}号") for place in range(4)]
    await adds("documents", kind="other")
    answers = await asyncio.gather(*people, *papers, *things)
    assert sorted(answers[:8]) == [201] * 5 + [422] * 3
    assert set(answers[8:]) == {201}
    async with world.database.reading() as session:
        entries = [entry.seq for entry in await of_case(session, (await counter.case(number)).id)]
    assert entries == list(range(1, len(entries) + 1))
    assert await holds(world) == []


async def test_nobody_is_named_in_plain_words_beside_the_story(world: World) -> None:
    counter = Counter(world)
    made = await counter.sure(
        unit_id=await unit(world, "北京朝阳支行"), source="referred", referral_agency="热线，联系人张三丰13800138000",
        source_ref="转字1号13700137000", third_party="外包公司李经理13911112222",
        people=[CUSTOMER, AGENT | {"relation": "张三丰之兄13600136000"}],
    )  # fmt: skip
    number = made["number"]
    case = await counter.case(number)
    async with world.database.reading() as session:
        relations = [row.relation for row in await session.scalars(select(Party)) if row.relation]
    later = AGENT | {"name": "赵六", "relation": "朋友13500135000"}
    added = await counter.sends("agent", f"/cases/{number}/people", later)
    assert added.status_code == 201, added.text
    shown = str((await counter.desk.reads("lead", f"/cases/{number}/registration")).json())
    page = (await (await counter.desk.browser("lead")).get(f"/cases/{number}/registration")).text
    stored = "".join([str(case.referral_agency), str(case.source_ref), str(case.third_party), *relations])
    for plain in ("13800138000", "13700137000", "13911112222", "13600136000", "13500135000", "张三丰"):
        assert plain not in stored
        assert plain not in shown
        assert plain not in page
        assert plain not in added.text
    assert "转字1号" in stored
    assert "外包公司" in shown
    assert "138****8000" in shown
    assert "之兄" in page
    assert "[手机#" not in shown
    assert "[手机#" not in page
    assert "[手机#" not in added.text


async def test_a_company_may_speak_through_its_head_and_an_heir_by_his_word(world: World) -> None:
    counter = Counter(world)
    company = CUSTOMER | {"unified_code": "91350100M000100Y43", "id_number": None}
    head = {"role": "head", "name": "李总"}
    place = await unit(world, "北京朝阳支行")
    alone = await counter.sure(capacity="organisation", people=[company, head], unit_id=place)
    assert alone["missing_documents"] == []
    await counter.desk.sure("lead", alone["number"], "accept")
    sent = await counter.sure(capacity="organisation", people=[company, head, AGENT], unit_id=place)
    assert len(sent["missing_documents"]) == 2
    assert slug(await counter.desk.does("lead", sent["number"], "accept")) == (422, "documents-missing")
    heir = await counter.sure(capacity="heir", unit_id=place)
    assert heir["missing_documents"] == []
    await counter.desk.sure("lead", heir["number"], "accept")


async def test_whoever_asked_for_opinions_does_not_end_the_round_without_them(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    asked = {"cosigners": [await unit(world, "稽核部")], "opinion": "请会签"}
    await desk.sure("agent", receipt.number, "ask_countersign", **asked)
    assert slug(await desk.does("agent", receipt.number, "countersign_done", opinion="不等了"))[0] == 403
    await desk.sure("lead", receipt.number, "countersign_done", opinion="时限临近，先行处理")
    await desk.sure("lead", receipt.number, "ask_countersign", **asked)
    own = await desk.does("lead", receipt.number, "countersign_done", opinion="不等了")
    assert slug(own) == (403, "asked-oneself-to-end")


async def test_the_section_of_a_case_counts_the_people_too(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    browser = await counter.desk.browser("agent")
    page = (await browser.get(f"/cases/{number}/registration")).text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "version": "1", "group_size": "21", "reason": "联名信附名单"}
    done = await browser.post(f"/cases/{number}/registration/group", data=form)
    assert done.status_code in (200, 303), done.text
    case = await counter.case(number)
    assert (case.group_size, case.severity) == (21, "重大投诉")
