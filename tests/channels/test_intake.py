"""What the inbox does not take, and when it is only not taken yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web

from casebackend.api.client import CaseBackend, Refused
from channels import intake
from channels.intake import Intake
from channels.spool import Spool
from ops.ports import free_port
from tests.channels.test_spool import KEY, said
from tests.channels.town import listening, until


@dataclass
class Inbox:
    """Answers each message by its number as told, else takes it."""

    answers: dict[str, int] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    live: bool = True

    async def receive(self, request: web.Request) -> web.Response:
        number = (await request.json())["external_id"]
        self.tries.append(number)
        status = self.answers.get(number, 201)
        if status != 201:
            problem = {"type": "/problems/no", "status": status}
            return web.json_response(problem, status=status, content_type="application/problem+json")
        self.taken.append(number)
        one = str(UUID(int=1))
        receipt = {"message_id": one, "conversation_id": one, "seq": 1, "duplicate": False, "state": "waiting"}
        return web.json_response(receipt | {"owner": "bot", "secret_dropped": False, "replies": []}, status=201)


@asynccontextmanager
async def draining(folder: Path, inbox: Inbox, *numbers: int) -> AsyncIterator[tuple[Intake, Spool]]:
    app, port = web.Application(), free_port()
    app.add_routes([web.post("/api/v1/inbox", inbox.receive)])
    async with listening(app, port), CaseBackend(f"http://127.0.0.1:{port}", "token") as backend:
        with Spool(folder, KEY) as spool:
            for number in numbers:
                await spool.append(said(number, f"o{number}"))
            desk = Intake(backend, spool, live=lambda: inbox.live)
            task = asyncio.create_task(desk.drain())
            try:
                yield desk, spool
            finally:
                task.cancel()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PAUSE", 0.01)


@pytest.mark.parametrize("status", [409, 422, 404, 500])
async def test_one_message_that_is_never_taken_is_set_aside_and_the_others_pass(tmp_path: Path, status: int) -> None:
    inbox = Inbox(answers={"1": status})
    async with draining(tmp_path, inbox, 1, 2, 3) as (_, spool):
        await until(lambda: len(spool) == 0)
    assert inbox.taken == ["2", "3"]
    assert inbox.tries.count("1") == (5 if status == 500 else 1)
    assert (tmp_path / "channels.refused").stat().st_size > 0


@pytest.mark.parametrize(("status", "live"), [(401, True), (403, True), (429, True), (503, True), (500, False)])
async def test_while_nothing_can_be_taken_everything_stays_in_order(tmp_path: Path, status: int, live: bool) -> None:
    inbox = Inbox(answers={"1": status}, live=live)
    async with draining(tmp_path, inbox, 1, 2) as (_, spool):
        await until(lambda: len(inbox.tries) > 8)
        assert len(spool) == 2
        inbox.answers.clear()
        await until(lambda: len(spool) == 0)
    assert inbox.taken == ["1", "2"]
    assert not (tmp_path / "channels.refused").exists()


@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_a_first_message_that_is_not_admitted_is_kept(tmp_path: Path, status: int) -> None:
    inbox = Inbox(answers={"7": status}, live=False)
    async with draining(tmp_path, inbox) as (desk, spool):
        assert await desk.take(said(7)) == "kept"
        inbox.answers.clear()
        await until(lambda: len(spool) == 0)
    assert inbox.taken == ["7"]


async def test_a_first_message_that_is_refused_for_good_is_refused_to_its_sender(tmp_path: Path) -> None:
    async with draining(tmp_path, Inbox(answers={"7": 409})) as (desk, spool):
        with pytest.raises(Refused):
            await desk.take(said(7))
        assert len(spool) == 0
