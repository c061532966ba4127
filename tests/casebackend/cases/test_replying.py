"""Every matter is answered in its own words; the ways that remain open are named where the matter has some."""

import re
from datetime import date
from typing import Any

import pytest

from casebackend.api.cases import MoveCase
from casebackend.cases import jobs, replying
from casebackend.cases.model import Case
from casebackend.cases.own import brief
from casebackend.cases.rules import Move, Status
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import MatterType
from tests.casebackend.cases.answering import WAYS, answers, proposed
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, filed
from tests.casebackend.families.builders import slug
from tests.casebackend.registration.takers import Counter
from tests.world import World

OTHERS = [matter for matter in MatterType if matter is not MatterType.COMPLAINT]
MAY, ANSWERED = date(2026, 5, 1), "我们最晚在 2026年5月1日 前处理并答复您。"
LEGAL = ("投诉", "核查", "仲裁")


def matter_of(matter: MatterType, **fields: object) -> Case:
    return Case(number="TS1", matter_type=matter, **fields)


def said(**reply: Any) -> MoveCase:
    return MoveCase(move=Move.REPLY, **reply)


@pytest.mark.parametrize("matter", list(MatterType))
def test_an_answer_is_called_by_its_matter_and_says_all_that_was_written(matter: MatterType) -> None:
    whole = said(reply_facts="一件", reply_basis="两件", reply_remedies="三件", reply_decision="四件")
    text = replying.text(matter_of(matter), whole)
    called = "投诉" if matter is MatterType.COMPLAINT else catalogue().matters[matter].label
    assert text.startswith(f"【{called}答复】编号 TS1")
    assert [text.count(each) for each in ("一件", "两件", "三件", "四件")] == [1, 1, 1, 1]


@pytest.mark.parametrize("matter", [MatterType.COMPLAINT, MatterType.OBJECTION, MatterType.PETITION])
def test_an_answer_speaks_of_its_result_only_where_it_says_one(matter: MatterType) -> None:
    parts = {"reply_facts": "属实", "reply_basis": "章程", "reply_remedies": "可以诉讼"}
    decided = replying.text(matter_of(matter), said(**parts, reply_decision="退还年费"))
    assert "二、处理意见：退还年费\n三、处理依据：章程\n四、如不" in decided
    bare = replying.text(matter_of(matter), said(**parts))
    assert "二、处理依据：章程\n三、如不" in bare
    assert "本答复：可以诉讼" in bare
    assert not any(word in bare for word in ("处理结果", "处理意见"))


async def test_what_was_decided_on_a_complaint_is_told_to_the_customer(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.reply_pending(receipt.case_id)
    shown = (await desk.reads("agent", f"/cases/{receipt.number}")).json()
    assert "reply_decision" in {each["move"]: each["requires"] for each in shown["allowed"]}["reply"]
    page = (await (await desk.browser("agent")).get(f"/cases/{receipt.number}")).text
    prefilled = {name: re.search(rf'name="{name}"[^>]*>([^<]*)<', page) for name in ("reply_decision", "reply_basis")}
    assert {name: found and found[1] for name, found in prefilled.items()} == {
        "reply_decision": PROPOSAL["proposal"], "reply_basis": PROPOSAL["judgement_basis"],
    }  # fmt: skip
    labels = re.findall(r'<label for="reply-\w+">(.*?)</label>', page)
    asked = [re.sub(r"<[^>]+>", "", label) for label in labels if "必填" in label]
    assert asked[:4] == ["核实情况 必填", "答复客户的处理意见 必填", "处理依据 必填", "救济途径 必填"]
    refused = await desk.does("agent", receipt.case_id, "reply", **REPLY | {"reply_decision": " "})
    assert (slug(refused), refused.json()["detail"]) == ((422, "fields-missing"), "请填写：答复客户的处理意见")
    told = await desk.sure("agent", receipt.case_id, "reply", **REPLY)
    assert f"二、处理意见：{REPLY['reply_decision']}\n三、处理依据：" in told["reply_text"]


async def test_a_plan_that_was_sent_back_is_no_decision_to_tell(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "return_for_rework", opinion="重新核实")
    other = {"findings": "没有多收", "judgement_basis": "章程", "opinion": "不成立"}
    await desk.sure("agent", receipt.case_id, "propose_reply", **other)
    page = (await (await desk.browser("agent")).get(f"/cases/{receipt.number}")).text
    field = re.search(r'name="reply_decision"[^>]*>([^<]*)<', page)
    assert field is not None
    assert field[1] == ""
    assert '<label for="reply-reply_decision">答复客户的处理意见（选填）</label>' in page
    bare = {name: value for name, value in REPLY.items() if name != "reply_decision"}
    assert "三、如不同意本答复：" in (await desk.sure("agent", receipt.case_id, "reply", **bare))["reply_text"]


@pytest.mark.parametrize("matter", OTHERS)
def test_what_is_no_complaint_is_not_called_one_to_the_customer(matter: MatterType) -> None:
    assert "投诉" not in replying.text(matter_of(matter), said(reply_facts="谢谢", reply_basis="无"))
    assert "核查" not in replying.offered(matter, by_branch=True)


def test_the_console_proposes_the_ways_of_the_matter() -> None:
    assert "申请核查" in replying.offered("complaint", by_branch=True)
    assert "核查" not in replying.offered("complaint", by_branch=False)
    assert "复查" in replying.offered("petition", by_branch=True)
    assert [replying.offered(matter, by_branch=True) for matter in ("praise", "suggestion", "enquiry", "report")] == [
        "", "", "", "",
    ]  # fmt: skip


async def test_a_thank_you_for_praise_needs_no_remedies(world: World) -> None:
    counter = Counter(world)
    number = await proposed(counter, "praise", demand="")
    shown = (await counter.desk.reads("outlet", f"/cases/{number}")).json()
    assert {each["move"]: each["requires"] for each in shown["allowed"]}["reply"] == ["reply_facts"]
    refused = await answers(counter, number, reply_facts=None)
    assert (refused.status_code, refused.json()["fields"]) == (422, ["reply_facts"])
    offered = await answers(counter, number, reply_remedies="可以申请核查")
    assert slug(offered) == (422, "no-review-of-matter")
    thanked = await answers(counter, number, reply_facts="谢谢您的肯定。", reply_basis=None, reply_remedies=None)
    assert thanked.status_code == 200, thanked.text
    assert thanked.json()["reply_text"] == f"【表扬答复】编号 {number}\n谢谢您的肯定。"


async def test_a_petitioner_is_told_of_the_review_of_petitions_and_of_no_other(world: World) -> None:
    counter = Counter(world)
    number = await proposed(counter, "petition")
    page = (await (await counter.desk.browser("outlet")).get(f"/cases/{number}")).text
    assert "向上一级机关、单位请求复查" in page
    assert "申请核查" not in page
    bare = await answers(counter, number, reply_remedies="可以申请调解、仲裁或者提起诉讼。")
    assert (slug(bare), bare.json()["detail"]) == ((422, "remedies-incomplete"), "请写明复查")
    both = await answers(counter, number, reply_remedies=f"{WAYS['petition']}也可以申请核查。")
    assert slug(both) == (422, "no-review-of-matter")
    told = await answers(counter, number, reply_remedies=WAYS["petition"])
    assert told.json()["reply_text"].startswith("【信访答复】")


@pytest.mark.parametrize(
    ("matter", "status", "day", "receipt"),
    [
        ("praise", Status.PENDING_REVIEW, None, "您的表扬已登记，编号 TS1，谢谢您的肯定。"),
        ("enquiry", Status.PENDING_REVIEW, MAY, f"您的咨询已登记，编号 TS1。{ANSWERED}"),
        (
            "petition",
            Status.PENDING_REVIEW,
            MAY,
            "您的信访事项已登记，编号 TS1。我们最晚在 2026年5月1日 前书面告知您受理情况。",
        ),
        ("petition", Status.ACCEPTED, MAY, f"您的信访事项已登记，编号 TS1。{ANSWERED}"),
        ("complaint", Status.CLOSED, None, "您的投诉已登记，编号 TS1，被投诉机构：待核实。"),
    ],
)
async def test_a_receipt_names_a_day_only_where_one_is_promised(
    world: World, matter: MatterType, status: Status, day: date | None, receipt: str
) -> None:
    async with world.database.reading() as session:
        assert await jobs._receipt(session, matter_of(matter, status=status, promised_on=day)) == receipt


async def test_only_whom_a_branch_has_answered_reads_of_the_review(world: World) -> None:
    counter = Counter(world)
    number = await proposed(counter, "complaint")
    assert (await answers(counter, number, reply_remedies=WAYS["complaint"])).status_code == 200
    case = await counter.case(number)
    async with world.database.reading() as session:
        assert (await brief(session, case)).next_step == "如对结果不满意，可以申请核查"
        case.handling_unit_id = None
        assert "核查" not in (await brief(session, case)).next_step
        for matter in OTHERS:
            case.matter_type = matter
            for status in (Status.REPLIED, Status.CLOSED, Status.MERGED):
                case.status = status
                shown = await brief(session, case)
                assert not any(word in shown.next_step + shown.stage for word in LEGAL), (matter, status)
