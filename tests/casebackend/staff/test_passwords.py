"""The slow work on passwords stands beside the event loop, and only so much of it may wait."""

import asyncio
import threading
import time

import pytest

from casebackend.staff.passwords import AT_ONCE, WAITING, Passwords, TooManyLogins
from tests.casebackend.credentials.steps import Desk
from tests.casebackend.staff.logins import hired, light
from tests.world import World


async def test_a_check_does_not_hold_up_the_loop() -> None:
    hasher, gate = light(), threading.Event()
    checked = asyncio.create_task(hasher.run(gate.wait))
    started = time.monotonic()
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not checked.done()
    assert time.monotonic() - started < 5
    gate.set()
    assert await checked
    hasher.close()


async def test_no_more_than_so_many_run_at_once_and_wait_and_the_next_is_told_to_come_back() -> None:
    hasher, gate = light(), threading.Event()
    running: list[int] = []
    most = 0

    def work() -> None:
        nonlocal most
        running.append(1)
        most = max(most, len(running))
        gate.wait()
        running.pop()

    waiting = [asyncio.create_task(hasher.run(work)) for _ in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyLogins):
        await hasher.verify(None, "x")
    gate.set()
    await asyncio.gather(*waiting)
    assert most == AT_ONCE
    assert not await hasher.verify(None, "x")
    hasher.close()


async def test_a_flood_of_logins_is_refused_and_the_desk_goes_on(world: World) -> None:
    await hired(world)
    desk, gate = Desk(world), threading.Event()
    passwords: Passwords = world.app.ctx.passwords
    flood = [asyncio.create_task(passwords.run(gate.wait)) for _ in range(WAITING)]
    await asyncio.sleep(0)
    refused = await desk.enter()
    assert refused.status_code == 503
    assert "登录人数较多" in refused.text
    assert (await desk.client.get("/login")).status_code == 200
    gate.set()
    await asyncio.gather(*flood)
    assert (await desk.enter()).status_code == 303
