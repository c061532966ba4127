"""What is said around a story and is none."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from casebackend.drafts.rules import LABELS, Field
from tests.casebackend.drafts.teller import Teller, shown
from tests.casebackend.drafts.test_extraction import READER
from tests.world import World

BOT = Path(__file__).resolve().parents[3] / "bot"
TOLD_BY_OURSELVES = {Field.FACTS, Field.DEMAND, Field.NAME, Field.PHONE, Field.UNIT}
# These tell a danger, and may begin a story.
STORIES = {"我的卡被盗刷了"}


def choices() -> list[str]:
    """Everything that a button says or a list offers."""
    responses: list[dict[str, Any]] = [
        each
        for path in (BOT / "domain" / "responses").glob("*.yml")
        for variants in yaml.safe_load(path.read_text("utf-8"))["responses"].values()
        for each in variants
    ]
    said = {button["payload"] for each in responses for button in each.get("buttons", [])}
    offered = yaml.safe_load((BOT / "lexicon" / "choices.yml").read_text("utf-8"))
    for name, words in offered.items():
        filled = [label.removeprefix("您的") for label in LABELS.values()] if name == "change_line" else []
        said |= {words.replace("*", each) for each in filled or ["TS20260302000001"]}
    return sorted(said - STORIES)


@pytest.mark.parametrize("asked", ["field.facts", "field.demand", "field.name"])
def test_a_choice_that_is_tapped_late_is_no_story_and_no_demand(asked: str) -> None:
    taken = {each: kept for each in choices() if (kept := TOLD_BY_OURSELVES & {*READER.read(each, asked).values})}
    assert not taken


@pytest.mark.parametrize(
    "introduced",
    [
        "我是老客户了，名字叫[姓名#1]，[手机#1]",
        "我是你们行十多年的老客户[姓名#1]，电话[手机#1]",
        "你好，我有个事",
        "我有件事想反映一下",
        "我叫[姓名#1]，密码是[已删除]",
        "卡背面三位数是[已删除]",
    ],
)
def test_who_only_says_who_he_is_has_told_nothing_yet(introduced: str) -> None:
    for asked in (None, "field.facts", "field.demand"):
        assert not {Field.FACTS, Field.DEMAND} & {*READER.read(introduced, asked).values}


@pytest.mark.parametrize(
    "told",
    [
        "我是老客户了，取款少给了我钱",
        "我的名字你们登记错了，办不了卡",
        "我的电话被你们卖了",
        "手机银行登录密码错误，客服也不管",
        "我的密码[已删除]被柜员看到了",
    ],
)
def test_what_happened_to_a_name_a_phone_or_a_password_is_a_story(told: str) -> None:
    assert READER.read(told, "field.facts").values[Field.FACTS].value == told


async def test_whoever_begins_with_himself_is_asked_what_happened_and_that_is_the_story(world: World) -> None:
    teller = Teller(world)
    first = await teller.tells("我是你们的老客户，我叫王小明，电话13812345678")
    assert (first.draft.next, shown(first.draft)["name"]) == (Field.FACTS, "王**")
    told = await teller.answers("field.facts", "昨天在朝阳支行取钱，机器少吐了600块")
    facts = next(each.value for each in told.draft.fields if each.name is Field.FACTS)
    assert facts == "昨天在朝阳支行取钱，机器少吐了600块"
    assert told.draft.next is Field.DEMAND
