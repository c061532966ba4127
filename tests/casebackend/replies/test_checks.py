"""What may not be kept to be said again and again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.assist.wording import VARIABLES
from casebackend.replies.checks import require_sayable
from casebackend.replies.errors import ReplyNotSayable
from casebackend.replies.rules import fits
from knowledge.articles import Kind, load_content


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{客户称呼}，您的{余额}已核对", "第2个变量不可用"),
        ("{客户称呼，您好，请稍候", "花括号不成对"),
        ("请您放心，我们一定赔", "承诺"),
        ("这是我们的错，请谅解", "认责"),
        ("请拨打13800138000联系我们", "个人信息"),
        ("请拨打０５３１－８８８８１２３４联系我们", "个人信息"),
        ("请拨打400-811-1234联系我们", "电话号码"),
        ("我叫张三丰，有事请找我", "个人信息"),
        ("您的验证码是482913，请勿告诉他人", "个人信息"),
        ("卡号6222021234567890128已核对", "个人信息"),
    ],
)
def test_what_no_customer_may_be_told_is_no_wording(text: str, why: str) -> None:
    with pytest.raises(ReplyNotSayable) as refused:
        require_sayable("核对进度", text)
    assert why in refused.value.detail
    assert "13800138000" not in refused.value.detail


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ReplyNotSayable) as refused:
        require_sayable("{客户称呼}", "{余额}一定退，请打13800138000")
    assert len(refused.value.extensions["problems"]) == 5  # type: ignore[arg-type]


def test_every_ready_reply_of_ours_would_pass() -> None:
    replies = [(each.title, each.reply) for each in load_content() if each.reply and each.kind is Kind.SCRIPT]
    assert len(replies) > 20
    for title, reply in replies:
        require_sayable(title, reply)


@given(st.lists(st.sampled_from(VARIABLES), max_size=5))
def test_every_variable_of_ready_replies_may_be_used(names: list[str]) -> None:
    require_sayable("进度", "您好，" + "，".join(f"{{{name}}}" for name in names) + "。")


def test_a_filter_finds_by_every_word_of_it_and_titles_first() -> None:
    assert fits("", "安抚等待", "请稍候") == 0
    assert fits("安抚", "安抚等待", "请稍候") == 0
    assert fits("安抚 稍候", "安抚等待", "请稍候") == 1
    assert fits("安抚 年费", "安抚等待", "请稍候") == 2
    assert fits("ＡＢＣ", "abc", "") == 0
