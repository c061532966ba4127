"""Eight clients at work while the web process is killed again and again at random moments.

Between two kills work is done, however slow the machine: a process that dies before it began proves nothing.
"""

import asyncio
import random

from tests.contracts.history import Client, History
from tests.contracts.served import Served

CLIENTS = 8
# More than so much new work before each kill, on the average of all up to it.
MESSAGES, FILINGS = 5, 1


async def killed_under_load(served: Served, kills: int, *, dice: random.Random | None = None) -> History:
    """What was promised in the meantime; at the end the process is gone."""
    dice = dice or random.Random()
    history = History()
    clients = [Client(served, history) for _ in range(CLIENTS)]
    await asyncio.to_thread(served.fork)
    async with asyncio.TaskGroup() as working:
        for client in clients:
            working.create_task(client.works())
        for kill in range(1, kills + 1):
            await asyncio.sleep(dice.uniform(0.02, 0.8))
            while len(history.messages) <= MESSAGES * kill or len(history.filings) <= FILINGS * kill:  # noqa: ASYNC110
                await asyncio.sleep(dice.uniform(0.02, 0.1))
            await asyncio.to_thread(served.kill)
            await asyncio.to_thread(served.fork)
        for client in clients:
            client.over = True
    await asyncio.to_thread(served.kill)
    return history
