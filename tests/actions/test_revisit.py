"""Something is to be put right while another question waits: it is told how, and the question stays open."""

import pytest
from sqlalchemy import select, update

from casebackend.cases.model import Case
from casebackend.conversations.model import Message
from casebackend.customers.model import Customer
from casebackend.revisits.model import Revisit
from tests.actions.desk import Desk
from tests.casebackend.cases.builders import Desk as Staff
from tests.casebackend.workers import worker


async def surveyed(desk: Desk) -> None:
    """A complaint was answered, and the customer is asked how it was."""
    world = desk.world
    await desk.file()
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
    await Staff(world).replied(case.id)
    await worker(world).tick()
    world.wait(seconds=world.settings.survey_delay_seconds + 20)
    await worker(world).tick()


async def test_a_correction_of_the_complaint_is_no_answer_to_the_survey_and_no_miss(desk: Desk) -> None:
    await surveyed(desk)
    for text in ("金额改成3000", "不是3000是5000", "我姓笪不姓达"):
        said = await desk.say(text, "action_revisit", purpose="correct")
        assert said == ["utter_correct_later", "utter_survey_solved"]
        assert desk.open == "survey.solved"
    assert "转人工" in desk.words
    assert await desk.say("解決咗", "action_revisit", purpose="feedback") == ["utter_survey_score"]
    assert await desk.say("点错了，是5分", "action_revisit", purpose="correct") == ["utter_survey_words"]


async def test_more_told_in_the_survey_goes_with_the_answers_and_is_no_answer(desk: Desk) -> None:
    await surveyed(desk)
    more = "还有，那个柜员态度也不好"
    said = await desk.say(more, "action_revisit", purpose="feedback", guesses=("complaint", "feedback"))
    assert said == ["utter_survey_kept_complain", "utter_survey_solved"]
    assert "我要投诉" in desk.words
    said = await desk.say(
        "解决了，而且处理的同事态度很好", "action_revisit", purpose="feedback", guesses=("feedback", "praise")
    )
    assert said == ["utter_survey_kept", "utter_survey_score"]
    await desk.say("4分", "action_revisit", purpose="feedback")
    assert await desk.say("没有了", "action_revisit", purpose="deny") == ["utter_survey_done"]
    assert desk.choices[0] == "我要投诉"
    async with desk.world.database.reading() as session:
        held = (await session.scalars(select(Revisit))).one()
    assert (held.solved, held.score, held.words) == (True, 4, f"{more}；解决了，而且处理的同事态度很好")


@pytest.mark.parametrize("text", ["金额改成3000", "不是3000是5000"])
async def test_a_correction_while_a_withdrawal_waits_changes_nothing_and_loses_nothing(desk: Desk, text: str) -> None:
    await desk.file()
    await desk.say("撤诉", "action_withdraw")
    said = await desk.say(text, "action_resume", purpose="correct")
    assert said == ["utter_correct_later", "utter_repeat_withdraw"]
    assert desk.open == "withdraw"
    assert await desk.say("不撤了", "action_withdraw") == ["utter_withdraw_kept"]


async def test_an_unfinished_complaint_is_put_right_when_the_withdrawal_is_decided(desk: Desk) -> None:
    await desk.file()
    await desk.say("我要投诉，崂山支行的保安昨天在门口骂我", "action_intake")
    await desk.say("撤诉", "action_withdraw")
    said = await desk.say("金额改成3000", "action_resume", purpose="correct")
    assert said == ["utter_correct_draft_later", "utter_repeat_withdraw"]


async def test_who_is_not_understood_twice_about_handling_it_again_hears_of_the_call_and_no_farewell(
    desk: Desk,
) -> None:
    await surveyed(desk)
    for text in ("没解决", "2分", "没有了"):
        await desk.say(text, "action_revisit", purpose="feedback")
    assert desk.open == "survey.again"
    said = await desk.say("今天天气", "action_revisit", purpose="feedback")
    assert said == ["utter_survey_not_understood", "utter_survey_again"]
    assert await desk.say("要吧，还是算了", "action_revisit", purpose="feedback") == ["utter_feedback_thanks"]
    assert desk.open is None
    async with desk.world.database.reading() as session:
        held = (await session.scalars(select(Revisit))).one()
    assert (held.state, held.again) == ("by_person", None)


async def test_whom_nobody_can_call_about_it_hears_how_to_go_on_and_no_farewell_of_a_survey(desk: Desk) -> None:
    await surveyed(desk)
    async with desk.world.database.transaction() as session:
        await session.execute(update(Customer).values(phone_enc=None, phone_masked=None, phone_index=None))
    for text in ("没解决", "2分", "没有了", "今天天气"):
        await desk.say(text, "action_revisit", purpose="feedback")
    assert await desk.say("要吧，还是算了", "action_revisit", purpose="feedback") == ["utter_feedback_thanks"]
    assert desk.open is None
    async with desk.world.database.reading() as session:
        last = select(Message).where(Message.author == "system").order_by(Message.seq.desc()).limit(1)
        told = (await session.scalars(last)).one()
    assert (told.choices, "没有按“不需要”登记" in told.text) == (["重新投诉", "转人工"], True)
