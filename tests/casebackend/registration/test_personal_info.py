"""个人信息请求: what a person asks of his own data is taken down, dispatched, answered and found like every matter."""

from datetime import date

from casebackend.check import check
from tests.casebackend.cases.answering import OUTLET, answers, proposed
from tests.casebackend.cases.builders import unit
from tests.casebackend.families.builders import slug
from tests.casebackend.registration.takers import Counter
from tests.world import World

ASKED = {"matter_type": "personal_info", "facts": "请告诉我贵行保存了我的哪些信息", "demand": ""}


async def test_a_request_says_which_right_is_used_and_goes_to_the_unit_in_charge(world: World) -> None:
    counter = Counter(world)
    refused = await counter.registers(**ASKED)
    assert (slug(refused), refused.json()["fields"]) == ((422, "not-filled-in"), ["personal_right"])
    assert slug(await counter.registers(**ASKED, personal_right="everything"))[0] == 422
    made = await counter.sure(**ASKED, personal_right="delete")
    assert made["handling_unit_id"] == await unit(world, "消费者权益保护部")
    assert made["promised_on"] == "2026-03-17"
    lead = await counter.desk.browser("lead")
    assert "<dd>删除</dd>" in (await lead.get(f"/cases/{made['number']}/registration")).text
    for right, found in (("delete", [made["number"]]), ("copy", [])):
        listed = (await counter.desk.reads("lead", f"/cases/?personal_right={right}")).json()["items"]
        assert [row["number"] for row in listed] == found
    form = (await lead.post("/register/fields", data={"matter_type": "personal_info"})).text
    assert 'name="personal_right" required' in form
    assert 'name="personal_right"' not in (await lead.post("/register/fields", data={"matter_type": "praise"})).text


async def test_a_request_is_answered_with_what_was_done_and_why(world: World) -> None:
    counter = Counter(world)
    number = await proposed(counter, "personal_info")
    bare = await answers(counter, number, reply_basis=None, reply_remedies=None)
    assert (slug(bare), bare.json()["fields"]) == ((422, "fields-missing"), ["reply_basis"])
    told = await answers(counter, number, reply_facts="已提供。", reply_basis="依法应当提供。", reply_remedies=None)
    assert told.json()["reply_text"] == (
        f"【个人信息请求答复】编号 {number}\n一、办理情况：已提供。\n二、依据和理由：依法应当提供。"
    )
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_right_that_was_taken_down_wrongly_is_corrected_with_both_values(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(**ASKED, personal_right="access"))["number"]
    done = await counter.changes("agent", number, "correction", personal_right="copy", reason="客户要的是复印件")
    assert done.status_code == 200, done.text
    entries = (await counter.desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"]
    assert entries[-1]["opinion"] == "请求的权利：查阅 → 复制。理由：客户要的是复印件"
    other = (await counter.sure(unit_id=await unit(world, OUTLET)))["number"]
    wrong = await counter.changes("agent", other, "correction", personal_right="copy", reason="误填")
    assert slug(wrong) == (422, "right-of-other-matter")


async def test_only_a_request_about_personal_data_has_such_a_right(world: World) -> None:
    counter = Counter(world)
    assert slug(await counter.registers(personal_right="copy")) == (422, "right-of-other-matter")
    number = (await counter.sure(**ASKED, personal_right="access"))["number"]
    change = {"matter_type": "complaint", "demand": "退回年费", "reason": "实为投诉"}
    kept = await counter.changes("lead", number, "matter", **change, personal_right="access")
    assert slug(kept) == (422, "right-of-other-matter")
    assert (await counter.changes("lead", number, "matter", **change)).status_code == 200
    case = await counter.case(number)
    assert (case.personal_right, case.promised_on) == (None, date(2026, 3, 17))
    back = {"matter_type": "personal_info", "reason": "确为个人信息请求"}
    refused = await counter.changes("lead", number, "matter", **back)
    assert (slug(refused), refused.json()["fields"]) == ((422, "not-filled-in"), ["personal_right"])
    assert (await counter.changes("supervisor", number, "matter", **back, personal_right="correct")).status_code == 200
    assert (await counter.case(number)).personal_right == "correct"
