import pytest

from casebackend.drafts.standing import capacity_of
from casebackend.drafts.wishes import Wish, menu, wish


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("继续", Wish.GO_ON), ("接着办", Wish.GO_ON), ("继续填写吧", Wish.GO_ON), ("接着上次的投诉", Wish.GO_ON),
        ("重新开始", Wish.RESTART), ("从头来", Wish.RESTART), ("等会儿再说", Wish.LATER), ("先不管", Wish.LATER),
        ("我现在忙，等会儿再说", Wish.LATER), ("明天再说", Wish.LATER), ("修改", Wish.EDIT), ("不改了", Wish.KEEP),
        ("等一下我想想", Wish.WAIT), ("稍等", Wish.WAIT), ("讓我想想", Wish.WAIT), ("你等我查一下", Wish.WAIT),
        ("好的稍等", Wish.WAIT), ("稍等我问下我儿子", Wish.WAIT), ("等我找一下账单", Wish.WAIT),
        ("别催，我想想", Wish.WAIT), ("好，等陣先", Wish.WAIT), ("不，还是投", Wish.GO_ON),
    ],
)  # fmt: skip
def test_what_is_wanted_of_the_form_is_the_whole_message(text: str, meant: Wish) -> None:
    assert wish(text) is meant


@pytest.mark.parametrize(
    "text",
    [
        "昨天说等会儿再说结果没人管", "200元", "恢复我的征信", "金额改成3000", "不用了", "不是",
        "等了两个小时", "想问一下", "查一下进度", "等退款", "让我等一下午", "确认",
    ],
)  # fmt: skip
def test_the_same_words_in_a_story_are_the_story(text: str) -> None:
    assert wish(text) is None


def test_for_whom_somebody_complains_is_heard() -> None:
    assert [capacity_of(text) for text in ("我替我妈投诉", "代我母亲反映")] == ["agent", "agent"]
    assert [capacity_of(text) for text in ("我父亲去世了，存款取不出来", "我是本人")] == ["heir", "self"]
    assert [capacity_of(text) for text in ("帮我投诉", "我妈在朝阳支行被扣钱", "我爸走了两趟")] == [None] * 3


def test_the_menu_begins_with_what_was_used_last() -> None:
    assert menu(["催一下", "查进度", "你好"]) == ["催办", "查进度", "我要投诉", "转人工"]
