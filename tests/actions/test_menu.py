"""Who is not understood is asked back with the two best guesses, and a person is always one of the choices."""

from tests.actions.desk import Desk


async def test_the_two_best_guesses_are_offered_and_a_person(desk: Desk) -> None:
    guesses = ("nlu_fallback", "urge", "progress", "complaint")
    names = await desk.say("那个啥咋样了快点", "action_menu", purpose="nlu_fallback", guesses=guesses)
    assert names == ["utter_did_you_mean"]
    assert desk.choices == ["催办", "查进度", "转人工"]


async def test_without_two_guesses_that_can_be_said_the_menu_is_offered(desk: Desk) -> None:
    names = await desk.say("……", "action_menu", purpose="nlu_fallback", guesses=("nlu_fallback", "inform", "thanks"))
    assert names == ["utter_clarify"]
    assert "转人工" in desk.choices
