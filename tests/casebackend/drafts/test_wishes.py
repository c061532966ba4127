import pytest

from casebackend.drafts.standing import capacity_of, in_doubt
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
        ("先等等，我在开车", Wish.WAIT), ("后悔了，恢复刚才的", Wish.GO_ON), ("反悔了，还是要办", Wish.GO_ON),
        ("把刚才那份找回来", Wish.GO_ON), ("不变", Wish.KEEP), ("保持原样就好", Wish.KEEP),
    ],
)  # fmt: skip
def test_what_is_wanted_of_the_form_is_the_whole_message(text: str, meant: Wish) -> None:
    assert wish(text) is meant


@pytest.mark.parametrize(
    "text",
    [
        "昨天说等会儿再说结果没人管", "200元", "恢复我的征信", "金额改成3000", "不用了", "不是",
        "等了两个小时", "想问一下", "查一下进度", "等退款", "让我等一下午", "确认",
        "恢复那份保险", "我后悔买了理财", "下一步", "把那份理财找回来",
    ],
)  # fmt: skip
def test_the_same_words_in_a_story_are_the_story(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "我父亲去世了，我忘了还信用卡，收了我300违约金",
        "柜员说我爷爷死亡证明不合格",
        "我帮我妈办卡的时候柜员骂我",
        "你们让我帮他说话",
        "你们天天打电话到我们单位",
        "我们单位统一办的卡被扣年费",
        "我奶奶去世那天我去取我自己的存款被骂了",
        "理财经理是受银行委托卖的",
        "催收公司受某某银行委托天天给我打电话",
        "受某某银行委托的催收公司上门骚扰我家人",
        "半夜连续收到好几条消费短信不是我本人",
    ],
)
def test_who_complains_for_himself_is_made_nobody_elses_agent_or_heir(text: str) -> None:
    assert capacity_of(text) is None


@pytest.mark.parametrize(
    ("text", "capacity"),
    [
        ("我妈妈八十了，她委托我来投诉", "agent"),
        ("我受我妈妈委托", "agent"),
        ("你好，受客户委托来反映一件事", "agent"),
        ("我是孩子的监护人", "legal_representative"),
        ("我是公司的法定代表人", "organisation"),
        ("我们公司的对公账户被冻结了", "organisation"),
        ("我代表我们单位投诉", "organisation"),
        ("我奶奶过世了，名下的存折你们不给办过户", "heir"),
        ("我老公去世，他的卡里还有钱，你们让我开证明", "heir"),
    ],
)
def test_agents_guardians_heirs_and_organisations_are_heard(text: str, capacity: str) -> None:
    assert capacity_of(text) == capacity


def test_a_death_or_an_errand_leaves_it_open_for_whom_it_is() -> None:
    assert in_doubt("柜员说我爷爷死亡证明不合格")
    assert in_doubt("我帮我妈办卡，办了三次都没办成")
    for text in (
        "我父亲去世了，我忘了还信用卡，收了我300",
        "我帮我妈办卡的时候柜员骂我",
        "你们让我帮他说话",
        "手续费多扣了",
    ):
        assert not in_doubt(text)


def test_for_whom_somebody_complains_is_heard() -> None:
    assert [capacity_of(text) for text in ("我替我妈投诉", "代我母亲反映")] == ["agent", "agent"]
    assert [capacity_of(text) for text in ("我父亲去世了，存款取不出来", "我是本人")] == ["heir", "self"]
    assert [capacity_of(text) for text in ("帮我投诉", "我妈在朝阳支行被扣钱", "我爸走了两趟")] == [None] * 3


def test_the_menu_begins_with_what_was_used_last() -> None:
    assert menu(["催一下", "查进度", "你好"]) == ["催办", "查进度", "我要投诉", "转人工"]
