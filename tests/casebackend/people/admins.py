"""The three administrators, each in an own browser."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from tests.casebackend.cases.builders import Desk


class Office(Desk):
    async def asks(
        self, login: str, verb: str, path: str, body: object = None, *, read: object = None, key: str | None = None
    ) -> httpx.Response:
        """With a key of its own, and with the version that is current unless `read` says which one was read."""
        browser = await self.browser(login)
        url = f"/api/v1{path}"
        at = url.rsplit("/", 1)[0] if url.count("/") > 4 else url
        tag = f'"{read}"' if read is not None else (await self.world.tester.get(at)).headers.get("ETag", "*")
        headers = {"Idempotency-Key": key or uuid4().hex, "If-Match": tag}
        return await browser.request(verb, url, json=body, headers=headers)

    async def done(self, login: str, verb: str, path: str, body: object = None, **how: Any) -> dict[str, Any]:
        response = await self.asks(login, verb, path, body, **how)
        assert response.status_code in (200, 201), response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def unit(self, code: str) -> Organisation:
        async with self.world.database.reading() as session:
            return (await session.scalars(select(Organisation).where(Organisation.code == code))).one()

    async def user(self, login: str) -> User:
        async with self.world.database.reading() as session:
            return (await session.scalars(select(User).where(User.login == login))).one()

    async def granted(self, user_id: UUID | str, **rights: Any) -> None:
        """Asked for by the system administrator, approved by the security administrator."""
        asked = await self.done("admin", "POST", f"/users/{user_id}/rights", {"reason": "新岗位", **rights})
        path = f"/rights/requests/{asked['id']}/decision"
        await self.done("security", "POST", path, {"decision": "approve", "opinion": "同意"}, read=asked["version"])

    async def changed(self, code: str, **change: Any) -> httpx.Response:
        """Of today, unless said otherwise."""
        unit = await self.unit(code)
        body = {"effective_from": self.world.time.date().isoformat(), "reason": "总行发文", **change}
        return await self.asks("admin", "POST", f"/units/{unit.id}/changes", body)
