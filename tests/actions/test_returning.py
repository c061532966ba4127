"""A complaint left half-way is gone on with, whatever its words were taken for; one that was made is not touched."""

import pytest
from sqlalchemy import func, select

from casebackend.cases.model import Case, Withdrawal
from casebackend.cases.rules import Status
from tests.actions.desk import Desk

HALF = "我要投诉，昨天在柜台办业务，大堂经理骂我"
WORDS = "我想继续之前那个投诉"


async def withdrawals(desk: Desk) -> int:
    async with desk.world.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Withdrawal)) or 0


@pytest.mark.parametrize(
    ("words", "action", "purpose"),
    [
        (WORDS, "action_withdraw", "withdraw"),
        ("我想繼續之前嗰個投訴", "action_withdraw", "withdraw"),
        ("不是撤诉，是继续之前那个投诉", "action_withdraw", "withdraw"),
        ("接着上次的投诉填", "action_supplement", "supplement"),
        ("我要继续填上次没填完的投诉", "action_second", "second_complaint"),
        ("可以继续上次那个投诉吗", "action_progress", "progress"),
        ("算了不投诉了还是投诉吧", "action_cancel", "cancel"),
        ("撤回刚才的取消", "action_menu", "step_back"),
        ("我不撤诉，我要接着填", "action_menu", "deny"),
    ],
)
async def test_what_was_put_aside_is_gone_on_with_beside_a_complaint_made_before(
    desk: Desk, words: str, action: str, purpose: str
) -> None:
    await desk.file()
    desk.world.wait(minutes=5)
    await desk.say(HALF, "action_intake", purpose="complaint")
    asked = desk.open
    await desk.say("取消", "action_cancel")
    await desk.say("谢谢", "action_menu", purpose="greet")
    await desk.say(words, action, purpose=purpose)
    assert (desk.names[0], desk.open) == ("utter_gone_on_with", asked)
    assert await withdrawals(desk) == 0


async def test_in_the_middle_of_the_form_it_is_not_put_aside(desk: Desk) -> None:
    await desk.say(HALF, "action_intake")
    asked = desk.open
    await desk.say(WORDS, "action_withdraw", purpose="withdraw")
    assert desk.open == asked
    await desk.say("算了不投诉了……还是投诉吧", "action_cancel", purpose="cancel")
    assert desk.open == asked


async def test_with_nothing_to_go_on_with_no_withdrawal_is_begun(desk: Desk) -> None:
    await desk.file()
    assert await desk.say(WORDS, "action_withdraw", purpose="withdraw") == ["utter_menu"]
    assert await withdrawals(desk) == 0


async def test_asked_whether_to_withdraw_it_keeps_the_complaint_and_goes_on_with_the_other(desk: Desk) -> None:
    await desk.file()
    await desk.say("撤诉", "action_withdraw", purpose="withdraw")
    assert await desk.say(WORDS, "action_withdraw", purpose="withdraw") == ["utter_withdraw_kept"]
    await desk.say(HALF, "action_intake", purpose="complaint")
    await desk.say("撤诉", "action_withdraw", purpose="withdraw")
    said = await desk.say(WORDS, "action_withdraw", purpose="withdraw")
    assert said[0] == "utter_withdraw_kept"
    assert (desk.open or "").startswith("field.")
    async with desk.world.database.reading() as session:
        assert Status.WITHDRAWN not in set(await session.scalars(select(Case.status)))


@pytest.mark.parametrize("words", ["我不想继续之前那个投诉了", "继续撤诉", "接着上次的撤诉办"])
async def test_who_really_takes_it_back_is_asked_whether(desk: Desk, words: str) -> None:
    await desk.file()
    assert await desk.say(words, "action_withdraw", purpose="withdraw") == ["utter_withdraw_confirm"]


@pytest.mark.parametrize("words", ["上次的投诉办完了吗", "投诉办完了吗", "我的投诉搞完了吗"])
async def test_who_asks_whether_it_is_done_is_told_the_progress_beside_a_form_that_is_open(
    desk: Desk, words: str
) -> None:
    number = await desk.file()
    desk.world.wait(minutes=5)
    await desk.say(HALF, "action_intake", purpose="complaint")
    asked = desk.open
    await desk.say(words, "action_progress", purpose="progress")
    assert number in desk.words
    assert desk.open == asked


@pytest.mark.parametrize("words", ["放弃继续投诉", "取消继续投诉", "我选错了要取消", "投诉填错了要删除"])
async def test_who_gives_it_up_at_the_read_back_is_not_read_everything_again(desk: Desk, words: str) -> None:
    told = "我要投诉，昨天手机银行扣了我300元手续费，要求退还，我叫王小明，电话13812345678"
    await desk.say(told, "action_intake")
    while desk.open != "confirm":
        answer = {"field.unit": "不清楚是哪家", "field.id_number": "不提供"}[str(desk.open)]
        await desk.say(answer, "action_intake")
    await desk.say(words, "action_cancel", purpose="cancel")
    assert "utter_summary_money" not in desk.names
    assert desk.open is None


async def test_who_chose_wrong_and_wants_to_withdraw_is_asked_whether_he_does(desk: Desk) -> None:
    await desk.file()
    await desk.say("弄错了我要撤诉", "action_withdraw", purpose="withdraw")
    assert desk.open == "withdraw"
