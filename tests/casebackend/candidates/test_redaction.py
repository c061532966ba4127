"""Nothing of the people is left, and what a case teaches still is."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebackend.candidates.marks import What
from casebackend.candidates.redaction import Known, redacted
from casebackend.candidates.rules import band
from tests.casebackend.canaries import GIVEN, people

PEOPLE = people(200)
UNITS = {"北京朝阳支行": "某支行", "朝阳支行": "某支行", "北京分行": "某分行"}
RARE = st.text(alphabet=GIVEN, min_size=2, max_size=2)


def of(text: str, **known: tuple[What, str]) -> str:
    return redacted({"facts": text}, Known(known, UNITS)).texts["facts"]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("[姓名#1]来电，回电[手机#2]", "客户来电，回电联系电话"),
        ("多扣了我年费12345.67元", "多扣了我年费约1万元"),
        ("转走三十五万元", "转走约40万元"),
        ("一共被扣300块钱", "一共被扣数百元"),
        ("2026年3月1日下午3点在朝阳支行", "某月上旬某时在某支行"),
        ("3月1日朝阳支行，3月2号海淀支行，被扣5元海岛支行", "某月上旬某支行，某月上旬某支行，被扣不足百元某支行"),
        ("2026-03-18又扣一次", "某月中旬又扣一次"),
        ("三月二十五日去了海淀支行", "某月下旬去了某支行"),
        ("住在杭州市西湖区文三路138号翠苑小区5幢2单元301室", "住在某地址"),
        ("尾号8842的卡", "尾号某号的卡"),
        ("订单JD20260301998877没有到账", "订单某号码没有到账"),
        ("我微信号abc_defg", "我微信号某账号"),
        ("柜员李晓梅不理我，钱经理也不管", "柜员某人不理我，某经理也不管"),
        ("我在蓝鲸创科有限公司上班", "我在某公司上班"),
        ("车牌京A12345的车主", "车牌车牌号的车主"),
        ("被骗20万3千5百元", "被骗约20万元"),
        ("转走20万三千五百块，又转3万5", "转走约20万元，又转约4万元"),
        ("扣了2千3百多元，还有三千五没退", "扣了数千元，还有三千五没退"),
        ("扣了三千五，约合1万2千美金", "扣了数千元，约合约1万元"),
        ("家在3栋2单元501室", "家在某地址"),
        ("住12号楼1门502，对门是A座1203室", "住某地址，对门是某地址"),
        ("三号楼二单元五〇一，6楼603", "某地址，某地址"),
        ("阳光花园3期5栋602", "某地址"),
        ("加我邮箱someone@mail.example.com", "加我邮箱邮箱"),
    ],
)
def test_what_points_at_somebody_becomes_its_kind(said: str, left: str) -> None:
    assert of(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "网点大堂经理让我第二天再来，等了两个小时",
        "依据银保监会令2020年第3号第19条，可在30日内申请核查，15个工作日内答复",
        "客户经理说保本，现在赎回只有一半，利率3.85%",
        "手机银行转账转错了人，客服让我联系对方，三天没有回音",
        "ATM取款吞卡，要求尽快处理",
        "在二楼大厅3号窗口等了2个小时，材料3份，分3期还款，3千积分没到账",
    ],
)
def test_what_a_case_teaches_stays_as_it_was_said(said: str) -> None:
    assert of(said) == said


def test_an_age_alone_becomes_a_decade_and_with_a_trade_or_a_place_it_goes() -> None:
    assert of("我今年72岁，不会用手机银行") == "我今年70多岁，不会用手机银行"
    assert of("我今年七十二岁，不会用手机银行") == "我今年七十多岁，不会用手机银行"
    assert of("我是退休教师，不会用手机银行") == "我是退休教师，不会用手机银行"
    together = of("我今年72岁，是退休教师，坐轮椅去的")
    assert together == "我今年某年龄段，是某职业，有特殊情况去的"
    split = redacted({"facts": "我今年72岁", "demand": "我是退休教师，请上门办理"}, Known())
    assert split.texts == {"facts": "我今年某年龄段", "demand": "我是某职业，请上门办理"}


def test_a_unit_and_a_name_that_are_known_go_wherever_they_stand() -> None:
    known = {"钱翯翾": (What.NAME, "客户"), "A-77": (What.STAFF, "工作人员")}
    assert redacted({"facts": "翻看钱翯翾与a-77在北京分行的记录"}, Known(known, UNITS)).texts["facts"] == (
        "翻看客户与工作人员在某分行的记录"
    )


def test_the_report_says_what_was_replaced_and_never_what_it_was() -> None:
    done = redacted({"facts": "[姓名#1]于2026年3月1日被扣12345.67元", "demand": "退回12345.67元"}, Known())
    report = done.report()
    assert report["total"] == 4
    assert report["kinds"] == {"已登记的个人信息": 1, "日期时间": 1, "金额": 2}
    assert {"what": "金额", "word": "约1万元", "count": 2} in report["items"]
    for name, places in report["places"].items():
        for *_, start, end, what in places:
            assert done.texts[name][start:end] in {"客户", "某月上旬", "约1万元"}, what
    assert "12345" not in json.dumps(report, ensure_ascii=False)


def test_bands_are_wide() -> None:
    amounts = (None, 0, 99.5, 100, 999, 1_000, 9_999, 10_000, 12_345, 95_000, 100_000, 460_000, 999_999, 1_000_000)
    assert [band(amount) for amount in amounts] == [
        None, None, "不足百元", "数百元", "数百元", "数千元", "数千元", "约1万元", "约1万元", "约9万元", "约10万元",
        "约50万元", "约90万元", "百万元以上",
    ]  # fmt: skip


@st.composite
def told(draw: st.DrawFn) -> tuple[str, dict[str, tuple[What, str]], list[str]]:
    """A story with somebody in it: its words, what the case knows of him, and what may not be left."""
    person = draw(st.sampled_from(PEOPLE))
    staff, number = "沈" + draw(RARE), str(draw(st.integers(10_000, 99_999)))
    amount = f"{draw(st.integers(1_001, 98_999))}.{draw(st.integers(11, 99))}"
    day = draw(st.dates(date(2021, 1, 1), date(2026, 12, 31)))
    street = draw(st.sampled_from(("文三路", "建国大道", "中山北街"))) + f"{draw(st.integers(11, 999))}号"
    man, qian, bai = draw(st.integers(1, 99)), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    compound = draw(
        st.sampled_from((f"{man}万{qian}千{bai}百元", f"{man}万{qian}千{bai}百", f"{man}万{qian}千{bai}百块钱"))
    )
    block, stair, door = draw(st.integers(1, 40)), draw(st.integers(1, 9)), draw(st.integers(101, 3_305))
    home = draw(
        st.sampled_from((f"{block}栋{stair}单元{door}室", f"{block}号楼{stair}门{door}", f"{block}幢{stair}单元{door}"))
    )
    order = f"DD{draw(st.integers(10**9, 10**10 - 1))}"
    days = (f"{day.year}年{day.month}月{day.day}日", day.isoformat(), day.strftime("%Y/%m/%d"), day.strftime("%Y%m%d"))
    when = draw(st.sampled_from(days))
    pieces = [
        f"我是{person.name}", f"电话{person.phone}", f"证件号{person.id_number}", f"卡号{person.card}",
        f"邮箱{person.email}", f"{when}在柜台办理", f"被扣了{amount}元", f"住在{street}", f"订单{order}",
        f"柜员{staff}工号{number}", f"又被骗{compound}", f"家在{home}",
    ]  # fmt: skip
    shuffled = draw(st.permutations(pieces))
    text = draw(st.sampled_from(("，", "。", "；", "、", "\n", " "))).join(shuffled)
    known = {
        person.name: (What.NAME, "客户"), person.phone: (What.NUMBER, "联系电话"),
        person.id_number: (What.NUMBER, "证件号码"), person.card: (What.NUMBER, "银行卡"),
        staff: (What.STAFF, "工作人员"),
    }  # fmt: skip
    split = [f"{man}万{qian}", f"{qian}千{bai}", home[: len(str(block)) + 3], home[-len(str(door)) - 1 :]]
    return text, known, [*person.values, staff, number, amount, when, street, order, *split]


@given(told())
@settings(max_examples=150, deadline=None)
def test_whoever_is_in_a_story_is_not_in_what_is_left_of_it(
    story: tuple[str, dict[str, tuple[What, str]], list[str]],
) -> None:
    text, known, canaries = story
    done = redacted({"facts": text, "demand": text[::-1][::-1]}, Known(known, UNITS))
    left = "\n".join(done.texts.values()) + json.dumps(done.report(), ensure_ascii=False)
    assert [value for value in canaries if value in left] == []


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_redacted_and_its_report_fits_it(text: str) -> None:
    done = redacted({"facts": text}, Known({"钱": (What.NAME, "客户")}, UNITS))
    for (start, end), (now, until), word in ((r.was, r.now, r.word) for r in done.replaced["facts"]):
        assert 0 <= start < end <= len(text)
        assert done.texts["facts"][now:until] == word
