"""核查: applied for in writing within 30 days, by the organisation above, by people who took no part, in 30 days."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.api.cases import MoveCase
from casebackend.cases.filing import CUSTOMER
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.clocks.queries import timers_of
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Channel
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed, told, unit
from tests.casebackend.families.builders import closes, holds, posts, slug
from tests.casebackend.people.admins import Office
from tests.world import World

WRITTEN = {"grounds": "不同意处理结果，电话13911112222", "form": "document", "document": "书面申请一份"}
FOUND: dict[str, Any] = {
    "findings_process": "程序完整", "findings_time": "在期限内", "findings_result": "金额计算有误",
    "opinion": "应重新计算",
}  # fmt: skip
REPLY = {
    "reply_facts": "属实", "reply_decision": "退还年费", "reply_basis": "章程",
    "reply_remedies": "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。",
}  # fmt: skip


async def decided(world: World, *, sender: str = "customer-1", channel: Channel = Channel.WEBCHAT) -> tuple[UUID, str]:
    """A decision of 北京朝阳支行, told to the customer."""
    desk = Desk(world)
    receipt = await filed(world, sender=sender, channel=channel)
    await desk.sure("lead", receipt.case_id, "accept")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"))
    await desk.sure("outlet", receipt.case_id, "receive")
    await desk.sure("outlet", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意")
    spoken = {} if channel is Channel.WEBCHAT else told(world)
    await desk.sure("outlet", receipt.case_id, "reply", **REPLY, **spoken)
    return receipt.case_id, receipt.number


async def moves(desk: Desk, login: str, review: Any, move: str, read: str = "*", **body: Any) -> httpx.Response:
    browser = await desk.browser(login)
    headers = {"If-Match": read} if read else {}
    return await browser.post(f"/api/v1/reviews/{review['id']}/moves", json={"move": move, **body}, headers=headers)


async def sure(desk: Desk, login: str, review: Any, move: str, **body: Any) -> Any:
    answer = await moves(desk, login, review, move, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def applied(desk: Desk, number: str, **other: Any) -> Any:
    answer = await posts(desk, "lead", f"/cases/{number}/reviews", **WRITTEN | other)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_who_has_to_stay_away_takes_no_application_either(world: World) -> None:
    desk = Desk(world)
    _, number = await decided(world)
    assert (await posts(desk, "lead", f"/cases/{number}/recusals", reason="客户是本人亲属")).status_code == 201
    assert slug(await posts(desk, "lead", f"/cases/{number}/reviews", **WRITTEN)) == (403, "recused")
    assert (await posts(desk, "supervisor", f"/cases/{number}/reviews", **WRITTEN)).status_code == 201


async def test_an_application_is_in_writing_once_and_starts_its_own_clock(world: World) -> None:
    desk = Desk(world)
    open_case = await filed(world, sender="other")
    path = f"/cases/{open_case.number}/reviews"
    assert slug(await posts(desk, "lead", path, **WRITTEN)) == (409, "not-decided-yet")
    _, number = await decided(world)
    path = f"/cases/{number}/reviews"
    assert slug(await posts(desk, "lead", path, **WRITTEN | {"document": None})) == (422, "not-in-writing")
    form = {"grounds": "不同意", "form": "confirmed_form"}
    assert slug(await posts(desk, "lead", path, **form)) == (422, "not-in-writing")
    for moment in (world.time + timedelta(minutes=3), world.time - timedelta(days=1)):
        refused = await posts(desk, "lead", path, **WRITTEN, applied_at=moment.isoformat())
        assert slug(refused) == (422, "impossible-time")
    review = (await posts(desk, "lead", path, key="once", **form, confirmed=True)).json()
    assert (await posts(desk, "lead", path, key="once", **form, confirmed=True)).json() == review
    assert slug(await posts(desk, "lead", path, **WRITTEN)) == (409, "review-known")
    assert (review["number"], review["state"], review["late"]) == (f"{number}-H1", "applied", False)
    assert (review["reviewing_unit"], review["due_on"]) == ("北京分行", "2026-04-01")
    assert "3月2日 + 30日 = 4月1日" in review["derivation"]
    assert await holds(world) == []


async def test_the_organisation_above_decides_and_the_applicant_hears_of_it(world: World) -> None:
    case_id, number = await decided(world)
    world.wait(days=3)
    desk = Desk(world)
    review = await applied(desk, number)
    assert "13911112222" not in review["grounds"]
    for login, refusal in (("supervisor", "not-reviewing-unit"), ("outlet", "not-reviewing-unit")):
        assert slug(await moves(desk, login, review, "accept")) == (403, refusal)
    assert (await moves(desk, "branch", review, "accept", read="")).status_code == 428
    assert (await moves(desk, "branch", review, "accept", read='"7"')).status_code == 412
    refused = await moves(desk, "branch", review, "reject", reject_reason="late", opinion="x", told_by="channel")
    assert slug(refused) == (409, "wrong-reject-reason")
    await sure(desk, "branch", review, "accept")
    assert slug(await moves(desk, "branch", review, "decide", outcome="upheld", **FOUND)) == (
        409, "review-move-not-allowed",
    )  # fmt: skip
    await sure(desk, "branch", review, "begin")
    for part in FOUND:
        refused = await moves(desk, "branch", review, "decide", outcome="upheld", **FOUND | {part: None})
        assert refused.json()["fields"] == [part]
    await sure(desk, "branch", review, "decide", outcome="changed", **FOUND)
    answer = await sure(desk, "branch", review, "notify", told_by="channel")
    assert answer["told_proof"].startswith("message:")
    assert (await sure(desk, "branch", review, "close"))["state"] == "closed"
    async with world.database.reading() as session:
        case = await session.get_one(type(await case_of(world, case_id)), case_id)
        message = await session.scalar(
            select(Message).where(Message.conversation_id == case.conversation_id).order_by(Message.seq.desc()).limit(1)
        )
        assert message is not None
        assert "变更" in message.text
        assert [timer.stop_reason for timer in await timers_of(session, UUID(review["id"]))] == ["done"]
        kinds = [entry.kind for entry in await of_case(session, case_id)]
        assert kinds.count("review.applied") == 1
        assert kinds.count("review.moved") == 5
    listed = (await desk.reads("branch", "/reviews?state=closed")).json()["items"]
    assert [each["number"] for each in listed] == [review["number"]]
    assert (await desk.reads("branch", "/reviews")).json()["items"] == []
    family = (await desk.reads("branch", f"/cases/{number}/family")).json()
    assert [(each["number"], each["outcome_label"]) for each in family["reviews"]] == [(review["number"], "变更")]
    assert await holds(world) == []


async def test_a_branch_that_is_merged_away_leaves_its_open_reviews_to_its_successor(world: World) -> None:
    _, number = await decided(world)
    desk, office = Desk(world), Office(world)
    review = await applied(desk, number)
    into = await office.unit("2000")
    assert (await office.changed("1000", change="merge", successor_id=str(into.id))).is_success
    await ticked(world)
    assert await holds(world) == []
    desk.browsers.clear()
    for move in ("accept", "begin"):
        await sure(desk, "branch", review, move)
    assert (await sure(desk, "branch", review, "decide", outcome="upheld", **FOUND))["state"] == "decided"


async def test_who_took_part_does_not_review(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.sure("lead", receipt.case_id, "accept")
    outlet = await unit(world, "北京朝阳支行")
    await desk.sure(
        "agent", receipt.case_id, "dispatch", handling_unit_id=await unit(world, "北京分行"), opinion="请分行核实"
    )
    await desk.sure("branch", receipt.case_id, "receive")
    await desk.sure("branch", receipt.case_id, "transfer", handling_unit_id=outlet, opinion="应由支行办理")
    await desk.sure("outlet", receipt.case_id, "receive")
    await desk.sure("outlet", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意")
    await desk.sure("outlet", receipt.case_id, "reply", **REPLY)
    review = await applied(desk, receipt.number)
    assert slug(await moves(desk, "branch", review, "accept")) == (403, "took-part")


async def test_a_late_application_is_kept_and_rejected_by_people(world: World) -> None:
    _, number = await decided(world, channel=Channel.COUNTER)
    world.wait(days=30)
    desk = Desk(world)
    in_time = world.time.isoformat()
    world.wait(days=1)
    desk = Desk(world)
    review = await applied(desk, number)
    assert review["late"] is True
    assert slug(await moves(desk, "branch", review, "accept")) == (409, "late-application")
    rejected = {"reject_reason": "late", "opinion": "已超过30日", "told_by": "phone"}
    assert (await moves(desk, "branch", review, "reject", **rejected)).json()["fields"] == ["told_proof"]
    refused = await moves(desk, "branch", review, "reject", **rejected | {"told_by": "channel"})
    assert slug(refused) == (422, "not-told-by-us")
    answer = await sure(desk, "branch", review, "reject", **rejected, told_proof="录音")
    assert answer["state"] == "rejected"
    _, other = await decided(world, sender="b", channel=Channel.LETTER)
    assert in_time
    assert (await applied(desk, other))["late"] is False


async def test_head_office_decisions_have_nobody_above_them(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.replied(receipt.case_id)
    review = await applied(desk, receipt.number)
    assert review["reviewing_unit"] is None
    assert slug(await moves(desk, "branch", review, "accept")) == (403, "not-reviewing-unit")
    assert slug(await moves(desk, "supervisor", review, "accept")) == (409, "not-branch-decision")
    rejected = {"reject_reason": "not_branch_decision", "opinion": "可以起诉", "told_by": "channel"}
    assert (await sure(desk, "supervisor", review, "reject", **rejected))["state"] == "rejected"


@pytest.mark.parametrize("then", ["replied", "closed"])
async def test_a_remanded_case_is_handled_once_more(world: World, then: str) -> None:
    case_id, number = await decided(world)
    if then == "closed":
        await closes(world, case_id)
    world.wait(days=3)
    desk = Desk(world)
    review = await applied(desk, number)
    for move, body in (("accept", {}), ("begin", {}), ("decide", {"outcome": "remanded", **FOUND})):
        await sure(desk, "branch", review, move, **body)
    await sure(desk, "branch", review, "notify", told_by="letter", told_proof="EMS 回执")
    case = await case_of(world, case_id)
    assert (case.status, case.replied_at, case.told_at) == ("investigating", None, None)
    assert case.promised_on is not None
    assert case.promised_on.isoformat() == "2026-03-20"
    assert await holds(world) == []
    unknown = await moves(desk, "branch", {"id": uuid4()}, "accept")
    assert slug(unknown) == (404, "review-not-found")


async def test_while_a_second_complaint_is_open_a_remanded_case_stays_closed(world: World) -> None:
    case_id, number = await decided(world)
    await closes(world, case_id)
    desk = Desk(world)
    opened = await posts(desk, "agent", f"/cases/{number}/second", opinion="不满意")
    assert opened.status_code == 201, opened.text
    review = await applied(desk, number)
    for move, body in (("accept", {}), ("begin", {}), ("decide", {"outcome": "remanded", **FOUND})):
        await sure(desk, "branch", review, move, **body)
    told_of = await sure(desk, "branch", review, "notify", told_by="letter", told_proof="EMS 回执")
    assert (told_of["state"], (await case_of(world, case_id)).status) == ("notified", "closed")
    assert await holds(world) == []


async def test_what_was_ordered_meanwhile_is_carried_out_when_the_second_complaint_has_ended(world: World) -> None:
    case_id, number = await decided(world)
    await closes(world, case_id)
    desk = Desk(world)
    second = (await posts(desk, "agent", f"/cases/{number}/second", opinion="不满意")).json()
    review = await applied(desk, number)
    for move, body in (("accept", {}), ("begin", {}), ("decide", {"outcome": "remanded", **FOUND})):
        await sure(desk, "branch", review, move, **body)
    waiting = await sure(desk, "branch", review, "notify", told_by="letter", told_proof="EMS 回执")
    assert waiting["waits_for_second"] is True
    await ticked(world)
    assert (await case_of(world, case_id)).status == "closed"
    async with world.database.transaction() as session:
        command = MoveCase(move=Move.WITHDRAW)
        await move_case(session, UUID(second["case_id"]), command, principal=CUSTOMER, now=world.time)
    for _ in range(2):
        await ticked(world)
    case = await case_of(world, case_id)
    assert (case.status, case.replied_at) == ("investigating", None)
    [shown] = (await desk.reads("lead", f"/cases/{number}/reviews")).json()["items"]
    assert shown["waits_for_second"] is False
    assert await holds(world) == []
