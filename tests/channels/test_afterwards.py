"""The questionnaire knows who comes back to a complaint, too."""

from tests.channels.test_questionnaire import cases
from tests.channels.town import Town

TOLD = "我要投诉，11月3日你们信用卡多收了我五十块年费，打客服电话一直没人管"
ANSWERS = {
    "经过": "2月3日在柜台办卡，当场说免年费，结果扣了五十块年费",
    "怎样解决": "退还多收的50元并道歉",
    "哪家": "不清楚",
    "金额": "50元",
    "哪一天": "2月3日",
    "姓名": "王小明",
    "联系电话": "13800138000",
    "证件号码": "不提供",
}


async def filled(town: Town) -> str:
    said = str((await town.says("oA", TOLD))["passive"])
    for _ in range(12):
        question = next((asked for asked in ANSWERS if asked in said.rsplit("\n\n", 1)[-1]), None)
        if "请核对" in said or "很像的事" in said or question is None:
            break
        said = str((await town.says("oA", ANSWERS[question]))["passive"])
    return said


async def test_without_the_engine_more_is_added_and_the_same_is_not_told_twice(town: Town) -> None:
    await town.stop("bot")
    assert "请核对" in await filled(town)
    await town.says("oA", "确认")
    assert "要补充的情况" in (await town.says("oA", "我要补充"))["passive"]
    assert "已补充到" in (await town.says("oA", "柜员当时说可以免三年"))["passive"]
    assert "继续处理" in (await town.says("oA", "没有了"))["passive"]
    assert "还在办理中" in (await town.says("oA", "我不服"))["passive"]
    assert "很像的事" in await filled(town)
    assert "请核对" in (await town.says("oA", "仍要新建"))["passive"]
    assert "已取消" in (await town.says("oA", "取消"))["passive"]
    assert await cases(town) == 1
