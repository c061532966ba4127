"""A danger of now is heard in the words of what is over, supposed or denied; what really is calls nobody."""

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from casebackend.conversations.danger import Danger, danger_in
from casebackend.conversations.model import Conversation
from casebackend.customers.personal import tokenise
from tests.world import World

MESSAGES = yaml.safe_load(Path(__file__).with_name("danger_doubts.yml").read_text("utf-8"))
FOUND, AFTER = MESSAGES["found"], MESSAGES["after"]


def heard(text: str) -> Danger | None:
    return danger_in(tokenise(text).text)


@pytest.mark.parametrize("text", [*FOUND["life"], *MESSAGES["life"], *AFTER["life"]])
def test_a_life_in_danger_now_is_no_story_of_the_dead(text: str) -> None:
    assert heard(text) is Danger.LIFE


@pytest.mark.parametrize("text", [*FOUND["money"], *MESSAGES["money"], *AFTER["money"]])
def test_a_loss_of_now_is_heard_beside_one_that_is_settled_supposed_or_denied(text: str) -> None:
    assert heard(text) is Danger.MONEY


@pytest.mark.parametrize("text", [*FOUND["harmless"], *MESSAGES["harmless"], *AFTER["harmless"]])
def test_what_is_over_supposed_or_denied_calls_nobody(text: str) -> None:
    assert heard(text) is None


def test_the_set_looks_in_both_directions() -> None:
    assert len(MESSAGES["life"]) + len(MESSAGES["money"]) >= 40
    assert len(MESSAGES["harmless"]) >= 40


async def test_a_death_of_years_ago_calls_nobody_and_one_of_yesterday_that_others_want_to_follow_does(
    world: World,
) -> None:
    async def called(text: str, sender: str) -> bool:
        receipt = await world.says(text, sender=sender)
        async with world.database.reading() as session:
            row = await session.scalar(select(Conversation).where(Conversation.id == receipt.conversation_id))
            return row is not None and row.handoff_reason == "danger"

    assert not await called("我爸前年自杀去世 他的存款怎么继承", "a")
    assert await called("我爸前年自杀去世 我妈现在也要跟着走", "b")
    assert not await called("还以为被盗刷了 原来是老婆买菜用的", "c")
    assert await called("还以为被盗刷了 原来真是被盗刷了", "d")
