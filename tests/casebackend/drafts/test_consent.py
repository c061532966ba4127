"""A yes that is none files nothing."""

from pathlib import Path

import pytest
import yaml

from casebackend.drafts.consent import Hold, hold, objection
from casebackend.drafts.extraction import Reader
from casebackend.drafts.rules import Field
from casebackend.drafts.wishes import Wish, wish
from tests.world import START

TRAINED = Path(__file__).parents[3] / "training_data" / "nlu" / "affirm.yml"
# Of the training sentences of a yes; it answers another question.
NO_READ_BACK = {"ok connect me, I can wait"}


@pytest.mark.parametrize(
    "text",
    [
        "可以等会",
        "行，等一下再说",
        "好的稍等",
        "嗯，我想想",
        "好的，那我先问一下",
        "可以啊，不过我先问问我老伴",
        "好 等我儿子回来",
        "可以，一会儿再弄",
        "嗯 再看看",
        "先别提交",
        "等会儿再提交",
        "行，我再核对一下就提交",
        "好的，等兩分鐘",
        "yes but wait",
    ],
)
def test_who_wants_to_wait_has_not_said_yes(text: str) -> None:
    assert hold(text) is Hold.WAITS


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("好吧 但是金额不对", "金额不对"),
        ("可以是可以，不过日期写错了", "日期写错了"),
        ("可以是可以，不过…", ""),
        ("行吧，就是名字错了", "名字错了"),
        ("对啊但是你们得先退钱", "你们得先退钱"),
        ("对了，还有个事", "还有个事"),
        ("对了……", ""),
        ("嗯？", "嗯？"),
        ("提交吗", "提交吗"),
        ("等等，不是三千，是三千五", "等等，不是三千，是三千五"),
    ],
)
def test_a_but_or_a_question_is_no_yes(text: str, rest: str) -> None:
    assert (hold(text), objection(text)) == (Hold.OBJECTS, rest)


@pytest.mark.parametrize(
    "text",
    [
        "确认，不过电话要改",
        "提交吧 但是名字错了",
        "都对，金额是300",
        "没问题，电话换一个",
        "好 金额写错了",
        "好 金額寫錯了",
        "可以，把日期改成前天",
        "对的，就是日期不太对",
        "行，名字漏了一个字",
        "嗯，日期不是昨天",
        "好 错了",
    ],
)
def test_a_yes_that_names_what_is_wrong_is_none(text: str) -> None:
    assert hold(text) is Hold.OBJECTS


@pytest.mark.parametrize(
    "text",
    [
        "确认提交",
        "確認提交",
        "提交吧",
        "都对提交",
        "好的没问题",
        "没问题，不用改",
        "对，电话是我的",
        "都对，没有写错",
        "好的，你们别写错了",
        "对，金额扣错了",
        "嗯",
        "好",
        "ok",
        "对了",
        "没问题，就是这样",
        "对，就是他",
        "好，等你们消息",
        "行，我等着",
        "好的 先提交吧",
        "行先这样提交",
        "呃我想想啊嗯没问题你报吧",
    ],
)
def test_a_yes_stays_a_yes(text: str) -> None:
    assert hold(text) is None


def test_no_trained_yes_is_held_back() -> None:
    [group] = yaml.safe_load(TRAINED.read_text("utf-8"))["nlu"]
    said = [line.removeprefix("- ") for line in group["examples"].splitlines()]
    assert {each for each in said if hold(each) is not None} == NO_READ_BACK


def test_what_is_wrong_is_read_without_the_yes_before_it() -> None:
    reader = Reader([], START)
    assert reader.read("好吧 但是金额不对", "confirm").wrong is Field.AMOUNT
    corrected = reader.read("可以是可以，不过金额应该是260元", "confirm").corrected
    assert {name: each.value for name, each in corrected.items()} == {Field.AMOUNT: "260.00"}
    assert wish("可以啊，不过我先问问我老伴") is Wish.WAIT
