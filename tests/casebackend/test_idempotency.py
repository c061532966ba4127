"""Same key, same answer; the key and the effect are stored together."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from casebackend import failpoints, idempotency
from casebackend.cases.model import Case
from casebackend.idempotency import IdempotentAnswer
from tests.casebackend.cases.builders import ask, drafted
from tests.world import World

REPLAYED = "Idempotent-Replayed"


class Draft:
    """A complete draft, and the request that files it."""

    def __init__(self, world: World, conversation: UUID, message: UUID) -> None:
        self.world = world
        self.message = message
        self.path = f"/api/v1/conversations/{conversation}/draft/file"

    async def file(self, key: str | None, *, by: httpx.AsyncClient | None = None, **more: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key is not None else {}
        body = {"message_id": str(self.message), **more}
        return await (by or self.world.actions).post(self.path, json=body, headers=headers)

    async def stored(self, key: str) -> int:
        async with self.world.database.reading() as session:
            found = select(func.count()).where(IdempotentAnswer.key == key)
            return int(await session.scalar(found) or 0)

    async def cases(self) -> int:
        async with self.world.database.reading() as session:
            return int(await session.scalar(select(func.count()).select_from(Case)) or 0)


@pytest_asyncio.fixture
async def draft(world: World) -> AsyncIterator[Draft]:
    conversation, message = await drafted(world)
    await ask(world, conversation, None)
    yield Draft(world, conversation, message)
    failpoints.disarm()


async def test_the_same_key_gives_the_same_answer_and_says_that_it_is_a_repetition(draft: Draft) -> None:
    first = await draft.file("turn:file:0")
    assert (first.status_code, REPLAYED in first.headers) == (201, False)
    draft.world.wait(days=2)
    again = await draft.file("turn:file:0")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers[REPLAYED] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await draft.cases() == 1


async def test_an_answer_is_kept_for_a_month_and_no_longer(draft: Draft) -> None:
    world = draft.world
    first = await draft.file("turn:file:0")

    async def forgotten() -> int:
        async with world.database.transaction() as session:
            return await idempotency.forget(session, now=world.time)

    world.wait(days=30)
    assert await forgotten() == 0
    assert (await draft.file("turn:file:0")).content == first.content
    world.wait(minutes=1)
    assert await forgotten() >= 1
    assert await draft.stored("turn:file:0") == 0
    assert (await draft.file("turn:file:1")).json()["number"] == first.json()["number"]
    assert await draft.cases() == 1


async def test_the_same_key_for_something_else_is_refused(draft: Draft) -> None:
    await draft.file("turn:file:0")
    draft.message = uuid4()
    refused = await draft.file("turn:file:0")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/idempotency-key-reused")


@pytest.mark.parametrize("key", [None, "", "k" * 201])
async def test_without_a_usable_key_nothing_happens(draft: Draft, key: str | None) -> None:
    refused = await draft.file(key)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/idempotency-key-missing")
    assert await draft.cases() == 0


async def test_a_key_belongs_to_one_program_and_one_path(draft: Draft) -> None:
    first = await draft.file("turn:0")
    other_program = await draft.file("turn:0", by=draft.world.channels)
    assert REPLAYED not in other_program.headers
    draft.path = draft.path.replace("/draft/file", "/progress")
    other_path = await draft.file("turn:0")
    assert (other_path.status_code, REPLAYED in other_path.headers) == (200, False)
    assert other_program.json()["number"] == first.json()["number"]
    assert await draft.stored("turn:0") == 3


async def test_a_refusal_is_not_kept_so_that_it_can_be_put_right(draft: Draft) -> None:
    refused = await draft.file("turn:file:0", colour="red")
    assert refused.status_code == 422
    assert await draft.stored("turn:file:0") == 0
    assert (await draft.file("turn:file:0")).status_code == 201


@pytest.mark.parametrize("keys", [["turn:file:0"] * 4, [f"turn:file:{place}" for place in range(4)]])
async def test_several_at_once_have_one_effect(draft: Draft, keys: list[str]) -> None:
    """The same key, or a key each: one case and one number."""
    failpoints.arm("case.before_commit", "sleep:50")
    answers = await asyncio.gather(*(draft.file(key) for key in keys))
    numbers = {answer.json()["number"] for answer in answers if answer.status_code == 201}
    assert len(numbers) == 1
    assert {answer.status_code for answer in answers} == {201}
    assert await draft.cases() == 1


async def test_a_fault_before_the_commit_keeps_neither_the_key_nor_the_effect(draft: Draft) -> None:
    failpoints.arm("case.before_commit", "raise@1")
    assert (await draft.file("turn:file:0")).status_code == 500
    assert (await draft.stored("turn:file:0"), await draft.cases()) == (0, 0)
    assert (await draft.file("turn:file:0")).status_code == 201
    assert (await draft.stored("turn:file:0"), await draft.cases()) == (1, 1)


async def test_whoever_comes_while_the_same_key_is_at_work_is_told_to_come_back_or_gets_the_answer(
    draft: Draft,
) -> None:
    """PostgreSQL gives up waiting after two seconds; a SQLite file has one writer, who is waited for."""
    failpoints.arm("case.before_commit", "sleep:2600@1")
    first, second = await asyncio.gather(draft.file("turn:file:0"), draft.file("turn:file:0"))
    answers = sorted([first, second], key=lambda answer: answer.status_code)
    assert answers[0].status_code == 201
    assert answers[1].status_code == 201 or (answers[1].status_code, "Retry-After" in answers[1].headers) == (503, True)
    again = await draft.file("turn:file:0")
    assert (again.content, again.headers[REPLAYED]) == (answers[0].content, "true")


async def test_the_same_key_at_once_runs_once(draft: Draft) -> None:
    draft.path = draft.path.replace("/draft/file", "/handoff")
    body = {"message_id": str(draft.message), "reason": "asked"}
    headers = {"Idempotency-Key": "turn:handoff:0"}

    async def post() -> httpx.Response:
        return await draft.world.actions.post(draft.path, json=body, headers=headers)

    answers = await asyncio.gather(*(post() for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}, answers[0].text
    assert sorted(REPLAYED in answer.headers for answer in answers) == [False] + [True] * 5
