"""Staff at the console, over real HTTP with real logins."""

import re
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import aiohttp

REPLY = {
    "reply_facts": "经核实，该笔年费系系统重复扣收。",
    "reply_decision": "退还多收的年费，并由网点向您说明情况。",
    "reply_basis": "依据本行信用卡章程中关于年费减免的约定。",
    "reply_remedies": "您可在收到本答复之日起30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。",
}
ANSWER = {
    "findings": "年费按章程收取一次，没有多收。",
    "judgement_basis": "信用卡章程：年费每年收取一次",
    "business_channel_a": "营业现场",
    "category_b": "信用卡",
    "cause_c": "因定价收费引起的投诉",
}


class Refused(Exception):
    """The console said no."""


class Staff:
    def __init__(self, base: str, login: str, password: str) -> None:
        self._base, self._login, self._password = base, login, password

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(unsafe=True)
        self._http = aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": self._base})
        form = {"login": self._login, "password": self._password}
        async with self._http.post(f"{self._base}/login", data=form) as answer:
            page = await answer.text()
        token = re.search(r'data-csrf="([^"]+)"', page)
        if token is None:
            raise Refused(f"{self._login} could not log in")
        self._headers = {"X-CSRF-Token": token.group(1)}
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._http.close()

    async def get(self, path: str) -> Any:
        async with self._http.get(f"{self._base}/api/v1{path}") as answer:
            return await answer.json()

    async def page(self, path: str) -> str:
        async with self._http.get(self._base + path) as answer:
            return await answer.text()

    async def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        url = f"{self._base}/api/v1{path}"
        sent = self._headers | {"Idempotency-Key": uuid4().hex} | headers
        async with self._http.post(url, json=body or {}, headers=sent) as answer:
            said = await answer.json(content_type=None)
            if answer.status >= 400:
                raise Refused(f"{path}: {answer.status} {said}")
            return said

    async def form(self, path: str, fields: dict[str, str]) -> str:
        """What the console's own forms send."""
        headers = self._headers | {"HX-Request": "true"}
        async with self._http.post(self._base + path, data=fields, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise Refused(f"{path}: {answer.status} {text[:300]}")
            return text

    async def leads_to(self, path: str, fields: dict[str, str]) -> str:
        """A form of the console without htmx: the address that it ends at."""
        async with self._http.post(self._base + path, data=fields, headers=self._headers) as answer:
            if answer.status >= 400:
                raise Refused(f"{path}: {answer.status} {(await answer.text())[:300]}")
            return str(answer.url)

    async def move(self, number: str, move: str, **fields: Any) -> Any:
        version = (await self.get(f"/cases/{number}"))["version"]
        return await self.post(f"/cases/{number}/moves", {"move": move, **fields}, **{"If-Match": f'"{version}"'})


async def to_the_reply(agent: Staff, lead: Staff, number: str) -> None:
    """The short way of a case: accepted, dispatched, received, answered."""
    case = await agent.get(f"/cases/{number}")
    await lead.move(number, "accept", opinion="材料齐全，予以受理")
    await agent.move(number, "dispatch", opinion="请核实", handling_unit_id=case["unit_id"])
    await agent.move(number, "receive", opinion="已接收")
    await agent.move(number, "propose_reply", opinion="情况清楚", **ANSWER)
    await agent.move(number, "reply", **REPLY)
