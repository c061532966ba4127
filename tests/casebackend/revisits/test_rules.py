from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.revisits import remarks, rules
from casebackend.revisits.again import again_in
from casebackend.revisits.remarks import words_in
from casebackend.revisits.rules import Answers, Step
from casebackend.revisits.scores import score_in
from casebackend.revisits.solved import solved_in
from casebackend.revisits.speech import SKIPPED


@pytest.mark.parametrize(
    "said",
    [
        "已解决",
        "解决了",
        "解决啦！",
        "都处理好了",
        "搞定了",
        "钱退回来了",
        "没问题了",
        "没有问题",
        "嗯",
        "是的",
        "满意",
        "OK",
        "不错",
    ],
)
def test_solved(said: str) -> None:
    assert solved_in(said) is True


@pytest.mark.parametrize(
    "said",
    [
        "未解决",
        "没解决",
        "没有",
        "还没呢",
        "根本没解决！",
        "不满意",
        "没人理我",
        "解决了一部分",
        "不行",
        "否",
        "算了吧，没解决",
    ],
)
def test_not_solved(said: str) -> None:
    assert solved_in(said) is False


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("5", 5), ("5分", 5), ("五分", 5), ("4", 4), ("４分", 4), ("我给4", 4), ("打三分吧", 3), ("两分", 2),
        ("一星", 1),
        ("给你5颗星", 5),
        ("满分", 5), ("10分", 5), ("零分", 1), ("0分", 1), ("非常满意", 5), ("挺满意的", 4), ("还可以", 3),
        ("一般吧", 3), ("不太满意", 2), ("不满意", 2), ("太差了", 1), ("非常不满意", 1), ("还不错", 4), ("很好", 5),
    ],
)  # fmt: skip
def test_a_score_as_people_say_it(said: str, score: int) -> None:
    assert score_in(said) == score


@pytest.mark.parametrize("said", ["等了3天", "6分", "99分", "4.5分", "你猜", "第2次投诉了", "2026年3月"])
def test_what_is_no_score_is_asked_again(said: str) -> None:
    assert score_in(said) is None


@pytest.mark.parametrize("said", ["算了", "不想评", "懒得打分"])
def test_nobody_has_to_answer(said: str) -> None:
    assert score_in(said) is SKIPPED
    assert solved_in(said) is SKIPPED


@pytest.mark.parametrize("said", ["没有了", "没有", "跳过", "没什么要说的", "不用了", "无", "没意见"])
def test_no_words_are_words_skipped(said: str) -> None:
    assert words_in(said) is SKIPPED


def test_words_are_kept_as_said() -> None:
    assert words_in(" 希望早点处理，没有人联系我 ") == "希望早点处理，没有人联系我"


@pytest.mark.parametrize(
    ("said", "yes"),
    [
        ("需要", True),
        ("要的", True),
        ("重新处理", True),
        ("不需要", False),
        ("算了", False),
        ("不用", False),
        ("嗯", True),
        ("哈", None),
    ],
)
def test_again(said: str, yes: bool | None) -> None:
    assert again_in(said) is yes


def test_only_the_dissatisfied_are_asked_whether_to_begin_again() -> None:
    good, bad, low = Answers(solved=True, score=5), Answers(solved=False, score=4), Answers(solved=True, score=2)
    assert rules.step_after(Step.WORDS, good, may_reopen=True, low=2) is Step.DONE
    assert rules.step_after(Step.WORDS, bad, may_reopen=True, low=2) is Step.AGAIN
    assert rules.step_after(Step.WORDS, low, may_reopen=True, low=2) is Step.AGAIN
    assert rules.step_after(Step.WORDS, bad, may_reopen=False, low=2) is Step.DONE
    assert rules.step_after(Step.AGAIN, bad, may_reopen=True, low=2) is Step.DONE
    assert rules.step_after(Step.WORDS, low, may_reopen=True, low=1) is Step.DONE  # the bank draws the line


@given(st.dates(max_value=date(9990, 1, 1)), st.integers(-3, 30))
def test_nobody_is_called_twice_on_one_day(today: date, spacing: int) -> None:
    assert (rules.next_call_on(today, spacing) - today).days == max(1, spacing)


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        (Answers(), "no_answer"), (Answers(solved=True), "satisfied"), (Answers(solved=True, score=3), "neutral"),
        (Answers(solved=False), "unsatisfied"), (Answers(solved=True, score=1), "unsatisfied"),
    ],
)  # fmt: skip
def test_the_word_of_the_file(answers: Answers, word: str) -> None:
    assert rules.satisfaction(answers, low=2) == word


@given(st.text(max_size=600))
def test_any_answer_may_come(text: str) -> None:
    solved_in(text)
    words_in(text)
    again_in(text)
    score = score_in(text)
    assert score is None or score is SKIPPED or score in range(1, 6)


def test_what_is_told_besides_an_answer_is_kept_and_an_addition_is_no_answer() -> None:
    for more in ("还有，那个柜员态度也不好", "另外你们的排队机也坏了", "对了，补充一句，当时有录像"):
        assert remarks.only_besides(more)
        assert remarks.with_more("前面说的", more) == f"前面说的；{more}"
    assert not remarks.only_besides("另外给你们打2分吧，排队太久")
    assert remarks.with_more(None, "2分，而且你们又扣了我30块钱") == "2分，而且你们又扣了我30块钱"
    assert remarks.with_more(None, "没有解决") is None
    assert remarks.with_more("长" * remarks.LONGEST_WORDS, "还有，那个柜员态度也不好") is None
