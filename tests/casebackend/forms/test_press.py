"""So many forms are drawn at once, so many wait, and more are told to come back."""

import asyncio
import threading

import pytest

from casebackend.forms.press import Press, PressBusy
from tests.casebackend.forms.paper import prints
from tests.casebackend.forms.test_routes import kept
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import staff
from tests.world import World


async def _settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_are_inside_than_there_are_places_and_the_queue_has_an_end() -> None:
    press, go, most = Press(2, 3), asyncio.Event(), [0, 0]

    async def one() -> None:
        async with press.turn():
            most[0] += 1
            most[1] = max(most)
            await go.wait()
            most[0] -= 1

    tasks = [asyncio.create_task(one()) for _ in range(5)]
    await _settled()
    assert (most[0], press.inside) == (2, 5)
    with pytest.raises(PressBusy):
        await one()
    tasks[4].cancel()  # one who waits goes away, and his place in the queue is free
    await _settled()
    tasks[4] = asyncio.create_task(one())
    await _settled()
    go.set()
    await asyncio.gather(*tasks)
    assert (most, press.inside) == ([0, 2], 0)


async def test_a_drawing_that_nobody_waits_for_any_more_keeps_its_place_until_it_is_done() -> None:
    press, go, begun = Press(1, 0), threading.Event(), threading.Event()

    def draws() -> bool:
        begun.set()
        return go.wait(120)

    async def asks() -> None:
        async with press.turn() as turn:
            await turn.done(draws)

    asked = asyncio.create_task(asks())
    await asyncio.to_thread(begun.wait, 120)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    with pytest.raises(PressBusy):
        await asks()
    go.set()
    while press.inside:  # noqa: ASYNC110 - the thread ends by itself
        await asyncio.sleep(0.01)


async def test_whoever_prints_when_too_many_do_is_told_when_to_come_back_and_nothing_is_written(world: World) -> None:
    number = str((await Counter(world).sure())["number"])
    world.app.ctx.press = press = Press(1, 0)
    async with await staff(world, "agent") as agent, press.turn():
        answer = await prints(agent, number)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["type"] == "/problems/printing-busy"
        assert "请过几秒再试" in answer.json()["detail"]
        page = await agent.post(
            f"/cases/{number}/forms/registration", data={"variant": "masked", "purpose": "customer"}
        )
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "请过几秒再试" in page.text
    assert await kept(world) == []
    async with await staff(world, "agent") as agent:
        assert (await prints(agent, number)).status_code == 200
