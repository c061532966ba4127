"""What customers send by WeChat is fetched before the platform deletes it, whatever goes wrong on the way."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import aiohttp
from sqlalchemy import select

from casebackend.api.attachments import MediaDutyView
from casebackend.api.conversations import Inbound, Media
from casebackend.attachments.model import Attachment
from casebackend.conversations.model import MediaDuty
from casebackend.conversations.rules import Channel
from tests.casebackend.attachments import samples
from tests.channels.town import Town
from tests.world import World


async def put(town: Town, content: bytes, kind: str) -> str:
    """Onto the double of the platform."""
    async with aiohttp.ClientSession() as http:
        url = town.url("wechat", "/media")
        async with http.post(url, data=content, headers={"Content-Type": kind}) as answer:
            return str((await answer.json())["media_id"])


async def shown(world: World, kind: str, reference: str, channel: Channel = Channel.WECHAT) -> UUID:
    """A customer's message with a medium; its id."""
    message = Inbound(
        channel=channel,
        sender="openid-1",
        external_id=uuid4().hex,
        text="",
        media=[Media.model_validate({"kind": kind, "reference": reference})],
        received_at=world.time,
    )
    answer = await world.channels.post("/api/v1/inbox", content=message.model_dump_json())
    return UUID(answer.raise_for_status().json()["message_id"])


async def test_a_picture_is_fetched_and_tied_to_its_message(town: Town) -> None:
    picture = samples.picture("JPEG")
    message = await shown(town.world, "image", await put(town, picture, "image/jpeg"))

    async with asyncio.timeout(15):
        while not await has_attachment(town.world):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    async with town.world.database.reading() as session:
        attachment = (await session.scalars(select(Attachment))).one()
        assert (attachment.message_id, attachment.size, attachment.name) == (message, len(picture), "微信图片.jpg")
        assert (await session.scalars(select(MediaDuty.state))).all() == ["kept"]


async def has_attachment(world: World) -> bool:
    async with world.database.reading() as session:
        return await session.scalar(select(Attachment.id)) is not None


async def claimed(world: World) -> MediaDutyView | None:
    answer = await world.channels.post("/api/v1/inbox/media/claim", json={"channel": "wechat"})
    return MediaDutyView.model_validate_json(answer.content) if answer.status_code == 200 else None


async def test_a_medium_is_given_to_one_and_comes_back_when_that_one_dies_or_fails(world: World) -> None:
    await shown(world, "location", "39.9,116.4")
    await shown(world, "image", "attachment:x", Channel.WEBCHAT)
    assert await claimed(world) is None
    await shown(world, "voice", "media-1")
    first = await claimed(world)
    assert first is not None
    assert (first.kind, first.reference) == ("voice", "media-1")
    assert await claimed(world) is None
    world.wait(minutes=3)
    assert await claimed(world) == first
    path = f"/api/v1/inbox/media/{first.id}"
    refused = await world.channels.post(f"{path}/content", content=samples.EXE)
    assert refused.status_code == 422
    assert (await world.channels.post(f"{path}/failed", json={"reason": "away"})).status_code == 204
    assert await claimed(world) is None
    world.wait(hours=2)
    assert await claimed(world) == first
    assert (await world.channels.post(f"{path}/content", content=samples.AMR)).status_code == 201
    assert (await world.channels.post(f"{path}/content", content=samples.AMR)).status_code == 404
    await shown(world, "video", "media-2")
    second = await claimed(world)
    assert second is not None
    lost = {"reason": "refused", "for_good": True}
    assert (await world.channels.post(f"/api/v1/inbox/media/{second.id}/failed", json=lost)).status_code == 204
    await shown(world, "video", "media-3")
    third = await claimed(world)
    assert third is not None
    world.time += timedelta(days=3)
    await world.channels.post(f"/api/v1/inbox/media/{third.id}/failed", json={"reason": "away"})
    async with world.database.reading() as session:
        assert sorted(await session.scalars(select(MediaDuty.state))) == ["kept", "lost", "lost"]
