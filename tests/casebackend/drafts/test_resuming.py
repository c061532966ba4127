"""What goes on with a complaint left half-way, what takes one back, and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.drafts.resuming import resumes
from casebackend.drafts.wishes import Wish, wish

RESUMED = (
    "我想继续之前那个投诉",
    "我想繼續之前嗰個投訴",
    "继续之前那个投诉",
    "接着上次的投诉填",
    "接著上次的投訴填",
    "接住上次個投訴填",
    "我要继续填上次没填完的投诉",
    "繼續填返之前嗰份投訴",
    "上次嗰個投訴未填完，我想繼續",
    "上次投诉填到一半，接着填",
    "上次投诉填到一半接着填",
    "刚才那个投诉还没弄完，继续弄",
    "我之前那个投诉没提交，想接着填完",
    "想把之前没弄完的投诉弄完",
    "继序之前的投诉",
    "既续上次的投诉",
    "继续上次的投素",
    "jixu上次的投诉",
    "接着前两天那个投诉",
    "昨天那个投诉继续",
    "恢复之前的投诉",
    "恢复我的草稿",
    "我回来了，继续填投诉",
    "唔好取消住，我想繼續填",
    "不要取消，我要继续之前的投诉",
    "不是撤诉，是继续之前那个投诉",
    "不是撤诉是继续之前那个投诉",
    "我不撤诉，我要接着填",
    "刚才取消错了，我要继续投诉",
    "点错取消了，恢复一下",
    "不小心取消了投诉",
    "算了不投诉了……还是投诉吧",
    "算了不投诉了还是投诉吧",
    "算了不投訴了，還是投訴吧",
    "算了不投诉了，算了，还是继续填吧",
    "撤回刚才的取消",
    "取消刚才的取消",
    "麻烦帮我找返之前嗰份投訴，我想填埋佢",
    "我諗住繼續返上次嗰單投訴",
    "返去之前嗰個投訴",
    "回到刚才的投诉",
    "打开我之前的投诉接着写",
    "之前投诉写了一半，能接着写吗",
    "可以继续上次那个投诉吗",
    "我想接著上次的投訴繼續填寫",
    "把上次那份投诉调出来我接着填",
    "上回那个没说完，接着说",
    "那个投诉先别撤我还要接着填",
    "取消撤诉，继续投诉",
    "刚才取消错了继续投诉",
    "算了继续填投诉吧",
    "恢复不小心取消的投诉",
    "不小心给取消了，我要继续投诉",
)
WITHDRAWN = (
    "我不想继续之前那个投诉了",
    "之前那个投诉不继续了，撤了吧",
    "我想撤回之前那个投诉",
    "撤銷之前嗰個投訴",
    "唔想繼續投訴喇，幫我撤咗佢",
    "之前嗰單投訴唔好再跟啦，撤咗佢",
    "不用继续处理了，撤诉",
    "别继续查了，投诉撤了",
    "算了，之前那个投诉不要了",
    "投诉不打算继续了撤",
    "继续投诉没意义，撤了吧",
    "继续撤诉",
    "请继续办理撤诉",
    "接着上次的撤诉办",
    "我想继续撤回之前那个投诉",
    "恢复了，撤诉吧",
    "之前的投诉接着给我撤了",
    "还是不投诉了",
    "還是唔投訴喇",
    "还是撤了吧",
    "本来想继续投诉，算了撤吧",
    "停止继续处理之前的投诉",
    "不投诉了撤诉",
    "不想把投诉继续下去了",
    "把之前的投诉撤了",
    "取消之前那个投诉",
    "之前没填完的投诉不填了",
    "接着填还是算了",
    "算了我要取消",
    "上次那个投诉别继续了",
    "放弃继续投诉",
    "取消继续投诉",
    "撤回继续投诉",
    "撤销恢复投诉",
    "取消继续之前那个投诉",
    "弄错了我要撤诉",
    "我选错了要取消",
    "投诉填错了要删除",
    "搞错了，我要取消投诉",
    "我填错了给我取消投诉",
    "我没说要继续投诉",
    "没说继续投诉",
    "没有说要继续投诉",
    "我没说要接着填投诉",
    "继续投诉是误操作",
    "我点错继续投诉了",
    "不小心继续投诉了",
)
NEITHER = (
    "请继续跟进之前那个投诉",
    "之前那个投诉怎么样了",
    "之前那个投诉我想补充",
    "继续扣我的钱",
    "我之前投诉过，你们继续扣费",
    "恢复我的征信",
    "恢复原来的额度",
    "接着我就被骂了",
    "上次的投诉没人理",
    "我想继续用这张卡",
    "继续冻结我的账户",
    "之前那个投诉的编号是多少",
    "继续等吗",
    "接着上次说，你们又扣了我200元",
    "投诉继续处理不要撤",
    "我要继续投诉别的事",
    "还是投诉你们朝阳支行",
    "我的投诉还没提交吗",
    "上次的投诉没填完",
    "不要撤诉",
    "别取消",
    "重新填一个新的投诉",
    "打开手机银行就闪退",
    "还是上次那个柜员",
    "上次的投诉办完了吗",
    "投诉办完了吗",
    "昨天投诉的事办完了吗",
    "我的投诉搞完了吗",
    "我那个投诉登记完了吗？",
    "上次投诉登记完了吗",
    "我的投诉办完了，谢谢",
    "那个投诉弄完了",
    "我撤诉办完了吗",
    "撤诉办完了吗",
    "上次的投诉办完没有",
)


@pytest.mark.parametrize("text", RESUMED)
def test_a_complaint_left_half_way_is_gone_on_with(text: str) -> None:
    assert resumes(text)
    assert wish(text) is Wish.GO_ON


@pytest.mark.parametrize("text", WITHDRAWN)
def test_who_takes_a_complaint_back_does_not_go_on_with_it(text: str) -> None:
    assert not resumes(text)
    assert wish(text) is not Wish.GO_ON


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_told_or_asked_about_a_complaint_made_before_is_neither(text: str) -> None:
    assert not resumes(text)


def test_a_word_alone_could_go_on_with_anything() -> None:
    assert [resumes(text) for text in ("继续", "接着", "恢复", "好，继续", "还是")] == [False] * 5


@pytest.mark.parametrize("said", ["", " ", "。。。", "👍"])
def test_a_picture_or_a_sign_alone_wants_nothing(said: str) -> None:
    assert wish(said) is None


@given(
    st.lists(st.sampled_from([*"投诉继续撤取消弄错了完吗没说要我，。 ", "投诉", "继续", "办完", "没说"]), max_size=9)
)
def test_whatever_is_said_is_read_to_its_end(said: list[str]) -> None:
    assert wish("".join(said)) in {None, *Wish}
