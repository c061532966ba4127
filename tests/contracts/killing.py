"""Eight clients at work while the web process is killed again and again at random moments."""

import asyncio
import random

from tests.contracts.history import Client, History
from tests.contracts.served import Served

CLIENTS = 8


async def killed_under_load(served: Served, kills: int, *, dice: random.Random | None = None) -> History:
    """What was promised in the meantime; at the end the process is gone."""
    dice = dice or random.Random()
    history = History()
    clients = [Client(served, history) for _ in range(CLIENTS)]
    await asyncio.to_thread(served.fork)
    async with asyncio.TaskGroup() as working:
        for client in clients:
            working.create_task(client.works())
        for _ in range(kills):
            await asyncio.sleep(dice.uniform(0.02, 0.8))
            await asyncio.to_thread(served.kill)
            await asyncio.to_thread(served.fork)
        for client in clients:
            client.over = True
    await asyncio.to_thread(served.kill)
    return history
