"""The page on which a matter is taken down, the ledger of an outlet, and the section of a case."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from casebackend import editions
from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.dictionaries import service as dictionaries
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.dictionaries.queries import DICTIONARIES
from casebackend.dictionaries.rules import CATEGORY_B
from tests.casebackend.cases.builders import Desk, unit
from tests.casebackend.exports.office import Office
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.world import World

DAY = timedelta(days=1)
FORM = {
    "matter_type": "complaint", "source": "direct", "channel": "counter", "capacity": "self",
    "complainant_name": "张三丰", "complainant_phone": "13800138000", "unit": "北京朝阳支行",
    "facts": "柜台多扣信用卡年费", "demand": "退回年费", "amount": "200",
    "object0_kind": "staff", "object0_value": "8006",
}  # fmt: skip


def hidden(page: str) -> dict[str, str]:
    names = ("form_id", "window", "draft_version")
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in names}
    return {name: match.group(1) for name, match in found.items() if match}


async def test_a_matter_is_taken_down_on_one_page_and_a_form_sent_twice_is_one_case(world: World) -> None:
    outlet = await Desk(world).browser("outlet")
    page = (await outlet.get("/register")).text
    assert '<option value="counter" selected>' in page
    form = FORM | hidden(page)
    sent = await outlet.post("/register", data=form | {"act": "submit"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/cases/TS20260302000001?done=submit")
    again = await outlet.post("/register", data=form | {"act": "submit"})
    assert again.headers["Location"] == sent.headers["Location"]
    refused = await outlet.post("/register", data=FORM | hidden((await outlet.get("/register")).text) | {"demand": ""})
    assert refused.status_code == 422
    assert "诉求" in refused.text
    nowhere = FORM | hidden((await outlet.get("/register")).text) | {"unit": "没有的支行"}
    assert "机构" in (await outlet.post("/register", data=nowhere)).text
    async with world.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1
        assert await check(session, now=world.time) == []
    section = (await outlet.get("/cases/TS20260302000001/registration", headers={"HX-Request": "true"})).text
    assert "138****8000" in section
    assert "13800138000" not in section
    assert "80**" in section


async def test_a_letter_that_came_before_it_was_taken_down_counts_from_its_receipt(world: World) -> None:
    agent = await Desk(world).browser("agent")
    page = (await agent.get("/register")).text
    assert 'name="received_at" type="datetime-local"' in page.replace('maxlength="80" ', "")
    form = FORM | hidden(page) | {"channel": "letter", "received_at": "2026-02-27T16:30"}
    tomorrow = await agent.post("/register", data=form | {"act": "submit", "received_at": "2026-03-03T09:00"})
    assert (tomorrow.status_code, "收到时间不能晚于现在" in tomorrow.text) == (422, True)
    unreadable = await agent.post("/register", data=form | {"act": "submit", "received_at": "昨天"})
    assert unreadable.status_code == 422
    sent = await agent.post("/register", data=form | {"act": "submit"})
    assert sent.status_code == 303
    number = sent.headers["Location"].removeprefix("/cases/").partition("?")[0]
    case = (await agent.get(f"/api/v1/cases/{number}/registration")).json()
    assert case["received_at"] == "2026-02-27T08:30:00Z"
    clocks = (await agent.get(f"/api/v1/cases/{number}/clocks")).json()
    assert "收到 2月27日 + 15日 = 3月14日" in str(clocks)


async def test_what_the_interface_put_aside_shows_its_receipt_on_the_page(world: World) -> None:
    desk = Desk(world)
    agent = await desk.browser("agent")
    aside = {"channel": "letter", "received_at": "2026-02-27T08:30:00Z", "facts": "多扣年费"}
    saved = await agent.post("/api/v1/registrations/", json=aside, headers={"Idempotency-Key": "letter"})
    assert saved.status_code == 201, saved.text
    page = (await agent.get(f"/register?draft={saved.json()['id']}")).text
    assert 'value="2026-02-27T16:30"' in page


async def test_the_fields_follow_matter_source_and_capacity(world: World) -> None:
    agent = await Desk(world).browser("agent")

    async def shown(**chosen: str) -> str:
        return (await agent.post("/register/fields", data=FORM | chosen, headers={"HX-Request": "true"})).text

    regulated = await shown(source="regulator")
    assert ("监管编号" in regulated, "人民银行（12363）" in regulated) == (True, True)
    assert "网页地址" in await shown(source="monitored")
    assert "授权委托书" in await shown(capacity="agent")
    assert "统一社会信用代码" in await shown(capacity="organisation")
    praise = await shown(matter_type="praise")
    assert "被表扬机构" in praise
    assert "多人联名" not in praise
    assert 'value="张三丰"' in praise
    codes = (await agent.post("/register/codes", data=FORM, headers={"HX-Request": "true"})).text
    assert re.search(r"信用卡（\d+%）", codes)


async def test_what_was_put_aside_is_listed_and_taken_up(world: World) -> None:
    agent = await Desk(world).browser("agent")
    form = FORM | hidden((await agent.get("/register")).text) | {"demand": "", "document_agent_id": "1"}
    saved = await agent.post("/register", data=form | {"act": "save"})
    where = saved.headers["Location"]
    page = (await agent.get(where)).text
    assert 'value="张三丰"' in page
    assert "继续登记" in page
    assert "张**" in page
    assert "继续登记" not in (await (await Desk(world).browser("outlet")).get("/register")).text
    done = await agent.post("/register", data=form | {"demand": "退费", "act": "submit"})
    assert "/cases/TS" in done.headers["Location"]
    assert "继续登记" not in (await agent.get("/register")).text
    aside = FORM | hidden((await agent.get("/register")).text)
    await agent.post("/register", data=aside | {"act": "save"})
    assert (await agent.post("/register", data=aside | {"act": "reset"})).headers["Location"] == "/register"
    assert "继续登记" not in (await agent.get("/register")).text


async def test_an_unfinished_form_keeps_itself_and_is_offered_again_after_a_crash(world: World) -> None:
    outlet = await Desk(world).browser("outlet")
    window = hidden((await outlet.get("/register")).text)
    unreadable = FORM | window | {"amount": "大概两百", "facts": "柜台多扣"}
    first = await outlet.post("/register/keep", data=unreadable)
    assert first.json()["version"] == 1
    later = unreadable | {"facts": "柜台多扣信用卡年费", "draft_version": "1"}
    assert (await outlet.post("/register/keep", data=later)).json()["version"] == 2
    again = (await outlet.get("/register")).text
    assert "没有提交的登记" in again
    assert "张三丰" not in again
    link = re.search(r'href="(/register\?draft=[^"]+)">恢复', again)
    assert link
    restored = (await outlet.get(link.group(1))).text
    assert "大概两百" in restored
    assert "柜台多扣信用卡年费" in restored
    assert "没有提交的登记" not in restored
    sent = await outlet.post("/register", data=FORM | hidden(restored) | {"act": "submit"})
    assert sent.status_code == 303
    assert "没有提交的登记" not in (await outlet.get("/register")).text


async def test_what_was_kept_with_the_click_that_handed_it_in_is_no_conflict(world: World) -> None:
    outlet = await Desk(world).browser("outlet")
    for kept_before in (False, True):
        form = FORM | hidden((await outlet.get("/register")).text)
        if kept_before:
            assert (await outlet.post("/register/keep", data=form)).status_code == 200
        sent = await outlet.post("/register", data=form | {"act": "submit"})
        late = await outlet.post("/register/keep", data=form | {"demand": "迟到"})
        assert (late.status_code, late.json()["filed"] in sent.headers["Location"]) == (200, True)
        assert "迟到" not in (await outlet.get(sent.headers["Location"])).text


async def test_two_windows_never_overwrite_each_other(world: World) -> None:
    outlet = await Desk(world).browser("outlet")
    page = (await outlet.get("/register")).text
    saved = await outlet.post("/register", data=FORM | hidden(page) | {"act": "save"})
    address = saved.headers["Location"]
    one, other = hidden((await outlet.get(address)).text), hidden((await outlet.get(address)).text)
    assert (await outlet.post("/register/keep", data=FORM | one | {"demand": "退回年费并道歉"})).status_code == 200
    for act in ("keep", "save", "submit", "reset"):
        path = "/register/keep" if act == "keep" else "/register"
        refused = await outlet.post(path, data=FORM | other | {"act": act, "demand": "算了"})
        assert refused.status_code == 409
        assert "另一个窗口" in refused.text
    assert "退回年费并道歉" in (await outlet.get(address)).text
    assert (await outlet.post("/register/keep", data=FORM | one | {"demand": "再改"})).status_code == 200
    branch = await Desk(world).browser("agent")
    assert (await branch.post("/register/keep", data=FORM | one)).status_code == 404


async def taken(counter: Counter, login: str, query: str = "") -> list[dict[str, str]]:
    """The ledger as it leaves the house, between the lines that say who took it."""
    office = Office(counter.world)
    office.desk = counter.desk
    _, _, headings, *rows, _ = await office.rows(login, await office.gets(login, query, kind="ledger"))
    return [dict(zip(headings, row, strict=True)) for row in rows]


async def test_what_a_program_changed_is_seen_on_the_page_and_not_overwritten_by_an_open_one(world: World) -> None:
    desk = Desk(world)
    outlet = await desk.browser("outlet")
    form = FORM | hidden((await outlet.get("/register")).text)
    assert (await outlet.post("/register/keep", data=form)).json()["version"] == 1
    path = f"/api/v1/registrations/{form['form_id']}"
    content = (await outlet.get(path)).json()["content"] | {"facts": "柜台多扣了短信费"}
    assert (await outlet.put(path, json=content, headers={"If-Match": '"1"'})).status_code == 200
    late = await outlet.post("/register/keep", data=form | {"draft_version": "1"})
    assert late.status_code == 409
    page = (await outlet.get(f"/register?draft={form['form_id']}")).text
    assert "柜台多扣了短信费" in page
    assert "柜台多扣信用卡年费" not in page


async def test_the_ledger_lives_on_the_cases_and_holds_no_formula(world: World) -> None:
    counter = Counter(world)
    outlet = await unit(world, "北京朝阳支行")
    await counter.sure("outlet", unit_id=outlet, facts="=HYPERLINK(张三丰)要求退费")
    await counter.sure("outlet", channel="hotline", unit_id=outlet)
    await counter.sure("agent", unit_id=outlet)
    at_outlet = await counter.desk.browser("outlet")
    page = (await at_outlet.get("/ledger?month=2026-03")).text
    assert page.count("/cases/TS") == 1
    assert "张**" in page
    assert "张三丰" not in page
    assert "本月没有" in (await at_outlet.get("/ledger?month=2026-02")).text
    lead = (await (await counter.desk.browser("lead")).get("/ledger?month=2026-03")).text
    assert lead.count("/cases/TS") == 2
    rows = await taken(counter, "outlet", "month=2026-03")
    assert list(rows[0])[:2] == ["日期", "编号"]
    assert rows[0]["内容"].startswith("'=")
    assert (await at_outlet.get("/ledger?unit=x")).status_code == 400


async def test_an_export_carries_only_codes_in_force_on_the_day_of_the_case(world: World) -> None:
    """What was retired before that day, or never was on the list, is left out and said."""
    counter = Counter(world)
    outlet = await unit(world, "北京朝阳支行")
    good, retired, odd = [(await counter.sure("outlet", unit_id=outlet))["number"] for _ in range(3)]
    terms = {good: "贷款", retired: "票据", odd: "没有这一类"}
    at_outlet = await counter.desk.browser("outlet")
    assert "尚未导入业务办理渠道、业务类别、投诉原因的官方代码" in (await at_outlet.get("/ledger")).text
    async with world.database.transaction() as session:
        for number, name in terms.items():
            (await session.scalars(select(Case).where(Case.number == number))).one().category_b = name
        day = world.time.date()
        for when, codes in (
            (day - timedelta(days=9), {"贷款": "测试01", "票据": "测试02"}),
            (day + DAY, {"贷款": "新"}),
        ):
            await dictionaries.import_codes(session, CATEGORY_B, codes, effective_from=when, source="测试文件")
        bill = select(DictionaryTerm).where(DictionaryTerm.name == "票据", DictionaryTerm.effective_to.is_(None))
        (await session.scalars(bill)).one().effective_to = day - DAY
        await editions.changed(session, DICTIONARIES)
    rows = {row["编号"]: row for row in await taken(counter, "outlet")}
    assert {number: row["业务类别代码"] for number, row in rows.items()} == {good: "测试01", retired: "", odd: ""}
    for number in (retired, odd):
        said = f"业务类别“{terms[number]}”不在{day}有效的字典中"
        assert said in rows[number]["代码核对"]
        assert said in (await at_outlet.get("/ledger")).text
    assert "业务类别" not in rows[good]["代码核对"]


async def test_signed_changes_are_made_on_the_page_of_the_case(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    lead = await counter.desk.browser("lead")
    url = f"/cases/{number}/registration"
    assert "变更投诉等级" in (await lead.get(url)).text
    assert "变更投诉等级" not in (await (await counter.desk.browser("agent")).get(url)).text
    body = {"severity": "紧急投诉", "reason": "涉及人身安全", "version": "1"}
    done = await lead.post(f"{url}/severity", data=body)
    assert (done.status_code, done.headers["Location"]) == (303, f"/cases/{number}#registration")
    assert (await lead.post(f"{url}/severity", data=body)).status_code == 409
    to = {"which": "unit_id", "unit": await unit(world, "北京海淀支行"), "reason": "客户更正", "version": "2"}
    assert (await lead.post(f"{url}/units", data=to)).status_code == 303
    matter = {"matter_type": "petition", "reason": "信访事项", "version": "3"}
    assert (await lead.post(f"{url}/matter", data=matter)).status_code == 303
    await lead.post(f"{url}/people", data={"role": "representative", "name": "李代表"})
    await lead.post(f"{url}/documents", data={"kind": "written_complaint", "original_seen": "1"})
    await lead.post(f"{url}/objects", data={"kind": "card", "value": "6222021234567890"})
    shown = (await lead.get(url)).text
    for words in ("紧急投诉", "北京海淀支行", "信访", "李**", "已核对原件", "**** 7890", "客户更正"):
        assert words in shown
    assert CUSTOMER["phone"] not in shown
    async with world.database.transaction() as session:
        assert await check(session, now=world.time) == []
