"""A corpus of attacks in every field of every page, guesses at passwords, and slow connections.

python -m bench.hostile [--only xss|guesses|names|slow] [--dose 40] [--rounds 0] [--guesses 10000] [--connections 1000]
"""

import argparse
import asyncio
import logging
import os
import statistics
import sys
import time
from datetime import timedelta

import httpx
import structlog
from sanic import Sanic

from ops.figures import Figures
from tests.casebackend.hostile.chromium import chromium
from tests.casebackend.hostile.guessing import Attacker
from tests.casebackend.hostile.payloads import corpus, doses
from tests.casebackend.hostile.rounds import listening, played
from tests.casebackend.staff.logins import hired
from tests.world import World

SHOWN = 20


async def xss(figures: Figures, scale: argparse.Namespace) -> None:
    """Each round a new bank: a dose of the corpus in each field, every page opened in Chromium by who may see it."""
    given = doses(scale.dose)[: scale.rounds or None]
    alive: list[str] = []
    missing, opened, sent, columns, began = set[str](), 0, 0, set[str](), time.monotonic()
    async with chromium() as browser:
        for payloads in given:
            async with World.built() as world:
                found = await played(world, browser, payloads, stay=scale.stay, once=scale.once)
            alive += found.alive
            missing |= found.missing
            opened, sent, columns = opened + found.opened, sent + sum(found.sent.values()), columns | set(found.columns)
            sys.stderr.write(f"round {payloads[0][:40]!r}: {found.opened} pages, {len(found.alive)} alive\n")
    for each in alive[:SHOWN]:
        sys.stderr.write(f"{each}\n")
    more = {
        "payloads": len(corpus()), "rounds": len(given), "columns": len(columns), "forms": sent, "pages": opened,
        "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    figures.show("attacks that came alive (script, dialog, element, policy, request)", ours=len(alive), bar=0, **more)
    figures.show("pages of the console nobody opened", ours=len(missing), bar=0, missing=sorted(missing))


async def guesses(figures: Figures, scale: argparse.Namespace) -> None:
    """Of three attackers by turns: many addresses at one account, one address at all, both. The clock does not move on
    by more than the guesses themselves, so that one window of the policy holds them all."""
    began = time.monotonic()
    async with World.built() as world:
        await hired(world)
        attacker = Attacker(world)
        for number in range(scale.guesses):
            tries = (
                ("chen", f"198.51.{number % 250}.{number // 250}"),
                (f"name-{number}", "203.0.113.9"),
                (f"name-{number % 40}", f"192.0.{number % 200}.7"),
            )
            login, address = tries[number % 3]
            await attacker.guess(login, address)
            world.time -= timedelta(milliseconds=1) * (number % 10 != 0)
    more = {"guesses": attacker.sent, "verified": attacker.passwords.judged, "seconds": round(time.monotonic() - began)}
    figures.show("guesses at one account that reached a password", ours=attacker.most("account"), bar=5, **more)
    figures.show("guesses from one address that reached a password", ours=attacker.most("address"), bar=20, **more)


async def names(figures: Figures, scale: argparse.Namespace) -> None:
    """Whether the time of a refusal tells which logins there are: by turns, the middle one of each, passwords cheap
    to check so that nothing hides the rest. In milliseconds."""
    took: dict[str, list[float]] = {"chen": [], "nobody": []}
    async with World.built() as world:
        await hired(world)
        attacker = Attacker(world)
        for number in range(scale.samples):
            world.time += timedelta(hours=1)
            for login, found in took.items():
                began = time.perf_counter()
                await attacker.guess(login, f"198.51.{number % 250}.{number // 250}")
                found.append((time.perf_counter() - began) * 1000)
    known, unknown = (statistics.median(found) for found in took.values())
    more = {"known_ms": round(known, 2), "unknown_ms": round(unknown, 2), "samples": scale.samples}
    figures.show("refusal of a known login against an unknown one, ms apart", ours=abs(known - unknown), bar=2, **more)


async def slow(figures: Figures, scale: argparse.Namespace) -> None:
    """A request beside so many connections that send nothing more, against the same alone; by the middle one."""
    async with World.built() as world, listening(world) as origin, httpx.AsyncClient(base_url=origin) as client:
        port = int(origin.rpartition(":")[2])
        alone = await _middle(client)
        wires = [await asyncio.open_connection("127.0.0.1", port) for _ in range(scale.connections)]
        for _, writer in wires:
            writer.write(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        beside = await _middle(client)
        cut = await asyncio.wait_for(
            asyncio.gather(*(reader.read() for reader, _ in wires), return_exceptions=True), 300
        )
    more = {"connections": len(wires), "cut": len(cut)}
    figures.show("a request beside slow connections, to the same alone", ours=beside, peer=alone, bar=1.2, **more)


async def _middle(client: httpx.AsyncClient, times: int = 300) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        (await client.get("/login")).raise_for_status()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def main(scale: argparse.Namespace) -> int:
    os.environ.setdefault("TINGSU_TEST_DATABASE", "sqlite")
    Sanic.test_mode = True
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    figures, parts = Figures(), {"xss": xss, "guesses": guesses, "names": names, "slow": slow}
    for name in [scale.only] if scale.only else list(parts):
        asyncio.run(parts[name](figures, scale))
    return figures.exit_code


def given() -> argparse.Namespace:
    chosen = argparse.ArgumentParser(description=__doc__)
    chosen.add_argument("--only", choices=["xss", "guesses", "names", "slow"])
    chosen.add_argument("--dose", type=int, default=40, help="attacks at once in each field")
    chosen.add_argument("--rounds", type=int, default=0, help="0: the whole corpus")
    chosen.add_argument("--stay", type=float, default=150, help="milliseconds on each page")
    chosen.add_argument("--guesses", type=int, default=10_000)
    chosen.add_argument("--samples", type=int, default=200, help="refusals of each login whose times are compared")
    chosen.add_argument("--connections", type=int, default=1_000)
    chosen.add_argument("--once", action="store_true", help="each page by one colleague")
    return chosen.parse_args()


if __name__ == "__main__":
    raise SystemExit(main(given()))
