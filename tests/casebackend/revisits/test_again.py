"""需要重新处理吗？ A yes that is taken for a no closes the case of somebody who wants it handled again."""

import pytest

from casebackend.revisits.again import again_in

YES = [
    "当然要啊，不然我找你们干嘛", "要，别再敷衍我了", "需要！不要再拖了", "必须重新处理，不能就这么算了",
    "要的，不满意", "不行，重新处理", "重新处理，不用再解释了", "要！不要再打电话糊弄我", "不满意，再查一次",
    "再不处理我就去银保监投诉", "不能就这么算了", "需要，别人都解决了", "当然", "必须的", "這還用問嗎，當然要",
    "必須重新處理，不能就這麼算了", "要重新处理，别再打电话了", "我不需要道歉，我要退钱", "能不能重新处理一下",
    "继续处理", "是的", "好", "可以啊", "行吧", "嗯", "OK", "请尽快处理，别拖", "不处理好我跟你们没完",
    "算了？不可能，重新处理", "要的得", "肯定要", "你们必须给个说法", "不重新处理我就去起诉",
    "不服，我要求重新处理", "需要", "重新处理", "要重新处理", "当然需要，别想蒙混过去", "特别需要",
    "需要，你们上次处理不了", "必须处理，不要推来推去", "要，不要不了了之", "当然需要！别问了", "需要处理，没解决",
    "嗯，要的", "不是不满意，是要重新处理", "没处理好，重新来", "對，要重新處理", "要，不要再让我等了",
    "要求重新处理",
]  # fmt: skip

NO = [
    "不用了", "不需要", "算了吧", "别弄了", "不要再处理了", "不用", "算了", "好的，不用了", "嗯，不需要了",
    "是的，不用了", "没必要了", "重新处理就不用了", "不想折腾了", "不要", "不", "否", "No", "免了", "无所谓",
    "不需要重新处理", "没有必要再重新处理", "別弄了", "不必了，谢谢", "不了不了", "懒得弄了", "不追究了",
    "別再來煩我了", "算了，不用了", "行，那就算了", "不处理了", "用不着", "不用麻烦了", "不用再重新处理了",
    "就这样吧", "不想再弄了", "当然不用", "唔使喇", "不用处理了，已经好了", "不需要谢谢",
]  # fmt: skip

UNCLEAR = [
    "需要，算了，不用了", "要，还是算了吧", "不用了，重新处理吧", "算了，还是重新处理吧", "需要吗？", "不需要吗？",
    "不满意", "要多久", "不行", "哈", "你们态度不好", "要不要都一样", "再看看吧", "随便", "不一定", "需要个屁",
    "重新处理有什么用", "别拖", "要等多久", "以后再说", "主要是态度", "需要的话我会找你们", "你们要脸吗",
    "重新处理，不用了", "不用，要重新处理", "要是不麻烦的话", "处理结果太差", "随便你们吧", "你说呢",
]  # fmt: skip


@pytest.mark.parametrize("said", YES)
def test_who_wants_it_handled_again_is_heard_whatever_he_forbids_besides(said: str) -> None:
    assert again_in(said) is True


@pytest.mark.parametrize("said", NO)
def test_a_clear_no_ends_it_however_politely(said: str) -> None:
    assert again_in(said) is False


@pytest.mark.parametrize("said", UNCLEAR)
def test_a_yes_and_a_no_together_and_what_answers_nothing_are_asked_again(said: str) -> None:
    assert again_in(said) is None
