"""What was given up not long ago: gone on with, or left aside by a new story."""

import pytest

from casebackend.drafts.rules import Field
from tests.casebackend.drafts.teller import STORY, Teller, shown
from tests.world import World


async def test_a_cancelled_draft_is_kept_and_opened_by_the_next_complaint(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    assert await teller.cancels() == 204
    assert await teller.draft() is None
    assert await teller.cancels() == 204
    world.wait(hours=73)
    again = await teller.tells("我要投诉")
    assert not again.started
    assert shown(again.draft)["amount"] == "200元"


NEW_STORY = "海淀支行柜员昨天少给了我500块，要求道歉"


async def test_a_new_story_after_one_given_up_is_not_mixed_into_it(world: World) -> None:
    teller = Teller(world)
    await teller.fills_everything()
    await teller.cancels()
    world.wait(days=1)
    told = await teller.tells(NEW_STORY)
    assert (told.started, told.left) == (True, True)
    assert shown(told.draft) == {
        "demand": "要求道歉",
        "unit": "北京海淀支行",
        "amount": "500元",
        "occurred_on": "2026年3月2日",
        "name": "张**",
        "phone": "138****8000",
        "id_number": "不提供",
    }
    facts = [field.value for field in told.draft.fields if field.name is Field.FACTS]
    assert facts == [NEW_STORY]
    back = await teller.tells("接着办上次的")
    assert (back.started, back.left, back.resumed) == (False, False, True)
    assert (shown(back.draft)["unit"], shown(back.draft)["amount"]) == ("北京朝阳支行", "200元")
    again = await teller.tells("接着办上次的")
    assert (again.resumed, shown(again.draft)["amount"]) == (True, "500元")


@pytest.mark.parametrize(
    "words",
    [
        "我要投诉",
        "我还是要投诉朝阳支行",
        "还是上次那件事，就是多扣手续费",
        "金额改成300元",
        "要求退还",
        STORY,
        "接着办",
    ],
)
async def test_what_tells_nothing_new_goes_on_with_the_one_given_up(world: World, words: str) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    await teller.cancels()
    told = await teller.tells(words)
    assert (told.started, told.left) == (False, False)
    assert shown(told.draft)["unit"] == "北京朝阳支行"


async def test_who_only_announced_and_gave_up_goes_on_with_a_story(world: World) -> None:
    teller = Teller(world)
    await teller.tells("我要投诉")
    await teller.cancels()
    told = await teller.tells(NEW_STORY)
    assert (told.started, told.left) == (False, False)


async def test_what_was_left_aside_is_gone_after_a_week(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    await teller.cancels()
    world.wait(days=6)
    await teller.tells(NEW_STORY)
    world.wait(days=2)
    told = await teller.tells("接着办上次的")
    assert (told.resumed, shown(told.draft)["amount"]) == (False, "500元")


async def test_after_a_week_a_new_complaint_is_a_new_draft(world: World) -> None:
    teller = Teller(world)
    first = await teller.tells(STORY)
    await teller.cancels()
    world.wait(days=8)
    again = await teller.tells("我要投诉")
    assert again.started
    assert again.draft.id != first.draft.id
