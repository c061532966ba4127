from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.cases.answers import yes_or_no
from casebackend.cases.words import case_number, extension_of, numbers_in


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("查一下TS20260302000001", ["TS20260302000001"]),
        ("ts 20260302000001 到哪了", ["TS20260302000001"]),
        ("ＴＳ２０２６０３０２０００００１怎么样了", ["TS20260302000001"]),
        ("编号是20260302000001，催一下", ["TS20260302000001"]),
        ("TS20260302000001和TS20260302000002，还有TS20260302000001", ["TS20260302000001", "TS20260302000002"]),
        ("我的卡号6222020200112233445", []),
        ("TS2026030200000", []),
        ("查进度", []),
    ],
)
def test_a_number_is_found_as_customers_write_it(said: str, numbers: list[str]) -> None:
    assert numbers_in(said) == numbers


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 999_999), st.text(max_size=20))
def test_what_we_give_out_we_find_again(day: date, count: int, around: str) -> None:
    number = case_number(day, count)
    assert numbers_in(f"{number}，谢谢") == [number]


@given(st.text(max_size=6_000))
def test_any_text_may_come(text: str) -> None:
    numbers_in(text)
    yes_or_no(text)


@pytest.mark.parametrize(
    "said",
    [
        "确定撤诉",
        "确认",
        "是的",
        "对",
        "嗯嗯",
        "要撤",
        "好的",
        "撤了吧",
        "OK",
        "确定要撤回",
        "確定撤訴",
        "對",
        "對，撤吧",
        "確定",
    ],
)
def test_yes(said: str) -> None:
    assert yes_or_no(said) is True


@pytest.mark.parametrize(
    "said",
    ["不撤了", "不", "不用了", "算了，先不撤", "再想想", "别撤", "暂不撤回", "不要", "没有必要", "不撤訴", "沒有必要"],
)
def test_no(said: str) -> None:
    assert yes_or_no(said) is False


@pytest.mark.parametrize(
    "said",
    [
        "今天天气",
        "？",
        "你们几点上班",
        "为什么要撤回",
        "撤诉有什么影响",
        "撤回之后还能再投诉吗",
        "好像有人动了我的卡",
        "",
    ],
)
def test_neither(said: str) -> None:
    assert yes_or_no(said) is None


def test_an_extension_is_called_by_the_day_that_it_reaches() -> None:
    assert [extension_of("complaint", level) for level in (0, 1, 2)] == ["", "已延期至 30 日", "已延期至 60 日"]
    assert extension_of("petition", 1) == "信访已延期 30 日"
