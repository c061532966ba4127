"""Whoever is not the platform changes nothing, also with a request of the platform in his hands."""

import asyncio
import random

import httpx
from sqlalchemy import func, select

from casebackend.conversations.model import Message, Turn
from casebackend.drafts.model import Draft
from casebackend.outbox.model import OutboxMessage
from tests.channels.town import Town, until
from tests.channels.wechat.test_routes import body, post, signed

ALPHABET = "0123456789abcdefABCDEF.-+ \t\x00é１<>&%"
CALLBACK = "/wechat/callback"


def mutated(chance: random.Random, value: str) -> str:
    letters = list(value)
    place, how = chance.randrange(len(letters)), chance.randrange(4)
    if how == 0:
        letters[place] = chance.choice([each for each in ALPHABET if each != letters[place]])
    elif how == 1:
        letters.insert(place, chance.choice(ALPHABET))
    elif how == 2:
        del letters[place]
    else:
        return ""
    return "".join(letters)


async def test_of_two_thousand_tampered_callbacks_the_door_takes_none(door: httpx.AsyncClient) -> None:
    chance, taken = random.Random(60), []
    for _ in range(2_000):
        good = signed(str(chance.randrange(10**9)))
        name = chance.choice(list(good))
        bad = good | {name: mutated(chance, good[name])}
        if chance.random() < 0.1:
            bad.pop(name)
        answer = await door.post(CALLBACK, params=bad, content=body(7))
        if answer.status_code != 403 and bad != good:
            taken.append((bad, answer.status_code))
    assert taken == []


async def counted(town: Town) -> list[int]:
    async with town.world.database.reading() as session:
        tables = (Message, Turn, Draft, OutboxMessage)
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def test_the_same_again_is_acknowledged_and_does_nothing_more(town: Town) -> None:
    params, content = signed("60"), body(60)
    first = await post(town, params, content)
    await until(lambda: len(town.bot.turns) == 1, 30)
    before = await counted(town)
    again = await asyncio.gather(*(post(town, params, content) for _ in range(20)))
    assert [first[0], *(status for status, _ in again)] == [200] * 21
    assert (await counted(town), len(town.bot.turns), town.wechat.sent) == (before, 1, [])
