from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update
from structlog.testing import capture_logs

from casebackend.api.cases import MoveCase
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.check import check
from casebackend.clocks.queries import timers_of
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Channel
from casebackend.editions import changed
from casebackend.revisits.model import Revisit
from casebackend.timeline.queries import of_case
from casebackend.workflow.model import UnitDuty
from casebackend.workflow.queries import EDITION
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, ask, case_of, filed, told, unit
from tests.casebackend.workers import worker
from tests.world import World


async def surveyed(world: World, *, sender: str = "customer-1") -> UUID:
    """A replied case whose survey has just gone out."""
    receipt = await filed(world, sender=sender)
    await Desk(world).replied(receipt.case_id)
    await worker(world).tick()
    world.wait(seconds=world.settings.survey_delay_seconds + 20)
    await worker(world).tick()
    return receipt.case_id


async def says(world: World, words: str, *, sender: str = "customer-1") -> dict[str, Any]:
    receipt = await world.says(words, sender=sender)
    response = await world.act(f"/conversations/{receipt.conversation_id}/survey", receipt.message_id)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    if answer["next"] != "done":
        await ask(world, receipt.conversation_id, f"survey.{answer['next']}")
    return answer


async def revisit_of(world: World, case_id: UUID) -> Revisit:
    async with world.database.transaction() as session:
        return (await session.scalars(select(Revisit).where(Revisit.case_id == case_id))).one()


async def holds(world: World) -> None:
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_the_survey_goes_out_once_after_the_delay_with_the_question(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    await worker(world).tick()
    assert (await revisit_of(world, receipt.case_id)).state == "planned"
    world.wait(seconds=60)
    for _ in range(3):
        await worker(world).tick()
    case = await case_of(world, receipt.case_id)
    assert case.status == "follow_up"
    async with world.database.transaction() as session:
        conversation = await session.get_one(Conversation, case.conversation_id)
        assert (conversation.asked, conversation.choices) == ("survey.solved", ["已解决", "未解决"])
        sent = await session.scalar(select(func.count()).where(Message.asks == "survey.solved"))
        assert sent == 1


async def test_a_satisfied_customer_closes_the_case(world: World) -> None:
    case_id = await surveyed(world)
    assert (await says(world, "解决了"))["next"] == "score"
    assert (await says(world, "五分"))["next"] == "words"
    assert await says(world, "柜员很耐心，我电话13800138000") == {
        "next": "done", "understood": True, "second_case": None, "second_number": None, "kept": False,
        "called": False, "unsettled": False,
    }  # fmt: skip
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction, revisit.state, revisit.score) == ("closed", "satisfied", "done", 5)
    assert "13800138000" not in str(revisit.words)
    await holds(world)


async def test_a_dissatisfied_customer_opens_one_linked_second_complaint(world: World) -> None:
    case_id = await surveyed(world)
    await says(world, "没有解决")
    await says(world, "2")
    assert (await says(world, "钱还没退"))["next"] == "again"
    answer = await says(world, "需要")
    assert (answer["next"], answer["second_number"]) == ("done", "TS20260302000002")
    first, second = await case_of(world, case_id), await case_of(world, UUID(answer["second_case"]))
    assert (first.status, first.satisfaction) == ("closed", "unsatisfied")
    assert (second.kind, second.parent_id, second.status) == ("second", first.id, "dispatched")
    assert str(second.handling_unit_id) == await unit(world, "稽核部")
    assert "钱还没退" in second.facts
    async with world.database.transaction() as session:
        clocks = {timer.kind: timer.derivation for timer in await timers_of(session, second.id)}
    assert {"l1", "internal.second"} <= set(clocks)
    assert "5个工作日 = 3月9日 17:30" in clocks["internal.second"]
    await holds(world)


async def test_a_second_complaint_goes_to_other_hands_and_is_final(world: World) -> None:
    await surveyed(world)
    for words in ("没解决", "1分", "没有了"):
        await says(world, words)
    second = UUID((await says(world, "要重新处理"))["second_case"])
    desk = Desk(world)
    refused = await desk.does("agent", second, "receive")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/other-handler-needed")
    await desk.sure("lead", second, "receive")
    for move, fields in (
        ("propose", PROPOSAL),
        ("propose_reply", PROPOSAL | {"opinion": "情况清楚"}),
        ("ask_countersign", {"cosigners": [str(second)], "opinion": "会签"}),
        ("merge", {"master_number": "TS20260302000001", "opinion": "重复"}),
    ):
        refused = await desk.does("agent", second, move, **fields)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/other-handler-needed")
    await desk.sure("lead", second, "propose", **PROPOSAL)
    await desk.sure("supervisor", second, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", second, "approve_reply", opinion="同意")
    refused = await desk.does("agent", second, "reply", **REPLY)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/other-handler-needed")
    await desk.sure("lead", second, "reply", **REPLY)
    await worker(world).tick()
    world.wait(minutes=15)
    await worker(world).tick()
    for words in ("没解决", "1分"):
        await says(world, words)
    assert (await says(world, "没有了"))["next"] == "done"
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 2
    await holds(world)


async def test_no_thanks_opens_nothing(world: World) -> None:
    case_id = await surveyed(world)
    for words in ("没解决", "1分", "没有了"):
        await says(world, words)
    answer = await says(world, "算了，不用了")
    assert (answer["next"], answer["second_case"]) == ("done", None)
    assert (await case_of(world, case_id)).satisfaction == "unsatisfied"


async def test_who_wants_it_again_and_forbids_more_delay_gets_a_second_complaint_with_his_words(world: World) -> None:
    case_id = await surveyed(world)
    assert (await says(world, "還有問題"))["next"] == "score"
    answer = await says(world, "给你们打1分，拖拖拉拉")
    assert (answer["next"], answer["kept"]) == ("words", True)
    assert (await says(world, "没有了"))["next"] == "again"
    answer = await says(world, "要，别再敷衍我了")
    assert (answer["next"], answer["second_number"]) == ("done", "TS20260302000002")
    revisit = await revisit_of(world, case_id)
    assert (revisit.solved, revisit.score, revisit.again) == (False, 1, True)
    assert revisit.words == "给你们打1分，拖拖拉拉；要，别再敷衍我了"
    assert "拖拖拉拉" in (await case_of(world, UUID(answer["second_case"]))).facts
    await holds(world)


async def test_a_yes_and_a_no_together_close_nothing_and_are_asked_again(world: World) -> None:
    case_id = await surveyed(world)
    for words in ("没解决", "1分", "没有了"):
        await says(world, words)
    answer = await says(world, "要吧，还是算了")
    assert (answer["next"], answer["understood"]) == ("again", False)
    assert (await case_of(world, case_id)).status == "follow_up"
    assert (await says(world, "当然要"))["second_number"] == "TS20260302000002"


async def test_solved_with_a_complaint_besides_is_solved_and_the_complaint_is_kept(world: World) -> None:
    case_id = await surveyed(world)
    answer = await says(world, "是解决了，但是态度差")
    assert (answer["next"], answer["kept"]) == ("score", True)
    revisit = await revisit_of(world, case_id)
    assert (revisit.solved, revisit.words) == (True, "是解决了，但是态度差")


async def test_twice_not_understood_ends_the_survey(world: World) -> None:
    case_id = await surveyed(world)
    await says(world, "解决了")
    assert await says(world, "今天天气") == {
        "next": "score", "understood": False, "second_case": None, "second_number": None, "kept": False,
        "called": False, "unsettled": False,
    }  # fmt: skip
    assert (await says(world, "呵呵呵"))["next"] == "done"
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction, revisit.state) == ("closed", "satisfied", "no_answer")
    await holds(world)


async def test_who_would_rather_not_answer_is_left_alone(world: World) -> None:
    case_id = await surveyed(world)
    assert (await says(world, "算了"))["next"] == "done"
    assert (await case_of(world, case_id)).satisfaction == "no_answer"


@pytest.mark.parametrize("move", [Move.CLOSE_WITHOUT_FOLLOWUP, Move.VOID])
async def test_a_case_that_moved_on_before_the_survey_is_not_surveyed(world: World, move: Move) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    await worker(world).tick()
    async with world.database.transaction() as session:
        for name in ("somebody", "somebody-else") if move is Move.VOID else ("somebody",):
            anybody = type(SYSTEM)(SYSTEM.kind, name, SYSTEM.roles | {"system_admin"})
            command = MoveCase(move=move, opinion="x")
            await move_case(session, receipt.case_id, command, principal=anybody, now=world.time)
    world.wait(minutes=2)
    await worker(world).tick()
    assert (await revisit_of(world, receipt.case_id)).state == "cancelled"
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).where(Message.asks == "survey.solved")) == 0


async def test_a_reopened_case_is_surveyed_after_its_new_reply_only(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.replied(receipt.case_id)
    await worker(world).tick()
    async with world.database.transaction() as session:
        for move in (Move.CLOSE_WITHOUT_FOLLOWUP, Move.REOPEN):
            command = MoveCase(move=move, opinion="核查决定重新处理")
            await move_case(session, receipt.case_id, command, principal=SYSTEM, now=world.time)
    world.wait(minutes=2)
    await worker(world).tick()
    await desk.sure(
        "agent", receipt.case_id, "propose_reply", findings="已补退", judgement_basis="章程", opinion="不成立"
    )
    await desk.sure("agent", receipt.case_id, "reply", **REPLY)
    await worker(world).tick()
    world.wait(minutes=2)
    await worker(world).tick()
    async with world.database.transaction() as session:
        states = (await session.scalars(select(Revisit.state).order_by(Revisit.round))).all()
    assert states == ["cancelled", "sent"]
    await holds(world)


async def test_a_survey_waits_while_somebody_is_in_the_middle_of_a_talk(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    await worker(world).tick()
    world.wait(minutes=1)
    conversation = (await world.says("我还要投诉别的")).conversation_id
    await ask(world, conversation, "field.demand")
    await worker(world).tick()
    assert (await revisit_of(world, receipt.case_id)).state == "planned"
    world.wait(minutes=11)
    await worker(world).tick()
    assert (await revisit_of(world, receipt.case_id)).state == "sent"


async def test_a_regulators_case_is_asked_by_a_person_and_never_opened_again(world: World) -> None:
    receipt = await filed(world, channel=Channel.REGULATOR)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意", closing_info="已办结")
    await desk.sure("agent", receipt.case_id, "reply", **REPLY, **told(world))
    await worker(world).tick()
    world.wait(minutes=2)
    await worker(world).tick()
    assert (await revisit_of(world, receipt.case_id)).state == "by_person"
    assert (await case_of(world, receipt.case_id)).status == "follow_up"
    await desk.sure("agent", receipt.case_id, "close", satisfaction="unsatisfied")
    await holds(world)


async def test_without_a_survey_there_is_nothing_to_answer(world: World) -> None:
    receipt = await world.says("五分")
    response = await world.act(f"/conversations/{receipt.conversation_id}/survey", receipt.message_id)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/no-survey")


async def test_the_same_answer_sent_twice_counts_once(world: World) -> None:
    await surveyed(world)
    receipt = await world.says("解决了")
    path = f"/conversations/{receipt.conversation_id}/survey"
    first = await world.act(path, receipt.message_id, key="turn:survey:1")
    again = await world.act(path, receipt.message_id, key="turn:survey:1")
    assert first.json() == again.json()
    assert first.json()["next"] == "score"


@pytest.mark.parametrize("last", [False, True])
async def test_the_same_answer_under_another_key_counts_once_too(world: World, last: bool) -> None:
    """Rasa's call commits and its turn dies; the questionnaire answers the same message under a key of its own."""
    case_id = await surveyed(world)
    for words in ("没解决", "1分", "没有了") if last else ():
        await says(world, words)
    receipt = await world.says("要重新处理" if last else "解决了")
    path = f"/conversations/{receipt.conversation_id}/survey"
    by_rasa = await world.act(path, receipt.message_id, key="turn:rasa:0")
    by_questionnaire = await world.act(path, receipt.message_id, key="turn:questionnaire:0")
    assert by_questionnaire.json() == by_rasa.json()
    assert by_rasa.json()["next"] == ("done" if last else "score")
    assert ((await revisit_of(world, case_id)).score is None) is not last
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1 + last
    await holds(world)


@pytest.mark.parametrize("who", ["个人金融部", None])
async def test_the_duty_of_the_chain_says_which_unit_decides_a_second_complaint(world: World, who: str | None) -> None:
    """Whatever it is called: without a unit that has the duty it waits to be dispatched, and its history says why."""
    async with world.database.transaction() as session:
        if who is None:
            await session.execute(delete(UnitDuty))
        else:
            await session.execute(update(UnitDuty).values(unit_id=UUID(await unit(world, who))))
        await changed(session, EDITION)
    await surveyed(world)
    for words in ("没解决", "1分", "没有了"):
        await says(world, words)
    with capture_logs() as logs:
        second = await case_of(world, UUID((await says(world, "要重新处理"))["second_case"]))
    if who is not None:
        assert (second.status, str(second.handling_unit_id)) == ("dispatched", await unit(world, who))
    else:
        async with world.database.reading() as session:
            said = [entry.opinion for entry in await of_case(session, second.id) if entry.kind == "case.nobody_decides"]
        assert ["请手工转办" in str(each) for each in said] == [True]
        assert (second.status, second.handling_unit_id) == ("accepted", None)
        assert "family.no_unit_decides" in [entry["event"] for entry in logs]
    await holds(world)
