"""The platform asks again, late or often; the customer sees each answer once."""

from tests.channels.town import Town, say
from tests.channels.wechat.test_routes import body, post, signed, stored, until_delivered


async def test_a_client_whose_nonce_is_always_the_same_is_heard(town: Town) -> None:
    params = signed("fixed")
    answers = [await post(town, params, body(number, f"第{number}条")) for number in (1, 2, 2)]
    assert [status for status, _ in answers] == [200] * 3
    assert ["第1条" in text for _, text in answers] == [True, False, False]
    assert await stored(town) == 2


async def test_a_late_retry_after_a_restart_does_not_repeat_what_went_out_actively(town: Town) -> None:
    town.bot.seconds = 4.6
    assert "正在核对" in (await post(town, signed("1"), body(7)))[1]
    await town.sent("oA")
    await until_delivered(town, [("sent", False)])
    await town.stop("channels")
    await town.start("channels")
    assert (await post(town, signed("2"), body(7)))[1] == "success"
    assert len(town.wechat.sent) == 1


async def test_what_is_too_long_for_a_callback_is_not_begun_on_a_retry(town: Town) -> None:
    town.bot.answer = lambda _: [say("一" * 900)]
    assert (await post(town, signed("1"), body(7)))[1] == "success"
    await town.sent("oA", count=2)
    assert (await post(town, signed("2"), body(7)))[1] == "success"
    await until_delivered(town, [("sent", False)])


async def test_who_waits_longer_than_the_callback_is_told_that_the_answer_comes_and_it_comes_once(town: Town) -> None:
    town.bot.seconds = 4.6
    told = (await post(town, signed("1"), body(7)))[1]
    assert "已收到，正在核对" in told
    assert "<MsgType><![CDATA[text]]></MsgType>" in told
    assert len(await town.sent("oA")) == 1
    await until_delivered(town, [("sent", False)])


async def test_what_goes_out_actively_at_once_is_announced_by_nothing(town: Town) -> None:
    town.bot.answer = lambda _: [say("一" * 900)]
    assert (await post(town, signed("1"), body(7)))[1] == "success"


async def test_an_answer_outside_the_window_is_sent_when_the_customer_writes_again(town: Town) -> None:
    town.bot.seconds = 4.6
    town.wechat.answers.append(45015)
    assert "正在核对" in (await town.says("oA", "你好"))["passive"]
    await until_delivered(town, [("held", False)])
    town.bot.seconds = 0
    assert (await town.says("oA", "有结果吗"))["passive"].endswith("听到：有结果吗")
    assert (await town.sent("oA"))[0].endswith("听到：你好")
