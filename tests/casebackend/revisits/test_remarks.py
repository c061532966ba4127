"""What is told besides an answer belongs to the customer's words, however short it is."""

import pytest

from casebackend.revisits.remarks import only_besides, with_more, words_in
from casebackend.revisits.speech import SKIPPED

TELLS = [
    "给你们打1分，拖拖拉拉", "2分，太慢", "是解决了，但是态度差", "要，别再敷衍我了", "1分，没人道歉",
    "解决了，没有回电话", "5分，柜员耐心", "4分，等太久", "1分，騙子", "需要！不要再拖了",
]  # fmt: skip

ONLY_ANSWERS = [
    "给你们打1分", "5分，谢谢", "没有解决", "不太满意", "我就给个2分吧", "非常满意", "算了，不用了", "要重新处理",
    "好的，不用了", "解决了，谢谢", "嗯，已经解决了", "需要", "打五分，辛苦了", "沒有解決", "很好", "五颗星",
    "点错了，是5分",
]  # fmt: skip


@pytest.mark.parametrize("said", TELLS)
def test_a_short_remark_beside_an_answer_is_kept(said: str) -> None:
    assert with_more("前面说的", said, answered=True) == f"前面说的；{said}"


@pytest.mark.parametrize("said", ONLY_ANSWERS)
def test_an_answer_with_courtesies_only_leaves_no_words(said: str) -> None:
    assert with_more(None, said, answered=True) is None


@pytest.mark.parametrize("said", ["今天天气", "呵呵呵", "满分？想得美"])
def test_what_is_short_and_answers_nothing_is_asked_again_and_not_taken_for_words(said: str) -> None:
    assert with_more(None, said) is None


def test_traditional_characters_are_understood_and_kept_as_written() -> None:
    assert words_in("沒有了") is SKIPPED
    assert words_in("沒什麼要說的") is SKIPPED
    assert words_in("希望早點處理") == "希望早點處理"
    assert only_besides("還有，那個櫃員態度也不好")
