"""Builders for what an agent sees beside a conversation."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, update

from casebackend.assist.model import SuggestionUse
from casebackend.curation.model import Article
from tests.world import World

ENTRY = "biz-annual-fee"
ASKED = "你们信用卡年费怎么收了两次"
REPLY = "{客户称呼}，很抱歉让您费心。编号{投诉编号}，{受理单位}在{答复期限}前答复，涉及{金额}，办理中如有变化会告诉您。"


async def with_reply(world: World, reply: str | None = REPLY, **values: Any) -> None:
    """The entry about annual fees with a ready reply of our own; before the knowledge is first used."""
    async with world.database.transaction() as session:
        await session.execute(update(Article).where(Article.id == ENTRY).values({"reply": reply} | values))


async def cards(client: httpx.AsyncClient, conversation_id: UUID) -> list[dict[str, Any]]:
    response = await client.get(f"/api/v1/conversations/{conversation_id}/suggestions")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["cards"]
    return found


async def card(client: httpx.AsyncClient, conversation_id: UUID, article_id: str = ENTRY) -> dict[str, Any]:
    return next(each for each in await cards(client, conversation_id) if each["article_id"] == article_id)


async def use_of(world: World, use_id: str) -> SuggestionUse:
    async with world.database.reading() as session:
        return (await session.scalars(select(SuggestionUse).where(SuggestionUse.id == UUID(use_id)))).one()


async def inserts_and_sends(
    client: httpx.AsyncClient, conversation_id: UUID, text: str, use_id: str, **form: str
) -> httpx.Response:
    """Takes the conversation over, inserts a card and sends what is left of it."""
    at = f"/console/conversations/{conversation_id}"
    await client.post(f"{at}/take")
    assert (await client.post(f"/console/suggestions/{use_id}/inserted")).status_code == 204
    return await client.post(f"{at}/say", data={"text": text, "used": use_id} | form, headers={"HX-Request": "true"})
