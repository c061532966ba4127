"""Registrations by colleagues, through the API."""

from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from casebackend.cases.model import Case
from tests.casebackend.cases.builders import Desk
from tests.world import World

ID_CARD = "110101199003070011"
CUSTOMER = {
    "role": "complainant", "name": "张三丰", "phone": "13800138000", "id_number": ID_CARD, "sex": "male",
    "caller_number": "010-66668888",
}  # fmt: skip
STORY = {
    "facts": "张三丰先生称3月1日在柜台被多扣信用卡年费200元，柜员态度很差，回电13800138000",
    "demand": "退回年费并道歉",
    "people": [CUSTOMER],
}


class Counter:
    """Colleagues who take matters down."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(world)

    async def sends(
        self, login: str, path: str, body: dict[str, Any], *, key: str | None = None, read: str | None = None
    ) -> httpx.Response:
        browser = await self.desk.browser(login)
        headers = {"Idempotency-Key": key or uuid4().hex} | ({"If-Match": read} if read else {})
        return await browser.post(f"/api/v1{path}", json=body, headers=headers)

    async def registers(self, login: str = "agent", **fields: Any) -> httpx.Response:
        return await self.sends(login, "/cases/", STORY | fields)

    async def sure(self, login: str = "agent", **fields: Any) -> dict[str, Any]:
        response = await self.registers(login, **fields)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def changes(self, login: str, number: str, what: str, **body: Any) -> httpx.Response:
        """With the version that is current."""
        read = (await self.world.tester.get(f"/api/v1/cases/{number}")).headers["ETag"]
        return await self.sends(login, f"/cases/{number}/{what}", body, read=read)

    async def case(self, number: str) -> Case:
        async with self.world.database.transaction() as session:
            return (await session.scalars(select(Case).where(Case.number == number))).one()
