from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from asgi_lifespan import LifespanManager
from sanic import HTTPResponse, Request, Sanic
from sqlalchemy.exc import DataError

from casebackend import app, problems


def test_the_published_catalogue_is_what_the_code_refuses() -> None:
    assert app.API
    assert Path("docs/problems.md").read_text() == problems.catalogue()


def test_each_refusal_has_a_chinese_title() -> None:
    rows = [line.split("|") for line in problems.catalogue().splitlines() if line.startswith("| `")]
    assert len(rows) > 30
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in row[3]) for row in rows)


async def test_a_value_that_only_the_database_refuses_is_the_senders() -> None:
    small: Sanic[Any, Any] = Sanic(f"small-{uuid4().hex}")
    problems.register(small)

    @small.get("/")
    async def stores(_: Request) -> HTTPResponse:
        raise DataError("INSERT", {}, ValueError("out of range"))

    async with LifespanManager(small), httpx.AsyncClient(transport=httpx.ASGITransport(small)) as client:
        answer = await client.get("http://small/")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
