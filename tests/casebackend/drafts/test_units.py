"""The unit as a customer names it, and which of ours it may be."""

from datetime import UTC, datetime

import pytest

from casebackend.drafts.extraction import Reader
from casebackend.drafts.rules import Field
from tests.casebackend.organisations.test_rules import NAMES

READER = Reader(NAMES, datetime(2026, 11, 22, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("在你们光明桥分理处取钱", "光明桥分理处"),
        ("三天前东关支行的柜员骂我", "东关支行"),
        ("我在朝阳那个支行办卡", "朝阳那个支行"),
        ("11月3日城东储蓄所", "城东储蓄所"),
        ("投诉你们小区门口那个锦绣支行", "锦绣支行"),
        ("你們朝陽支行多收我錢", "朝陽支行"),
        ("昨天在历下支航取钱", "历下支航"),
        ("向阳路支行和从化支行我都去了，主要是从化支行的问题", "从化支行"),
        ("我公司账户在开发区支行被冻结", "开发区支行"),
        ("信用卡中心给我打电话", "信用卡中心"),
        ("在你们网点（宝塔路营业部）门口", "宝塔路营业部"),
        ("你们网点排队太久", None),
        ("我去了三个网点，附近的支行都不办", None),
        ("没有网点，手机上办的", None),
    ],
)
def test_a_unit_is_named_whether_we_have_it_or_not(said: str, named: str | None) -> None:
    assert READER.places.words(said) == named


def test_a_unit_that_we_do_not_have_is_kept_as_named_for_somebody_to_find() -> None:
    value = READER.read("光明桥分理处少给我100块", None, ()).values[Field.UNIT]
    assert (value.value, value.display) == ("", "光明桥分理处（待核实）")


@pytest.mark.parametrize(
    ("said", "meant"), [("大明胡支行少给我100块", "济南大明湖支行"), ("大明湖储蓄所排队", "济南大明湖支行")]
)
def test_one_wrong_character_in_a_long_name_leaves_no_doubt(said: str, meant: str) -> None:
    assert READER.read(said, None, ()).values[Field.UNIT].display == meant


def test_one_wrong_character_in_a_short_name_is_asked_back() -> None:
    understood = READER.read("海定支行少给我100块", None, ())
    assert Field.UNIT not in understood.values
    assert [unit.name for unit in understood.units] == ["北京海淀支行"]
    agreed = READER.places.one_of(["北京海淀支行"], "是的")
    assert agreed is not None
    assert agreed.name == "北京海淀支行"


def test_two_units_of_one_name_are_asked_back() -> None:
    assert len(READER.read("新华路支行少给我100块", None, ()).units) == 2
