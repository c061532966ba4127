"""Colleagues with their wordings."""

from typing import Any
from uuid import uuid4

import httpx

from tests.casebackend.cases.builders import Desk

WORDS = {"title": "安抚等待", "text": "{客户称呼}，您好。编号{投诉编号}正在核查，我们会在{答复期限}前答复您。"}


class Replies(Desk):
    async def posts(
        self, login: str, path: str, body: dict[str, Any] | None = None, read: object = "*"
    ) -> httpx.Response:
        headers = {"Idempotency-Key": uuid4().hex, "If-Match": read if isinstance(read, str) else f'"{read}"'}
        return await (await self.browser(login)).post(f"/api/v1{path}", json=body or WORDS, headers=headers)

    async def puts(self, login: str, path: str, body: dict[str, Any], read: object = "*") -> httpx.Response:
        headers = {"If-Match": read if isinstance(read, str) else f'"{read}"'}
        return await (await self.browser(login)).put(f"/api/v1{path}", json=body, headers=headers)

    async def made(self, login: str, path: str, **words: str) -> dict[str, Any]:
        answer = await self.posts(login, path, WORDS | words)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def approved(self, login: str = "agent", by: str = "lead", **words: str) -> dict[str, Any]:
        reply = await self.made(login, "/team-replies", **words)
        answer = await self.posts(by, f"/team-replies/{reply['id']}/decision", {"decision": "approved"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def offered(self, login: str, conversation_id: object, q: str = "", **more: str) -> list[dict[str, Any]]:
        client = await self.browser(login)
        answer = await client.get(f"/api/v1/conversations/{conversation_id}/replies", params={"q": q} | more)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["replies"]
        return found


def slug(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
