from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.drafts.amounts import amount, han_number, spoken

SAID = [
    ("200块", "200"),
    ("两百来块", "200"),
    ("200多块钱", "200"),
    ("一万二", "12000"),
    ("一万二千块", "12000"),
    ("两万五千块", "25000"),
    ("3,000元", "3000"),
    ("１，２００元", "1200"),
    ("1.2万", "12000"),
    ("1万2", "12000"),
    ("3千5", "3500"),
    ("三百五", "350"),
    ("二百五十块", "250"),
    ("三块五", "3.5"),
    ("5块5毛", "5.5"),
    ("十万零五百", "100500"),
    ("壹万贰仟元整", "12000"),
    ("一万多", "10000"),
    ("¥99.90", "99.90"),
    ("人民币500", "500"),
    ("12.5元", "12.5"),
    ("三千", "3000"),
    ("10w", "100000"),
    ("大概两千左右吧", "2000"),
    ("200", "200"),
    ("五十", "50"),
    ("一亿两千万", "120000000"),
]
IN_A_STORY = [
    ("昨天被扣了200块手续费", "200"),
    ("我存了5万元，结果被多扣了200块手续费", "200"),
    ("扣了我200", "200"),
    ("每月扣30元，一共扣了360元", "360"),
    ("11月3号扣了12.5元", "12.5"),
    ("2026年11月3日转账5000.00元没到账", "5000"),
    ("卡里少了三千六百块", "3600"),
    ("年费收了我三百", "300"),
    ("理财亏损了一万二", "12000"),
    ("打了3次电话，等了2个小时", None),
    ("2026年11月3日去的", None),
    ("我排队排了一上午", None),
    ("3点半去的，5号窗口", None),
    ("一直没人理我，一共打了10次", None),
    ("利率从3.5%涨到4.2%", None),
    ("扣了3次，收了5个月", None),
    ("态度太差了", None),
    ("柜员一个人说了三遍", None),
    ("", None),
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_an_answer_to_how_much_is_understood(said: str, meant: str) -> None:
    assert amount(said, asked=True) == Decimal(meant)


@pytest.mark.parametrize(("said", "meant"), IN_A_STORY)
def test_the_amount_in_dispute_is_picked_from_a_story(said: str, meant: str | None) -> None:
    assert amount(said) == (Decimal(meant) if meant else None)


@pytest.mark.parametrize("said", ["打了3次电话", "5个月了", "11月3号", "2026年11月3日", "很多", "不记得"])
def test_what_counts_something_else_is_no_answer_to_how_much(said: str) -> None:
    assert amount(said, asked=True) is None


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2))
def test_an_amount_that_is_shown_is_read_back_the_same(value: Decimal) -> None:
    assert amount(spoken(value)) == value
    assert amount(f"被扣了{value:,.2f}元") == value


HAN = "零一二三四五六七八九"


def in_words(number: int) -> str:
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1_000 else ""
        return f"{in_words(number // 10_000)}万{zero}{in_words(rest) if rest else ''}"
    said = ""
    gap = False
    for unit, name in ((1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if gap else "") + HAN[digit] + name
            gap = False
        else:
            gap = bool(said)
    return said


@given(st.integers(1, 99_999_999))
def test_numbers_in_words_are_read_back(number: int) -> None:
    assert han_number(in_words(number)) == number
