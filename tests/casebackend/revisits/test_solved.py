"""上次反映的问题解决了吗？ Mockery, a question and a wish are no yes."""

import pytest

from casebackend.revisits.solved import solved_in
from casebackend.revisits.speech import SKIPPED

NOT_SOLVED = [
    "有问题", "还有问题", "解决个屁", "解决了才怪", "哪里解决了", "没问题才怪", "好什么好", "没人解决", "解决不了",
    "什么时候解决？", "尽快解决", "还在处理", "解决了一半", "谁说解决了", "这也叫解决", "根本没给我处理",
    "問題還在", "沒解決", "哪裡解決了", "解決了才怪", "好個屁", "還有問題", "有点问题", "解决了什么",
    "没有问题才怪", "怎么可能解决", "还没", "未解决", "没有", "不满意", "钱没退", "没退", "不算解决",
    "等你们解决了再说", "仲未搞掂", "又扣了一次", "解决什么了", "处理得不好", "不行", "没有给我解决", "希望能解决",
    "只退了三百", "没解决，你们有问题", "快解决", "只解决了一小部分", "根本没有解决好", "不能用", "❌",
    "解决了吗？没有", "说得好听，没退", "没用", "不好", "糟糕，没处理", "退是退了，但是还少100", "只是嘴上解决",
    "解决得不彻底", "没收到钱", "没有人联系我", "问题没有解决", "并没有解决", "还没有", "沒有",
    "才不是解决了呢，没解决", "钱还没到账", "一直没人管", "你们根本不解决问题", "拖到现在没解决",
    "解决得很好？没有", "不是解决了，是推给别人", "拖了三个月没动静", "解决得很好才怪", "解决不彻底", "对，没有",
    "是没解决", "没给我退", "解决了大部分",
]  # fmt: skip

IS_SOLVED = [
    "是解决了，但是态度差", "解决了，但是态度不好", "解决了，就是太慢，不满意", "没问题", "没问题了",
    "好了，有问题再找你们", "没想到这么快就解决了", "终于解决了，真不容易", "不错，解决了", "所有问题都解决了",
    "问题得到解决", "已解决", "嗯，解决了", "钱退回来了", "收到了，谢谢", "满意", "很满意", "都好了", "可以了",
    "有的", "是的", "谢谢", "解決咗", "搞掂咗", "問題解決了，沒有意見", "👍", "嗯嗯", "对的", "没什么问题",
    "不客气，解决了", "等了三天才解决了", "钱到账了", "解决了，还有个问题想问", "没事了", "解决了不过等了很久",
    "解决了，没人道歉", "圆满解决", "算是解决了", "已经处理好了，感谢", "解决得很好", "解决啦！", "搞定了",
    "处理完了", "好啦", "问题已经解决，谢谢", "解决了，没什么不满意的", "是，解决了", "钱已到账", "行了，解决了",
    "不错的，解决得很快", "没有任何问题", "问题没有了", "没有再扣了", "可以使用了", "已解决，不满意",
    "解决了，不用再打了",
]  # fmt: skip

UNCLEAR = [
    "你好", "银行真差劲", "解决了吗", "解决了？", "你们是骗子", "对你们很失望", "有病", "今天天气", "好慢", "呵呵",
]  # fmt: skip

RATHER_NOT = [
    "算了", "不想评", "懒得打分", "随便", "无所谓", "不方便说",
]  # fmt: skip


@pytest.mark.parametrize("said", NOT_SOLVED)
def test_what_is_denied_mocked_or_still_asked_for_is_not_solved(said: str) -> None:
    assert solved_in(said) is False


@pytest.mark.parametrize("said", IS_SOLVED)
def test_what_is_solved_stays_solved_though_something_else_is_complained_of(said: str) -> None:
    assert solved_in(said) is True


@pytest.mark.parametrize("said", UNCLEAR)
def test_a_good_character_inside_another_word_is_no_answer(said: str) -> None:
    assert solved_in(said) is None


@pytest.mark.parametrize("said", RATHER_NOT)
def test_who_would_rather_not_say_is_not_pressed(said: str) -> None:
    assert solved_in(said) is SKIPPED
