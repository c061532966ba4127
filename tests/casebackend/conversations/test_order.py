"""F03, small: 20 conversations of 10 messages, several workers, some of which die."""

import asyncio
import random
from collections import defaultdict
from uuid import UUID

import pytest

from casebackend.conversations.rules import LEASE_SECONDS, Channel
from tests.casebackend.conversations.desk import Desk
from tests.world import World

CONVERSATIONS, MESSAGES, WORKERS = 20, 10, 4


@pytest.mark.parametrize("deaths", [0, 3])
async def test_each_conversation_is_answered_in_order_with_at_most_one_turn_in_flight(
    world: World, deaths: int
) -> None:
    desk = Desk(world, Channel.WEBCHAT)
    chance = random.Random(1)
    answered: dict[UUID, list[int]] = defaultdict(list)
    in_flight: dict[UUID, int] = defaultdict(int)
    most = 0
    dead: list[UUID] = []

    async def customer(number: int) -> None:
        for place in range(MESSAGES):
            await desk.hears(str(1_000 + place), sender=f"c{number}", external_id=f"{number}-{place}")
            await asyncio.sleep(chance.random() / 50)

    async def worker(name: str) -> None:
        nonlocal most
        while sum(len(done) for done in answered.values()) < CONVERSATIONS * MESSAGES:
            turn = await desk.claim(name)
            if turn is None:
                await asyncio.sleep(0.02)
                continue
            if len(dead) < deaths and chance.random() < 0.05:
                dead.append(turn.id)
                world.wait(seconds=LEASE_SECONDS)
                continue
            in_flight[turn.conversation_id] += 1
            most = max(most, in_flight[turn.conversation_id])
            await asyncio.sleep(chance.random() / 100)
            response = await desk.answer(turn, worker=name)
            in_flight[turn.conversation_id] -= 1
            if response.status_code == 200:
                answered[turn.conversation_id].append(int(turn.text))

    async with asyncio.timeout(100):
        await asyncio.gather(
            *(customer(number) for number in range(CONVERSATIONS)),
            *(worker(f"w{number}") for number in range(WORKERS)),
        )
    assert len(answered) == CONVERSATIONS
    assert all(done == [1_000 + place for place in range(MESSAGES)] for done in answered.values())
    # Time jumps when a worker dies, so the leases of the living run out too: then only the order must hold.
    assert most == 1 or deaths
