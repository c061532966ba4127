"""The bank on the other side of the wire: its staff at the console's interface, and its worker on an own clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from casebackend.connection import open_database
from casebackend.staff import service
from casebackend.worker import Worker
from tests.casebackend.cases.builders import PROPOSAL, REPLY
from tests.contracts.customer import Customer, Exchange, Wire
from tests.contracts.served import Served
from tests.world import TOKENS

# What a branch has to say: its decision can be reviewed.
REMEDIES = "如有异议，可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。"


class Bank:
    """`channels` and `actions` are clients of the two programs."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.settings = served.settings
        self.database = open_database(served.settings)
        self.channels = Wire(served.address, TOKENS["channels"], served.heard)
        self.actions = Wire(served.address, TOKENS["actions"], served.heard)
        self._staff: dict[str, httpx.AsyncClient] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, served: Served) -> AsyncIterator["Bank"]:
        bank = cls(served)
        async with bank.channels, bank.actions:
            yield bank
        for client in bank._staff.values():
            await client.aclose()
        await bank.database.dispose()

    def customer(self) -> Customer:
        return Customer(self.channels, self.actions)

    async def staff(self, login: str) -> httpx.AsyncClient:
        """Logged in through the service of the login, on a plain loopback address."""
        if login in self._staff:
            return self._staff[login]
        key, now = self.settings.session_key.get_secret_value(), datetime.now(UTC)
        async with self.database.transaction() as session:
            attempt = await service.begin_attempt(session, key=key, login=login, address="127.0.0.1", now=now)
            secret, _ = await service.open_session(session, attempt, replaces=None, address="127.0.0.1", now=now)
        self._staff[login] = httpx.AsyncClient(
            base_url=self.served.address,
            headers={
                "Origin": self.served.address,
                "Cookie": f"tingsu={secret}",
                "X-CSRF-Token": service.csrf_token(key, secret),
            },
            event_hooks={"response": [self._keep]},
            timeout=60,
        )
        return self._staff[login]

    async def _keep(self, response: httpx.Response) -> None:
        body = await response.aread()
        path = response.request.url.path
        self.served.heard.append(Exchange(response.request.method, path, response.status_code, body))

    async def reads(self, login: str, path: str) -> Any:
        response = await (await self.staff(login)).get(f"/api/v1{path}")
        assert response.status_code == 200, response.text
        return response.json()

    async def moves(self, login: str, case: UUID, move: str, **fields: Any) -> None:
        desk, url = await self.staff(login), f"/api/v1/cases/{case}"
        read = {"If-Match": (await desk.get(url)).headers["ETag"]}
        response = await desk.post(f"{url}/moves", json={"move": move, **fields}, headers=read)
        assert response.status_code == 200, response.text

    async def replies_to(self, case: UUID) -> None:
        """From the review to the written reply."""
        unit = (await self.reads("lead", f"/cases/{case}"))["unit_id"]
        await self.moves("lead", case, "accept")
        await self.moves("agent", case, "dispatch", handling_unit_id=unit, opinion="由该部门核查")
        await self.moves("agent", case, "receive")
        await self.moves("agent", case, "propose", responsible_unit_id=unit, **PROPOSAL)
        await self.moves("executive", case, "sign", opinion="同意")
        await self.moves("supervisor", case, "approve_opinion", opinion="同意")
        await self.moves("supervisor", case, "approve_reply", opinion="同意办结")
        await self.moves("agent", case, "reply", **REPLY | {"reply_remedies": REMEDIES})

    async def works(self, *, later: timedelta = timedelta()) -> None:
        """The worker does what is due at that time."""
        clock = datetime.now(UTC) + later
        worker = Worker(self.database, self.settings, now=lambda: clock, name="contract")
        await worker.tick()
        await worker.tick()
        await worker.resign()
