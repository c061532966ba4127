import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.requests import rules
from casebackend.requests.rules import Choice


@pytest.mark.parametrize("text", ["我想补充材料", "补资料", "给TS20260318000015补充", "我要补几张照片"])
def test_an_announcement_tells_nothing_yet(text: str) -> None:
    assert not rules.tells(text, ["TS20260318000015"])


@pytest.mark.parametrize("text", ["补充一下当时是下午两点", "他还说了脏话", "电话[手机#2]", "对方后来关机了"])
def test_anything_more_is_something_told(text: str) -> None:
    assert rules.tells(text, [])


@pytest.mark.parametrize("text", ["没有了", "就这些", "不用了", "没有要补充的了", "发完了", "好的", "谢谢", "沒有了"])
def test_nothing_more_ends_it(text: str) -> None:
    assert rules.ended(text)


@pytest.mark.parametrize("text", ["不投诉了", "不投訴了", "算了"])
def test_who_wants_it_no_more_drops_it(text: str) -> None:
    assert rules.dropped(text)


@pytest.mark.parametrize("text", ["没有录音", "不是我签的字", "当时没有人管", "好几次都这样了还没退"])
def test_a_no_in_a_fact_does_not_end_it(text: str) -> None:
    assert not rules.ended(text)


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("我对处理结果不服要重新投诉", False),
        ("对答复不满意，要求重新处理", False),
        ("TS20260402000068的结果不满意，重新办", False),
        ("申请复核", False),
        ("不满意，多扣的年费一直没有退", True),
        ("同一件事我再投诉一次，你们上回答复是敷衍", True),
    ],
)
def test_a_reason_says_what_is_wrong_and_not_only_that_it_is(text: str, gives: bool) -> None:
    assert rules.gives_reason(text, ["TS20260402000068"]) is gives


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("补充 TS20260302000001", Choice.SUPPLEMENT), ("加到原来那件", Choice.SUPPLEMENT),
        ("不用新建，补充进去", Choice.SUPPLEMENT), ("催办 TS20260302000001", Choice.URGE), ("仍要新建", Choice.NEW),
        ("補充", Choice.SUPPLEMENT), ("補充進去", Choice.SUPPLEMENT), ("新的一件", Choice.NEW), ("另一件", Choice.NEW),
        ("不是一回事", Choice.NEW), ("嗯嗯", None), ("补充还是催办好呢", None),
    ],
)  # fmt: skip
def test_one_of_three_is_chosen_or_none(text: str, choice: Choice | None) -> None:
    assert rules.choice_in(text) is choice


def test_the_same_story_told_again_is_alike_and_another_one_is_not() -> None:
    told = "昨天手机银行转账一直失败，客服也不接电话"
    assert rules.similarity(told, "手机银行转账失败，客服电话没人接") >= 40
    assert rules.similarity(told, "支行的保安在门口骂我") < 20
    assert rules.similarity("我叫[姓名#1]", "[姓名#1]") == 0


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_goes_both_ways_and_stays_within_bounds(one: str, other: str) -> None:
    assert rules.similarity(one, other) == rules.similarity(other, one)
    assert 0 <= rules.similarity(one, other) <= 100
