"""Dangers as somebody tells them who has not read the rules, and what is near to them and calls nobody."""

from pathlib import Path

import pytest
import yaml

from casebackend.conversations.danger import Danger, danger_in
from casebackend.customers.personal import tokenise

MESSAGES = yaml.safe_load(Path(__file__).with_name("danger_unseen.yml").read_text("utf-8"))
AFTER = MESSAGES["after"]


def heard(text: str) -> Danger | None:
    return danger_in(tokenise(text).text)


@pytest.mark.parametrize("text", MESSAGES["life"])
def test_a_life_in_danger_is_heard_in_words_nobody_foresaw(text: str) -> None:
    assert heard(text) is Danger.LIFE


@pytest.mark.parametrize("text", MESSAGES["money"])
def test_money_in_danger_is_heard_in_words_nobody_foresaw(text: str) -> None:
    assert heard(text) is Danger.MONEY


@pytest.mark.parametrize("text", AFTER["danger"])
def test_a_danger_is_heard_in_roundabout_words(text: str) -> None:
    assert heard(text) is not None


@pytest.mark.parametrize("text", [*MESSAGES["harmless"], *AFTER["harmless"]])
def test_what_is_near_to_a_danger_calls_nobody(text: str) -> None:
    assert heard(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "工作人员给客户倒了杯水", "老人没有意识到收费", "父母把房子留给他了 怎么过户", "生意快撑不下去了 贷款能延期吗",
        "老人取款要本人到场可是人在医院来不了", "给网友转账限额多少", "提现要交手续费吗", "马上给我打120元退款",
        "不还完贷款就不放款吗", "我想不开通短信提醒", "自杀式降价", "医院开了一盒药吃完了报销不了",
        "客户经理拿我的手机自己操作给我开了会员", "修改密码我没改成", "你们给我开通了短信服务我没办过",
        "大厅不放人进去",
        "小孩打赏能退吗", "卡片掉漆了", "手机上抢的名额被抢走了", "忘了密码报给柜员多少位",
    ],
)  # fmt: skip
def test_a_word_of_a_danger_is_no_danger(text: str) -> None:
    assert heard(text) is None
