"""A file in which a virus was found: quarantined, told to whoever has the case, and asked for again."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select

from casebackend.api.conversations import Inbound, Media
from casebackend.conversations.rules import Author, Channel
from casebackend.notices.model import Notice
from casebackend.notifications import words
from tests.casebackend.attachments import samples
from tests.casebackend.attachments.clamd_double import ClamdDouble
from tests.casebackend.attachments.worlds import uploads, world_with
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.workers import worker
from tests.world import World

ASKED = "没有通过安全检查"


@pytest_asyncio.fixture
async def scanned() -> AsyncIterator[World]:
    async with ClamdDouble.listening() as scanner, world_with(clamd=scanner.address) as world:
        yield world


async def sent(world: World, content: bytes, *, sender: str, channel: Channel = Channel.WEBCHAT) -> Any:
    """The file, and the message that names it."""
    headers = {"X-Channel": channel, "X-Sender": sender, "X-File-Name": quote("凭证.txt")}
    kept = await world.channels.post(
        "/api/v1/inbox/media", content=content, headers=headers | {"Idempotency-Key": uuid4().hex}
    )
    assert kept.status_code == 201, kept.text
    media = [Media(kind="file", reference=kept.json()["reference"])]
    body = Inbound(
        channel=channel, sender=sender, external_id=uuid4().hex, text="", media=media, received_at=world.time
    )  # fmt: skip
    received = await world.channels.post("/api/v1/inbox", json=body.model_dump(mode="json"))
    assert received.is_success, received.text
    return received.json()["conversation_id"]


async def looked_through(world: World) -> None:
    hand = worker(world)
    await hand.lead()
    await hand.look_through_files()
    await ticked(world)


async def asked(world: World, talk: str) -> list[str]:
    view = (await world.channels.get(f"/api/v1/conversations/{talk}")).json()
    return [each["text"] for each in view["messages"] if each["author"] == Author.SYSTEM and ASKED in each["text"]]


async def told(world: World) -> list[str]:
    async with world.database.reading() as session:
        found = await session.scalars(select(Notice).where(Notice.kind == "attachment.infected"))
        return [words.words(each.template, **each.values) for each in found]


async def test_the_handler_is_told_and_the_customer_asked_for_it_again_once(scanned: World) -> None:
    receipt = await filed(scanned)
    talk = await sent(scanned, samples.EICAR, sender="customer-1")
    await looked_through(scanned)
    assert [receipt.number in each and "已在会话中请客户重新发送" in each for each in await told(scanned)] == [True]
    [said] = await asked(scanned, talk)
    assert "“凭证.txt”" in said
    await looked_through(scanned)
    assert len(await asked(scanned, talk)) == len(await told(scanned)) == 1


async def test_what_was_found_before_there_is_a_case_is_told_when_there_is_one(scanned: World) -> None:
    talk = await sent(scanned, samples.EICAR, sender="early")
    await looked_through(scanned)
    assert (len(await asked(scanned, talk)), await told(scanned)) == (1, [])
    receipt = await filed(scanned, sender="early")
    scanned.wait(minutes=5)
    await ticked(scanned)
    assert [receipt.number in each for each in await told(scanned)] == [True]
    assert len(await asked(scanned, talk)) == 1


async def test_what_is_clean_is_not_asked_for(scanned: World) -> None:
    await filed(scanned)
    talk = await sent(scanned, samples.TEXT, sender="customer-1")
    await looked_through(scanned)
    assert (await asked(scanned, talk), await told(scanned)) == ([], [])


async def test_a_customer_is_not_asked_for_what_a_colleague_put_in(scanned: World) -> None:
    receipt = await filed(scanned)
    await uploads(Desk(scanned), "agent", receipt.number, ("a", samples.EICAR))
    await looked_through(scanned)
    assert ["请联系提交人重新提供" in each for each in await told(scanned)] == [True]
    talk = (await scanned.says("还在吗")).conversation_id
    assert await asked(scanned, str(talk)) == []


@pytest.mark.parametrize("channel", [Channel.HOTLINE, Channel.IVR])
async def test_where_no_written_word_reaches_the_customer_the_handler_has_to_ask(
    scanned: World, channel: Channel
) -> None:
    receipt = await filed(scanned, sender="caller", channel=channel)
    talk = await sent(scanned, samples.EICAR, sender="caller", channel=channel)
    await looked_through(scanned)
    assert ["请联系提交人重新提供" in each for each in await told(scanned)] == [True], receipt.number
    assert await asked(scanned, talk) == []
