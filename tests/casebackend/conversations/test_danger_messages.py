"""Messages that were written before the rules were read: what must call a person at once, and what must not."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from casebackend.conversations.danger import Danger, danger_in
from casebackend.conversations.model import Conversation
from casebackend.conversations.spoken import plain
from casebackend.customers.personal import tokenise
from tests.world import World

MESSAGES = yaml.safe_load(Path(__file__).with_name("danger_messages.yml").read_text("utf-8"))
URGENT = [(kind, text) for kind, texts in MESSAGES["urgent"].items() for text in texts]
HARMLESS = [text for texts in MESSAGES["harmless"].values() for text in texts]
LIVES = {"self_harm", "threat_to_others"}


def heard(text: str) -> Danger | None:
    """As the inbox does: secrets and personal values are gone before the rules look."""
    return danger_in(tokenise(text).text)


@pytest.mark.parametrize(("kind", "text"), URGENT, ids=[text for _, text in URGENT])
def test_what_cannot_wait_calls_a_person_in_whatever_words_it_comes(kind: str, text: str) -> None:
    assert heard(text) is (Danger.LIFE if kind in LIVES else Danger.MONEY)


@pytest.mark.parametrize("text", [*HARMLESS, *MESSAGES["alike"]])
def test_an_idiom_a_name_a_question_or_an_old_settled_loss_calls_nobody(text: str) -> None:
    assert heard(text) is None


@pytest.mark.parametrize("text", MESSAGES["beside"])
def test_a_danger_is_heard_beside_what_is_over_supposed_or_told_of_others(text: str) -> None:
    assert heard(text) is not None


def test_the_set_is_large_enough() -> None:
    assert len(URGENT) >= 150
    assert len(HARMLESS) >= 200


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("啱啱俾人呃咗", "刚刚被人呃了"),
        ("唔系我做嘅", "不是我做的"),
        ("我的帐户要挂矢", "我的账户要挂失"),
        ("通道刷卡", "通道刷卡"),
    ],
)
def test_cantonese_and_slips_are_read_as_the_rules_write_them(written: str, read: str) -> None:
    assert plain(written) == read


async def called(world: World, text: str, sender: str) -> bool:
    receipt = await world.says(text, sender=sender)
    async with world.database.reading() as session:
        row = await session.scalar(select(Conversation).where(Conversation.id == receipt.conversation_id))
        return row is not None and row.handoff_reason == "danger"


async def test_an_old_settled_loss_calls_nobody_but_the_one_of_yesterday_beside_it_does(world: World) -> None:
    assert not await called(world, "去年被盗刷的那笔钱已经赔了 但利息一直没退", "a")
    assert await called(world, "去年被盗刷过已经赔了,昨天又被盗刷了三千", "b")
    assert await called(world, "我真嘅唔想做人喇", "c")
