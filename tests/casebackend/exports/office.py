"""Colleagues who take something out of the house, and what came of it; through the real routes."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import httpx
from openpyxl import load_workbook
from sqlalchemy import select

from casebackend.api.policies import AddParameter
from casebackend.audit.model import AuditEntry
from casebackend.chores import Chores
from casebackend.exports.model import Export
from casebackend.policies import service as policies
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.cases.copies import copied
from tests.world import World

PURPOSE = "3月投诉分析会材料"


class Office:
    def __init__(self, world: World) -> None:
        self.world, self.desk = world, Desk(world)
        self.first: UUID | None = None

    async def cases(self, count: int, **changes: Any) -> list[str]:
        """So many more; the first of all is filed, the others are like it."""
        if self.first is None:
            receipt = await filed(self.world)
            self.first, count = receipt.case_id, count - 1
        return [await copied(self.world, self.first, **changes) for _ in range(count)]

    async def parameter(self, code: str, value: str) -> None:
        """In force from today on, as the security administrator would set it."""
        today = self.world.time.date()
        command = AddParameter(code=code, value=value, effective_from=today, source="测试")
        async with self.world.database.transaction() as session:
            roles = self.world.app.ctx.matrix.roles
            await policies.add(session, command, roles=roles, by="staff:security", now=self.world.time)

    async def asks(self, login: str, query: str = "", **other: Any) -> httpx.Response:
        command = {"kind": "cases", "format": "csv", "query": query, "purpose": PURPOSE} | other
        headers = {"Idempotency-Key": uuid4().hex}
        return await (await self.desk.browser(login)).post("/api/v1/exports/", json=command, headers=headers)

    async def gets(self, login: str, query: str = "", **other: Any) -> dict[str, Any]:
        response = await self.asks(login, query, **other)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def sees(self, login: str, export: dict[str, Any]) -> dict[str, Any]:
        response = await self.desk.reads(login, f"/exports/{export['id']}")
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def decides(self, login: str, export: dict[str, Any], decision: str, reason: str = "") -> httpx.Response:
        browser, at = await self.desk.browser(login), f"/api/v1/exports/{export['id']}"
        read = (await self.world.tester.get(at)).headers.get("ETag", "*")
        body = {"decision": decision, "reason": reason}
        return await browser.post(f"{at}/decision", json=body, headers={"If-Match": read})

    async def file(self, login: str, export: dict[str, Any]) -> httpx.Response:
        return await self.desk.reads(login, f"/exports/{export['id']}/file")

    async def rows(self, login: str, export: dict[str, Any]) -> list[list[str]]:
        """Of the CSV, with the lines around the table."""
        response = await self.file(login, export)
        assert response.status_code == 200, response.text
        return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), strict=True))

    async def book(self, login: str, export: dict[str, Any]) -> Any:
        response = await self.file(login, export)
        assert response.status_code == 200, response.text
        return load_workbook(io.BytesIO(response.content))

    async def stored(self, export: dict[str, Any]) -> Export:
        async with self.world.database.reading() as session:
            return await session.get_one(Export, UUID(export["id"]))

    async def audited(self, *events: str) -> list[AuditEntry]:
        async with self.world.database.reading() as session:
            query = select(AuditEntry).where(AuditEntry.chain == "exports").order_by(AuditEntry.seq)
            found = (await session.scalars(query)).all()
            return [each for each in found if not events or each.event in events]

    def later(self, **duration: float) -> None:
        """Everybody has been logged out by then."""
        self.world.wait(**duration)
        self.desk.browsers.clear()

    def worker(self) -> Chores:
        return Chores(self.world.database, self.world.settings, now=lambda: self.world.time, name="worker-of-exports")

    async def works(self) -> None:
        """The worker makes what waits for it."""
        worker = self.worker()
        await worker.lead()
        await worker.make_exports()
        await worker.resign()
