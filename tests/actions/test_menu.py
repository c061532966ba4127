"""Who is not understood is asked back with the two best guesses; a person is offered when that did not help."""

import pytest
from sqlalchemy import select

from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import Field
from tests.actions.desk import Desk

GUESSES = ("nlu_fallback", "urge", "progress", "complaint")


async def unclear(desk: Desk, text: str, purpose: str = "nlu_fallback") -> list[str]:
    return await desk.say(text, "action_menu", purpose=purpose, guesses=GUESSES)


@pytest.mark.parametrize(("text", "purpose"), [("就那个呀你懂的", "nlu_fallback"), ("都不是", "deny")])
async def test_the_two_best_guesses_come_first_and_a_person_when_they_did_not_help(
    desk: Desk, text: str, purpose: str
) -> None:
    assert await unclear(desk, "那个啥咋样了快点") == ["utter_did_you_mean"]
    assert desk.choices == ["催办", "查进度"]
    assert desk.open == "guess"
    assert await unclear(desk, text, purpose) == ["utter_offer_person_for_menu"]
    assert desk.choices == ["转人工", "不用了"]
    assert desk.open == "offer"
    assert await desk.say("转人工", "action_hand_off") == ["utter_handoff_off_duty"]


async def test_the_offer_may_be_left_and_the_guesses_come_first_again(desk: Desk) -> None:
    await unclear(desk, "那个啥咋样了快点")
    await unclear(desk, "就那个呀你懂的")
    assert await desk.say("不用了", "action_resume", purpose="deny") == ["utter_menu"]
    assert await unclear(desk, "咋整的嘛到底") == ["utter_did_you_mean"]


async def test_a_complaint_told_after_the_guesses_begins_as_any_other(desk: Desk) -> None:
    await unclear(desk, "那个啥咋样了快点")
    said = await desk.say("我要投诉，大堂经理骂我", "action_intake", purpose="complaint")
    assert said == ["utter_soothe", "utter_ask_demand"]


async def test_a_face_or_a_number_is_asked_what_is_wanted_and_begins_nothing(desk: Desk) -> None:
    for text in ("😡😡😡😡", "12", "👍", "300"):
        assert await desk.say(text, "action_menu", purpose="nlu_fallback") == ["utter_without_words"]
        assert "我要投诉" in desk.choices
        assert desk.open is None


async def test_who_wants_to_think_with_nothing_open_is_left_in_peace(desk: Desk) -> None:
    assert await desk.say("等一下我想想", "action_menu", purpose="deny") == ["utter_take_your_time"]


async def test_without_two_guesses_that_can_be_said_the_menu_is_offered(desk: Desk) -> None:
    names = await desk.say("……", "action_menu", purpose="nlu_fallback", guesses=("nlu_fallback", "inform", "thanks"))
    assert names == ["utter_clarify"]
    assert "转人工" in desk.choices


STORY = "我是聋哑人，听不见电话，昨天朝阳支行让我打电话才能办，要求道歉"


async def test_a_story_that_was_not_understood_is_not_asked_for_again_when_it_is_a_complaint(desk: Desk) -> None:
    await unclear(desk, STORY)
    first = desk.message
    assert await desk.say("我要投诉", "action_intake", purpose="complaint") == [
        "utter_soothe",
        "utter_noted",
        "utter_ask_name",
    ]
    assert "听力不便" in desk.words
    async with desk.world.database.reading() as session:
        draft = await session.scalar(select(Draft))
        told = await session.get(DraftField, (draft.id, Field.FACTS)) if draft is not None else None
    assert draft is not None
    assert told is not None
    assert (draft.started_message_id, told.value) == (first, STORY)


@pytest.mark.parametrize("text", ["那个啥咋样了快点", "来办那个说过的"])
async def test_what_was_not_understood_and_tells_nothing_begins_no_story(desk: Desk, text: str) -> None:
    await unclear(desk, text)
    said = await desk.say("我要投诉", "action_intake", purpose="complaint")
    assert said == ["utter_soothe", "utter_ask_facts"]


async def test_who_tells_another_story_than_the_one_not_understood_is_read_by_that(desk: Desk) -> None:
    await unclear(desk, STORY)
    said = await desk.say("海淀支行的大堂经理骂我", "action_intake", purpose="complaint")
    assert said == ["utter_soothe", "utter_ask_demand"]


async def test_a_story_not_understood_long_ago_is_asked_for(desk: Desk) -> None:
    await unclear(desk, STORY)
    desk.world.wait(hours=30)
    said = await desk.say("我要投诉", "action_intake", purpose="complaint")
    assert said == ["utter_soothe", "utter_ask_facts"]


async def test_back_with_nothing_open_shows_the_menu(desk: Desk) -> None:
    assert await desk.say("*", "action_menu", purpose="step_back") == ["utter_menu"]
    assert desk.choices == ["我要投诉", "查进度", "催办", "转人工"]
