"""请打个分，1 分最不满意，5 分最满意。"""

import pytest

from casebackend.revisits.scores import score_in
from casebackend.revisits.speech import SKIPPED

SCORE_1 = [
    "5分满分我给1分", "给你们打1分，拖拖拉拉", "一分都不想给", "1分都嫌多", "零分", "满分5分，我给1分",
    "十分不满意", "十分差劲", "非常不满意", "太差了", "1，太慢了", "负分", "一分都没有", "极度不满",
    "5分？不可能，太差了", "五星差评，1分", "满分我给1分", "5分制给1分", "0分", "滿分5分，給1分", "一星",
    "一点都不满意", "1分，别问", "本来想给5分，现在给1分", "给1分都嫌多", "1分！一分钱不退",
    "我打1分，你们不配5分", "垃圾银行", "服务恶劣", "不给5分给1分", "没有5分只有1分", "给你1分，别嫌少",
]  # fmt: skip

SCORE_2 = [
    "2，一般", "2分", "不太满意", "不满意", "谈不上满意", "不满", "态度不好", "差", "两星", "2分吧，等了30分钟",
    "点错了，是2分", "给你们2分，别想5分", "服务不好", "两颗星，差",
]  # fmt: skip

SCORE_3 = [
    "一般", "还行", "不好不坏", "还可以", "3分，一般", "三分钟热度，3分",
]  # fmt: skip

SCORE_4 = [
    "满意", "不错", "挺好的", "好的", "可以", "不好意思，满意", "4分", "还好", "服务态度好", "4分，好评", "四分",
    "挺满意的", "还不错", "我打4分，满分不可能",
]  # fmt: skip

SCORE_5 = [
    "5分", "满分", "10分", "五星好评", "十分满意", "5 谢谢", "五分，5分钟就解决了", "满分好评", "5分满分",
    "不能再满意了", "点错了，是5分", "给5分", "5颗星", "非常好", "百分百满意", "一百分", "不好意思，给5分", "5",
]  # fmt: skip

UNCLEAR = [
    "好个屁", "满分？想得美", "五分钟都不想等", "等了2个星期", "三星期了没人理", "下午三点打的电话没人接",
    "有一点慢", "一分钱都没退", "别想5分", "不可能给5分", "满意个屁", "满意才怪", "好什么好", "哪里好了",
    "怎么可能满意", "你好", "好慢", "最好快点", "还好意思问", "3到4分", "三四分", "满分10分我给8分",
    "态度5分，效率1分", "6分", "99分", "4.5分", "等了3天", "扣2分", "19:30分打的", "你觉得我会满意吗", "好個屁",
    "滿分？想得美", "凭什么给你们5分", "去了3个分行", "五分之一都没做到", "5分？做梦", "下午5点30分", "满分个屁",
    "给5分才怪", "五分钟", "一点点", "十分感谢", "等了五个星期", "二十分钟都没人理", "9点10分打的",
    "你们配得上5分吗", "谁会给5分", "好久了", "负5分",
]  # fmt: skip
GIVEN = [
    (said, score)
    for score, sentences in enumerate([SCORE_1, SCORE_2, SCORE_3, SCORE_4, SCORE_5], start=1)
    for said in sentences
]


@pytest.mark.parametrize(("said", "score"), GIVEN)
def test_the_points_that_are_given_count_and_not_the_scale(said: str, score: int) -> None:
    assert score_in(said) == score


@pytest.mark.parametrize("said", UNCLEAR)
def test_points_refused_mocked_or_of_a_clock_or_a_coin_are_none(said: str) -> None:
    assert score_in(said) is None


@pytest.mark.parametrize("said", ["算了", "不想评", "懒得打分", "没有", "跳过"])
def test_nobody_has_to_give_points(said: str) -> None:
    assert score_in(said) is SKIPPED
