from tests.channels.town import Town


async def test_a_quick_answer_goes_back_on_the_callback(town: Town) -> None:
    heard = await town.says("oA", "你好")
    assert heard["tries"] == 1
    assert "听到：你好" in heard["passive"]
    assert town.wechat.sent == []
