"""What should be borne in mind about who complains, or about the relative it is about."""

import pytest

from casebackend.drafts.care import care_for


@pytest.mark.parametrize(
    "text",
    [
        "我妈八十块钱被扣了",
        "我妈存了八十了",
        "我爸六十多万存款",
        "我妈手机号换了",
        "我妈的手机不会扣费吧",
        "你们是不是聋了",
        "柜员眼瞎",
        "我爱人在海淀支行办卡",
        "我爸说你们残疾人通道堵了车",
        "我老公七十分钟没排到",
        "我妈又不是八十了",
        "我妈还没八十",
        "我女儿八岁",
        "我儿子在医院工作",
        "我妈住在康复医院旁边",
        "我奶奶七十年代存的",
        "柜员不会用手机银行",
        "我爱人的80后同事",
        "我妈等了六十多分钟",
        "我不是残疾人",
    ],
)
def test_words_that_only_look_like_it_are_not_noted(text: str) -> None:
    assert care_for(text) == []


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("我妈八十了不会用手机", ["家人老年", "家人使用智能设备困难"]),
        ("我爱人残疾，要我推着去", ["家人行动不便"]),
        ("我爸今年76岁", ["家人老年"]),
        ("我母亲七十多岁，被骗买了保险", ["家人老年"]),
        ("我奶奶都九十多了还要人脸识别", ["家人老年"]),
        ("家里老人不会用智能手机", ["家人使用智能设备困难"]),
        ("我老伴瘫痪在床", ["家人行动不便"]),
        ("我媽八十了不會用手機", ["家人老年", "家人使用智能设备困难"]),
        ("我儿子是聋哑人", ["家人听力不便"]),
        ("我爸看不见", ["家人视力不便"]),
        ("我妻子正在化疗", ["家人重病"]),
        ("我岳母得了老年痴呆", ["家人认知不便"]),
        ("我妈岁数大了", ["家人老年"]),
        ("我父亲不识字", ["家人使用智能设备困难"]),
        ("我爱人是残疾人，坐轮椅", ["家人行动不便"]),
        ("我七十多岁了，腿脚不方便", ["老年", "行动不便"]),
        ("我不会用智能手机", ["使用智能设备困难"]),
    ],
)
def test_what_to_bear_in_mind_is_noted(text: str, noted: list[str]) -> None:
    assert care_for(text) == noted


def test_it_is_noted_once() -> None:
    assert care_for("我今年78岁了", ["老年"]) == []
    assert care_for("我妈八十了", ["家人老年"]) == []
    assert care_for("我妈八十了", ["老年"]) == ["家人老年"]
