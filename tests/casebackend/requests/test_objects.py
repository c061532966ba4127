"""The same card, account, product or policy, however it is written."""

import pytest

from casebackend.parties.rules import ObjectKind
from casebackend.requests.objects import Thing, named, shared, told_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("卡号6222021234567890128被扣了年费", "又是6222 0212 3456 7890 128这张卡"),
        ("卡号6222021234567890128", "尾号0128的卡"),
        ("尾号是0128的卡", "我尾號0128的卡又扣錢"),
        ("账号 12345678901", "帐户12345678901还没退"),
        ("保单号PICC20250001", "保单picc20250001不给退"),
        ("买了《稳盈三号》亏了", "《稳盈三号》到期不给钱"),
        ("推荐的“稳盈理财”亏了", "“稳盈理财”产品到期没有兑付"),
    ],
)
def test_what_is_the_same_is_found(one: str, other: str) -> None:
    assert shared(named(one), named(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("尾号0128的卡", "尾号0129的卡"),
        ("卡号6222021234567890128", "手机13812340128"),
        ("依据《个人信息保护法》", "违反《个人信息保护法》"),
        ("签了《购房合同》", "《购房合同》没盖章"),
        ("他说“你爱投诉就投诉”", "“你爱投诉就投诉”"),
        ("扣了1234元", "尾号1234"),
        ("账户被冻结", "账户被冻结"),
    ],
)
def test_what_is_not_the_same_thing_is_not(one: str, other: str) -> None:
    assert not shared(named(one), named(other))


def test_a_product_that_was_taken_down_is_found_by_its_name_alone() -> None:
    product = Thing(ObjectKind.PRODUCT, "稳盈三号")
    assert told_in(product, "稳盈三号又亏了")
    assert not told_in(product, "理财又亏了")
    assert not told_in(Thing(ObjectKind.CARD, "1234"), "扣了1234元")
