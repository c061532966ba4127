from tests.actions.desk import Desk


async def test_when_nobody_is_on_duty_the_customer_is_told_when_somebody_will_be(desk: Desk) -> None:
    assert await desk.say("转人工", "action_hand_off") == ["utter_handoff_off_duty"]
    assert "{" not in desk.words


async def test_who_asks_for_a_person_at_night_is_asked_when_a_call_suits(desk: Desk) -> None:
    desk.world.wait(hours=10)
    await desk.say("转人工", "action_hand_off")
    assert desk.open == "callback"
    assert desk.words.endswith("例如明天下午三点以后。")
    assert desk.choices == ["明天上午", "明天下午", "后天上午", "后天下午", "都可以"]


async def test_whose_money_is_in_danger_is_not_asked_when_a_call_suits(desk: Desk) -> None:
    await desk.say("我的卡被盗刷了5000元", "action_safety", purpose="fraud")
    assert "方便接电话" not in desk.words
    assert desk.open is None


async def test_a_question_without_a_good_answer_is_admitted(desk: Desk) -> None:
    await desk.say("月球上有几家网点", "action_answer")
    assert desk.names == ["utter_no_answer"]
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    await desk.say("月球上有几家网点", "action_answer")
    assert desk.names == ["utter_no_answer_for_now", "utter_ask_demand"]


async def test_an_answer_to_a_survey_that_is_not_open_is_thanked_for(desk: Desk) -> None:
    assert await desk.say("很满意", "action_revisit") == ["utter_feedback_thanks"]
