"""Somebody at the progress page, through the API that the page calls, and the worker that carries the codes."""

from typing import Any, cast
from uuid import UUID, uuid4

import httpx

from casebackend.api.drafts import CaseReceipt
from tests.casebackend.cases.builders import filed
from tests.world import World


class Guest:
    def __init__(self, world: World) -> None:
        self.world = world
        self.id: UUID | None = None

    async def comes_with(self, pickup_code: str) -> dict[str, Any]:
        said = await self.world.channels.post("/api/v1/visits/", json={"pickup_code": pickup_code})
        assert said.status_code == 201, said.text
        begun = cast(dict[str, Any], said.json())
        self.id = UUID(begun.pop("id"))
        return begun

    async def answers(self, code: str) -> dict[str, Any]:
        said = await self.does("code", {"code": code})
        assert said.status_code == 200, said.text
        return cast(dict[str, Any], said.json())

    async def does(self, what: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> httpx.Response:
        return await self.world.channels.post(
            f"/api/v1/visits/{self.id}/{what}", json=body or {}, headers={"Idempotency-Key": key or uuid4().hex}
        )

    async def sees(self) -> httpx.Response:
        return await self.world.channels.get(f"/api/v1/visits/{self.id}")


async def receipt_with_code(world: World, sender: str = "customer-1") -> tuple[CaseReceipt, str]:
    receipt = await filed(world, sender=sender)
    code = await pickup_code(world, receipt.number, sender=sender)
    assert code is not None
    return receipt, code


async def pickup_code(world: World, number: str, *, sender: str = "customer-1") -> str | None:
    asks = await world.says("请给我取件码", sender=sender)
    said = await asked_again(world, asks.conversation_id, asks.message_id, number)
    return cast(str | None, said.json()["code"])


async def asked_again(world: World, conversation: UUID, message: UUID, number: str) -> httpx.Response:
    body = {"message_id": str(message), "number": number}
    said = await world.actions.post(f"/api/v1/conversations/{conversation}/pickup-code", json=body)
    assert said.status_code == 200, said.text
    return said
