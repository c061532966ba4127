"""Registering a case, against a bare handler that writes the same rows."""

import asyncio
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from bench.casework.measuring import AIM_SECONDS, BATCHES, STAFF, WARM_UP, expect, in_process, p95, post, show
from bench.serving import Side, in_turn, postmaster, program, signed_in, web
from casebackend.calendar.rules import local_date
from casebackend.schema import METADATA
from casebackend.settings import Settings
from ops.figures import Figures
from ops.ports import free_port
from tests.casebackend.staff.logins import staff
from tests.databases import fresh_url
from tests.statements import counted
from tests.world import World, configured, prepare

REGISTERED, AT_ONCE = 20, 50
BAR = 2.0


async def _contents(world: World) -> dict[str, list[dict[str, Any]]]:
    async with world.database.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in METADATA.sorted_tables
        }


async def what_one_writes(settings: Settings) -> tuple[dict[str, list[dict[str, Any]]], set[UUID], int]:
    """The rows of one registration, the keys made for it, and how many statements it took."""
    async with in_process(settings) as world, await staff(world, STAFF) as client:
        for _ in range(2):
            (await post(client)).raise_for_status()
        before = await _contents(world)
        with counted(world) as said:
            (await post(client)).raise_for_status()
        after = await _contents(world)
    written = {
        name: [row for row in rows if row not in before[name]]
        for name, rows in after.items()
        if len(rows) > len(before[name])
    }
    held = {value for rows in before.values() for row in rows for value in row.values() if isinstance(value, UUID)}
    new = {value for rows in written.values() for row in rows for value in row.values() if isinstance(value, UUID)}
    return written, new - held, len(said)


async def register(figures: Figures, folder: Path) -> None:
    async with fresh_url(prepare, folder) as url:
        settings = configured(url, folder)
        rows, new, ours_said = await what_one_writes(settings)
        count = sum(map(len, rows.values()))
        figures.show(
            "statements of one registration", ours=ours_said, peer=len(rows) + 1, rows=count,
            tables={name: len(found) for name, found in rows.items()},
        )  # fmt: skip
        server = postmaster()
        with web(settings, folder / "web.log") as (process, address):
            async with await signed_in(settings, address, STAFF) as client:

                async def ours(_: int) -> None:
                    await expect(await post(client), 201)

                async with _bare(folder, settings, rows, new) as (bare_process, bare):
                    mine, peer = Side(ours, (process, server)), Side(bare, (bare_process, server))
                    await in_turn(mine, peer, batches=BATCHES, of=REGISTERED, warm_up=WARM_UP)
                await all_at_once(figures, client, settings)
        show(figures, "CPU s per registration, web process and PostgreSQL", mine, peer, BAR)
        figures.show("wall s per registration, p95", ours=p95(mine.seconds), aim=AIM_SECONDS)


async def all_at_once(figures: Figures, client: httpx.AsyncClient, settings: Settings) -> None:
    answers = await asyncio.gather(*(post(client) for _ in range(AT_ONCE)))
    numbers = [answer.json()["number"] for answer in answers if answer.status_code == 201]
    figures.show("numbers given twice, 50 registrations at once", ours=len(numbers) - len(set(numbers)), bar=0)
    figures.show("refused of 50 registrations at once", ours=AT_ONCE - len(numbers), bar=0)


@asynccontextmanager
async def _bare(folder: Path, settings: Settings, rows: Any, new: set[UUID]) -> AsyncIterator[tuple[Any, Any]]:
    port, held = free_port(), folder / "rows.pickle"
    held.write_bytes(pickle.dumps((rows, new, local_date(datetime.now(UTC)))))
    arguments = ["-m", "bench.bare", str(held), settings.database_url, str(port)]
    with program(arguments, {}, port, folder / "bare.log") as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:

            async def bare(_: int) -> None:
                await expect(await post(client, "/"), 201)

            yield process, bare
