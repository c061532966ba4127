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


@pytest.mark.parametrize(
    ("said", "asked", "named"),
    [
        ("机构改成中山路支行", "confirm", "中山路支行"),
        ("机构错了，是中山路支行", "confirm", "中山路支行"),
        ("不是海淀支行，是中山路支行", "confirm", "中山路支行"),
        ("機構改成中山路支行", "confirm", "中山路支行"),
        ("中山路支行", "correction", "中山路支行"),
        ("机构改成信用卡中心", "field.phone", "信用卡中心"),
    ],
)
def test_a_unit_put_right_by_one_that_we_do_not_have_is_kept_as_named(said: str, asked: str, named: str) -> None:
    read = READER.read(said, asked)
    unit = read.corrected[Field.UNIT]
    assert (unit.value, unit.display) == ("", f"{named}（待核实）")
    assert read.values[Field.FACTS].value == f"机构改为{named}"


@pytest.mark.parametrize("said", ["机构改成海淀支行", "不是朝阳支行，是海淀支行", "网点应该是海淀支行"])
def test_a_unit_put_right_by_one_of_ours_adds_nothing_to_the_story(said: str) -> None:
    read = READER.read(said, "confirm")
    assert (read.corrected[Field.UNIT].display, read.values) == ("北京海淀支行", {})


@pytest.mark.parametrize(
    "said",
    ["机构改成你们银行", "机构改成我家楼下那个网点", "银行弄错了我的中山路支行账户", "支行的经理是中山路支行调来的"],
)
def test_what_only_speaks_of_a_unit_puts_no_other_in_its_place(said: str) -> None:
    assert READER.read(said, "confirm").corrected == {}


@pytest.mark.parametrize("said", ["机构改成新华路支行", "不是海淀支行，是新华路支行"])
def test_put_right_by_one_of_two_of_the_same_name_it_is_asked_which(said: str) -> None:
    read = READER.read(said, "confirm")
    assert (read.wrong, len(read.units), read.values) == (Field.UNIT, 2, {})
