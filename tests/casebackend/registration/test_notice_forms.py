"""What customer and bank agree on about the form of the notice (令2020年第3号 Art. 21) stands on the case."""

from datetime import date

import pytest

from casebackend.cases import agreed
from casebackend.cases.words import ToldBy
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import REPLY, told, unit
from tests.casebackend.registration.takers import Counter
from tests.world import World

DAY = date(2026, 3, 1)


def test_every_form_is_kept_to_by_some_way_of_telling_and_every_way_belongs_to_a_form() -> None:
    assert {way for form in agreed.forms() for way in form.told_by} == set(ToldBy)
    assert all(form.told_by and form.source and form.evidence in "ABCDS" for form in agreed.forms())


def test_a_form_is_agreed_on_from_its_first_to_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    old = agreed.Form("fax", "传真", frozenset({"letter"}), date(2020, 3, 1), "测试", "D", date(2025, 12, 31))
    monkeypatch.setattr(agreed, "forms", lambda: (old,))
    assert agreed.forms_on(date(2025, 12, 31)) == {"fax": "传真"}
    for day in (date(2020, 2, 29), date(2026, 1, 1)):
        assert agreed.forms_on(day) == {}
        with pytest.raises(agreed.UnknownNoticeForm):
            agreed.require("fax", day)
    agreed.require(None, DAY)
    assert agreed.label("fax") == "传真"


async def answered(counter: Counter, number: str, **way: str) -> None:
    desk = counter.desk
    await desk.investigating(number)
    await desk.proposed(number)
    await desk.sure("supervisor", number, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", number, "approve_reply", opinion="同意办结")
    counter.world.wait(minutes=5)
    await desk.sure("agent", number, "reply", **REPLY, **told(counter.world, **way))


async def test_it_is_set_with_the_registration_and_warns_when_the_answer_went_out_otherwise(world: World) -> None:
    counter = Counter(world)
    outlet = await unit(world, "个人金融部")
    number = (await counter.sure(unit_id=outlet, notice_form="letter"))["number"]
    seen = (await counter.desk.reads("agent", f"/cases/{number}")).json()
    assert (seen["notice_form"], seen["notice_form_label"], seen["notice_warning"]) == ("letter", "书面信函", None)
    agent = await counter.desk.browser("agent")
    assert "与客户约定的告知方式：<strong>书面信函</strong>" in (await agent.get(f"/cases/{number}")).text
    await answered(counter, number)
    seen = (await counter.desk.reads("agent", f"/cases/{number}")).json()
    assert seen["notice_warning"].startswith("与客户约定的告知方式是书面信函，实际为电话告知")
    for path in ("", "/registration"):
        assert "与客户约定的告知方式是书面信函，实际为电话告知" in (await agent.get(f"/cases/{number}{path}")).text
    await holds(world)


async def test_it_is_agreed_on_later_with_a_reason_and_kept_to_without_a_warning(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "个人金融部")))["number"]
    changed = await counter.changes("agent", number, "notice-form", notice_form="sms", reason="客户来电要求发短信")
    assert changed.status_code == 200, changed.text
    assert (changed.json()["notice_form"], changed.json()["notice_form_label"]) == ("sms", "短信")
    [change] = [each for each in changed.json()["changes"] if each["field"] == "notice_form"]
    assert (change["before"], change["after"], change["reason"]) == (None, "sms", "客户来电要求发短信")
    timeline = (await counter.desk.reads("agent", f"/cases/{number}/timeline")).json()["entries"]
    assert timeline[-1]["kind"] == "case.notice_agreed"
    await answered(counter, number, told_by="sms", told_proof="短信平台回执 0301")
    seen = (await counter.desk.reads("agent", f"/cases/{number}")).json()
    assert (seen["told_by"], seen["notice_warning"]) == ("sms", None)
    await holds(world)


async def test_what_nobody_can_agree_on_is_refused(world: World) -> None:
    counter = Counter(world)
    refused = await counter.registers(notice_form="pigeon")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/unknown-notice-form")
    number = (await counter.sure(notice_form="phone"))["number"]
    for form, status, slug in (("pigeon", 422, "unknown-notice-form"), ("phone", 409, "nothing-changed")):
        answer = await counter.changes("agent", number, "notice-form", notice_form=form, reason="客户要求")
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    ended = await counter.changes("agent", number, "notice-form", notice_form=None, reason="客户撤回约定")
    assert ended.json()["notice_form"] is None
    assert (
        await counter.changes("executive", number, "notice-form", notice_form="sms", reason="代客")
    ).status_code == 403


async def test_it_is_agreed_on_on_the_page_of_the_case(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "个人金融部")))["number"]
    agent = await counter.desk.browser("agent")
    page = (await agent.get(f"/cases/{number}/registration")).text
    assert "与客户约定以何种方式告知处理结果" in page
    case = await counter.case(number)
    form = {"version": str(case.version), "notice_form": "email", "reason": "客户填写了回执地址"}
    sent = await agent.post(f"/cases/{number}/registration/notice", data=form)
    assert sent.status_code in (200, 204, 303), sent.text
    assert "约定告知方式</dt><dd>电子邮件" in (await agent.get(f"/cases/{number}/registration")).text

    stale = await agent.post(f"/cases/{number}/registration/notice", data=form)
    assert stale.status_code == 409
