"""One round: a bank full of attacks, every page of it opened in a real browser."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser

from casebackend.app import create_app
from ops.ports import free_port
from tests.casebackend.hostile.bank import furnished, stain, walked
from tests.casebackend.hostile.chromium import seated
from tests.casebackend.hostile.pages import AWAY, NO_PAGE, OUTSIDE, routes_of
from tests.casebackend.hostile.payloads import Words
from tests.casebackend.staff.logins import COOKIE
from tests.channels.town import served
from tests.world import World


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[str]:
    """The web process on a port, by the clock of the world."""
    app = create_app(world.settings, world.database, now=lambda: world.time, name=f"hostile-{uuid4().hex}")
    port = free_port()
    async with served(app, port):
        yield f"http://127.0.0.1:{port}"


@dataclass
class Round:
    """What was found. `columns`: where the attacks stand; `fields`: into which forms they were written."""

    alive: list[str] = field(default_factory=list)
    opened: int = 0
    routes: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    sent: dict[str, int] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)


async def played(
    world: World, browser: Browser, payloads: Sequence[str], *, logins: Sequence[str] = (), stay: float = 0, once: bool
) -> Round:
    """`once`: each address by one colleague only."""
    found, words = Round(), Words(payloads)
    more = await furnished(world, words)
    found.columns = await stain(world, words)
    walks = await walked(world, words, logins, more=more, together=once)
    async with listening(world) as origin:
        seen: set[str] = set()
        for walk in walks:
            found.alive += walk.broken
            secret = walk.browser.headers["Cookie"].removeprefix(f"{COOKIE}=")
            watch = await seated(browser, origin, secret)
            page = await watch.context.new_page()
            for name, paths in walk.found.items():
                for path in paths:
                    if not (once and path in seen):
                        status = await watch.look(page, path, stay=stay)
                        seen.add(path)
                        if status >= 500 and status != AWAY:
                            watch.note(f"status {status}")
                        found.routes.add(name.removesuffix("?"))
            found.alive += watch.alive
            found.opened += watch.opened
            _add(found.sent, walk.sent)
            await watch.context.close()
    files = set[str]().union(*(walk.files for walk in walks))
    known = found.routes | files | OUTSIDE
    found.missing = {name for name in routes_of(world, "GET") if name not in known and not NO_PAGE.search(name)}
    return found


def _add(total: dict[str, int], more: dict[str, Any]) -> None:
    for name, count in more.items():
        total[name] = total.get(name, 0) + count
