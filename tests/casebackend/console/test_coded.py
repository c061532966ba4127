"""The basic right and the responsible unit: chosen from their lists on the pages, and counted as they were chosen."""

import re

from sqlalchemy import select

from casebackend.cases.model import Case, CaseChange
from casebackend.check import check
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import BASIC_RIGHTS
from tests.casebackend.cases.builders import Desk, unit
from tests.casebackend.console.test_register import FORM, hidden
from tests.casebackend.reports.test_reports import numbers, read
from tests.world import World

RIGHT, OTHER = "知情权", "公平交易权"


def offered(page: str, name: str) -> list[str]:
    found = re.search(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', page, re.DOTALL)
    assert found, name
    return re.findall(r"<option[^>]*>([^<]*)</option>", found.group(1))


async def rights(world: World) -> list[str]:
    async with world.database.reading() as session:
        return [term.name for term in await dictionaries.terms(session, BASIC_RIGHTS)]


async def test_a_right_that_was_chosen_on_the_pages_is_what_report_twelve_counts(world: World) -> None:
    desk = Desk(world)
    outlet = await desk.browser("outlet")
    page = (await outlet.get("/register")).text
    assert offered(page, "basic_right") == ["待分类", *await rights(world)]
    sent = await outlet.post("/register", data=FORM | hidden(page) | {"basic_right": RIGHT, "act": "submit"})
    assert sent.status_code == 303, sent.text
    again = FORM | hidden((await outlet.get("/register")).text)
    assert (await outlet.post("/register", data=again | {"act": "submit"})).status_code == 303
    assert numbers(await read(desk, "basic_right")) == {RIGHT: 1, "待分类": 1}
    lead, here = await desk.browser("lead"), "/cases/TS20260302000002/classification"
    assert offered((await lead.get(here)).text, "basic_right") == ["待分类", *await rights(world)]
    body = {"basic_right": OTHER, "reason": "收费未事先告知", "version": "1"}
    assert (await lead.post(here, data=body)).status_code == 303
    shown = (await lead.get(here)).text
    assert "待分类 → 公平交易权" in shown
    assert "收费未事先告知" in shown
    assert numbers(await read(desk, "basic_right")) == {RIGHT: 1, OTHER: 1}
    async with world.database.reading() as session:
        signed = (await session.scalars(select(CaseChange))).one()
        assert (signed.field, signed.before, signed.after) == ("basic_right", "待分类", OTHER)
        assert await check(session, now=world.time) == []


async def test_a_word_that_is_on_no_list_is_refused_in_chinese_on_both_pages(world: World) -> None:
    desk = Desk(world)
    outlet = await desk.browser("outlet")
    form = FORM | hidden((await outlet.get("/register")).text)
    refused = await outlet.post("/register", data=form | {"basic_right": "随便", "act": "submit"})
    assert refused.status_code == 422
    assert "请从字典中选择分类：基本权利" in refused.text
    assert (await outlet.post("/register", data=form | {"act": "submit"})).status_code == 303
    body = {"basic_right": "随便", "reason": "试一试", "version": "1"}
    refused = await (await desk.browser("lead")).post("/cases/TS20260302000001/classification", data=body)
    assert refused.status_code == 422
    assert "请从字典中选择分类：基本权利" in refused.text
    async with world.database.reading() as session:
        assert (await session.scalars(select(Case.basic_right))).one() == "待分类"


async def test_the_responsible_unit_is_asked_for_kept_and_registered(world: World) -> None:
    desk = Desk(world)
    outlet = await desk.browser("outlet")
    form = (
        FORM | hidden((await outlet.get("/register")).text) | {"responsible_unit": "北京海淀支行", "basic_right": RIGHT}
    )
    saved = await outlet.post("/register", data=form | {"act": "save"})
    page = (await outlet.get(saved.headers["Location"])).text
    assert re.search(r'name="responsible_unit"[^>]* value="北京海淀支行"', page)
    assert f"<option selected>{RIGHT}</option>" in page
    codes = (await outlet.post("/register/codes", data=form)).text
    assert "basic_right" not in codes, "what was chosen meanwhile would be lost"
    nowhere = form | hidden(page) | {"responsible_unit": "没有的支行", "act": "submit"}
    assert "机构" in (await outlet.post("/register", data=nowhere)).text
    sent = await outlet.post("/register", data=form | hidden(page) | {"act": "submit"})
    assert sent.status_code == 303, sent.text
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
    assert str(case.responsible_unit_id) == await unit(world, "北京海淀支行")
    assert str(case.unit_id) == await unit(world, "北京朝阳支行")
    praise = (await outlet.post("/register/fields", data=FORM | {"matter_type": "praise"})).text
    assert 'name="responsible_unit"' not in praise
    assert 'name="basic_right"' not in praise
