"""Who may judge, with what, and who looks at it again."""

from typing import Any

import pytest
from sqlalchemy import update

from casebackend.cases.model import Case
from casebackend.conversations.rules import Channel
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed
from tests.world import World

ANSWER = {"findings": "没有多收", "judgement_basis": "章程第十二条", "opinion": "不成立"}


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rsplit("/", 1)[-1]


async def becomes(world: World, case_id: object, **values: Any) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(**values))


async def test_a_proposal_says_whether_it_is_justified_whose_fault_and_by_which_rule(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    for part in ("validity", "responsible", "judgement_basis", "findings", "cause_c", "proposal"):
        refused = await desk.does("agent", receipt.case_id, "propose", **PROPOSAL | {part: None})
        assert (slug(refused), refused.json()["fields"]) == ((422, "fields-missing"), [part])
    unjust = PROPOSAL | {"validity": "invalid"}
    refused = await desk.does("agent", receipt.case_id, "propose", **unjust)
    assert slug(refused) == (422, "contradicting-judgement")
    answer = await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert (answer["validity"], answer["responsible"]) == ("valid", "responsible")
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意")
    case = await case_of(world, receipt.case_id)
    assert case.judged_by == case.handler_id
    assert case.judgement_reviewed_by not in (None, case.judged_by)
    assert case.coded_by == case.judgement_reviewed_by


async def test_an_answer_without_review_says_that_the_complaint_was_not_justified(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    for wrong in ({"validity": "valid"}, {"responsible": "partly"}):
        assert slug(await desk.does("agent", receipt.case_id, "propose_reply", **ANSWER | wrong)) == (
            422, "only-unjustified",
        )  # fmt: skip
    answer = await desk.sure("agent", receipt.case_id, "propose_reply", **ANSWER)
    assert (answer["status"], answer["validity"], answer["responsible"]) == (
        "reply_pending", "invalid", "not_responsible",
    )  # fmt: skip


@pytest.mark.parametrize(
    "nature", [{"severity": "重大投诉"}, {"severity": "紧急投诉"}, {"source": "regulator"}, {"group_size": 5}]
)
async def test_what_is_grave_is_never_answered_without_review(world: World, nature: dict[str, Any]) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await becomes(world, receipt.case_id, **nature)
    assert slug(await desk.does("agent", receipt.case_id, "propose_reply", **ANSWER)) == (409, "needs-review")


async def test_a_grave_case_is_approved_by_another_person_than_its_opinion(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await becomes(world, receipt.case_id, severity="重大投诉")
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    refused = await desk.does("supervisor", receipt.case_id, "approve_reply", opinion="同意")
    assert slug(refused) == (403, "second-person-needed")
    await desk.sure("supervisor", receipt.case_id, "return_for_rework", opinion="换人审")
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意")


async def test_an_unclassified_case_is_not_closed(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    await becomes(world, receipt.case_id, category_b="待分类")
    refused = await desk.does("agent", receipt.case_id, "propose", **PROPOSAL)
    assert refused.json()["fields"] == ["category_b"]
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL, category_b="信用卡")


async def test_a_telephone_complaint_needs_its_recording_or_a_reason(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world, channel=Channel.HOTLINE)
    await desk.investigating(receipt.case_id)
    refused = await desk.does("agent", receipt.case_id, "propose", **PROPOSAL)
    assert refused.json()["fields"] == ["no_recording_reason"]
    answer = await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL, no_recording_reason="录音系统当日故障")
    assert answer["no_recording_reason"] == "录音系统当日故障"


async def test_a_regulators_case_goes_the_whole_way_by_head_office(world: World) -> None:
    """RE-05: no void, no short way, no merging into an ordinary case, and closing information before approval."""
    desk = Desk(world)
    ordinary = await filed(world)
    receipt = await filed(world)
    await becomes(world, receipt.case_id, source="regulator")
    assert slug(await desk.does("admin", receipt.number, "void", opinion="x")) == (409, "not-for-regulator-cases")
    refused = await desk.does(
        "agent", receipt.case_id, "merge", master_number=ordinary.number, opinion="重复", closing_info="x"
    )
    assert slug(refused) == (409, "not-for-regulator-cases")
    await desk.investigating(receipt.case_id)
    assert slug(await desk.does("agent", receipt.case_id, "propose_reply", **ANSWER)) == (409, "needs-review")
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert slug(await desk.does("supervisor", receipt.case_id, "approve_reply", opinion="x")) == (
        409, "move-not-allowed",
    )  # fmt: skip
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意")
    refused = await desk.does("supervisor", receipt.case_id, "approve_reply", opinion="同意")
    assert refused.json()["fields"] == ["closing_info"]
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意", closing_info="已退费")
    assert (await desk.reads("supervisor", f"/cases/{receipt.number}")).json()["closing_info"] == "已退费"
