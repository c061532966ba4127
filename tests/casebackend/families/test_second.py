"""A second complaint: only from a closed internal first one, once, to other hands, and final."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from casebackend.cases.model import Case
from casebackend.clocks.queries import timers_of
from tests.casebackend.cases.builders import PROPOSAL, Desk, ask, case_of, filed, unit
from tests.casebackend.cases.test_own import says
from tests.casebackend.families.builders import closed, holds, posts, slug
from tests.world import World

pytestmark = pytest.mark.usefixtures("known_senders")

WORDS = {"opinion": "钱仍没有退，电话13911112222联系我"}


async def becomes(world: World, case_id: object, **values: Any) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(**values))


async def test_staff_open_one_second_complaint_on_the_customers_word(world: World) -> None:
    case_id, number = await closed(world)
    world.wait(days=2)
    desk = Desk(world)
    answer = await posts(desk, "agent", f"/cases/{number}/second", key="once", **WORDS)
    assert answer.status_code == 201, answer.text
    again = await posts(desk, "agent", f"/cases/{number}/second", key="once", **WORDS)
    assert again.json() == answer.json()
    assert slug(await posts(desk, "agent", f"/cases/{number}/second", **WORDS)) == (409, "second-exists")
    second = await case_of(world, UUID(answer.json()["case_id"]))
    assert (second.kind, second.parent_id, second.status) == ("second", case_id, "dispatched")
    assert (second.creator, str(second.handling_unit_id)) == ("staff:agent", await unit(world, "稽核部"))
    assert "钱仍没有退" in second.facts
    assert "13911112222" not in second.facts
    async with world.database.reading() as session:
        clocks = {timer.kind: timer for timer in await timers_of(session, second.id)}
    assert {"l1", "internal.second"} <= set(clocks)
    assert slug(await desk.does("agent", second.id, "receive")) == (403, "other-handler-needed")
    await desk.sure("auditor", second.id, "receive")
    await desk.sure("auditor", second.id, "propose", **PROPOSAL)
    await desk.sure("supervisor", second.id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", second.id, "approve_reply", opinion="同意")
    refused = await posts(desk, "supervisor", f"/cases/{second.number}/second", **WORDS)
    assert slug(refused) == (409, "not-for-second")
    assert await holds(world) == []


async def test_it_keeps_the_lane_how_the_customer_is_to_be_told_and_where_the_first_came_from(world: World) -> None:
    case_id, number = await closed(world)
    kept = {
        "lane": "priority", "lane_reason": "客户情况：老年人", "notice_form": "letter",
        "source": "referred", "referral_agency": "市消费者协会", "source_ref": "消协〔2026〕17号",
    }  # fmt: skip
    await becomes(world, case_id, **kept)
    answer = await posts(Desk(world), "agent", f"/cases/{number}/second", **WORDS)
    assert answer.status_code == 201, answer.text
    second = await case_of(world, UUID(answer.json()["case_id"]))
    assert {name: getattr(second, name) for name in kept} == kept
    assert (second.referral_due_on, second.parent_id) == (None, case_id)
    assert await holds(world) == []


async def test_only_a_closed_internal_first_complaint_has_a_second_one(world: World) -> None:
    desk = Desk(world)
    running = await filed(world)
    assert slug(await posts(desk, "agent", f"/cases/{running.number}/second", **WORDS)) == (409, "not-for-second")
    case_id, number = await closed(world, sender="somebody-else")
    for nature in ({"source": "regulator"}, {"kind": "second"}, {"status": "archived"}, {"matter_type": "suggestion"}):
        before = await case_of(world, case_id)
        await becomes(world, case_id, **nature)
        refused = await posts(desk, "agent", f"/cases/{number}/second", **WORDS)
        assert slug(refused) == (409, "not-for-second"), nature
        await becomes(world, case_id, **{name: getattr(before, name) for name in nature})
    for moment in (world.time + timedelta(minutes=5), world.time - timedelta(days=1)):
        refused = await posts(desk, "agent", f"/cases/{number}/second", requested_at=moment.isoformat(), **WORDS)
        assert slug(refused) == (422, "asked-too-early")
    assert (await posts(desk, "curator", f"/cases/{number}/second", **WORDS)).status_code == 403
    assert (await posts(desk, "agent", "/cases/TS20260302999999/second", **WORDS)).status_code == 404


async def test_who_urges_a_closed_complaint_is_offered_a_second_one(world: World) -> None:
    _, number = await closed(world)
    offer = await says(world, "urge", "催一下")
    assert (offer["outcome"], offer["second_offered"]) == ("closed", True)
    opened = await says(world, "second", "要，因为钱没有退")
    assert opened["outcome"] == "opened"
    assert opened["case"]["number"] != number
    assert (await says(world, "second", number))["outcome"] == "exists"
    assert (await says(world, "second", number, sender="thief"))["outcome"] == "foreign"
    assert (await says(world, "second", "要", sender="stranger"))["outcome"] == "none"
    urged = await says(world, "urge", number)
    assert (urged["outcome"], urged["second_offered"]) == ("closed", False)
    assert await holds(world) == []


async def test_who_gives_no_reason_is_asked_for_it_once_and_the_limit_counts_from_the_first_word(world: World) -> None:
    case_id, number = await closed(world)
    asked = await says(world, "second", "我对处理结果不服，要重新投诉")
    assert (asked["outcome"], asked["case"]["number"]) == ("reason", number)
    first_word = world.time
    world.wait(hours=3)
    message = await world.says("多扣的年费一直没有退到账上")
    await ask(world, message.conversation_id, "second")
    path = f"/conversations/{message.conversation_id}/second"
    opened = (await world.act(path, message.message_id, key="rasa")).json()
    assert (opened["outcome"], opened["review_days"]) == ("opened", None)
    assert (await world.act(path, message.message_id, key="questionnaire")).json() == opened
    async with world.database.reading() as session:
        second = await session.scalar(select(Case).where(Case.parent_id == case_id))
    assert second is not None
    assert (second.number, second.received_at) == (opened["case"]["number"], first_word)
    assert "一直没有退到账上" in second.facts
    assert await holds(world) == []


async def test_who_thinks_again_has_no_second_one_and_who_will_not_say_why_has_one(world: World) -> None:
    await closed(world)
    await says(world, "second", "不满意")
    message = await world.says("算了不投诉了")
    await ask(world, message.conversation_id, "second")
    path = f"/conversations/{message.conversation_id}/second"
    assert (await world.act(path, message.message_id)).json()["outcome"] == "dropped"
    await ask(world, message.conversation_id, None)
    assert (await says(world, "second", "还是不满意"))["outcome"] == "reason"
    last = await world.says("直接提交")
    await ask(world, message.conversation_id, "second")
    assert (await world.act(path, last.message_id)).json()["outcome"] == "opened"


async def test_an_answered_complaint_of_a_branch_has_a_second_one_before_it_is_closed_and_its_superior_may_look(
    world: World,
) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    assert (await says(world, "second", "不满意"))["outcome"] == "open"
    await desk.replied(receipt.case_id)
    branch = await unit(world, "北京分行")
    await becomes(world, receipt.case_id, handling_unit_id=UUID(branch))
    opened = await says(world, "second", "不满意，多扣的年费一直没有退")
    assert (opened["outcome"], opened["review_days"]) == ("opened", 30)
    first = await case_of(world, receipt.case_id)
    assert (first.status, first.satisfaction) == ("closed", "unsatisfied")
    assert await holds(world) == []
