"""The call platform hands in a recording, by itself or with the vCon."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from sqlalchemy import select

from casebackend.attachments.model import Attachment, Recording
from tests.casebackend.attachments import samples
from tests.channels.ivr.test_mapping import call
from tests.channels.town import IVR_TOKEN, Town

SOUND = samples.wav(2)
ALLOWED = {"Authorization": f"Bearer {IVR_TOKEN}"}


async def handed_in(town: Town, call_id: UUID, content: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    url = town.url("channels", f"/ivr/calls/{call_id}/recording?duration_ms=2000")
    async with aiohttp.ClientSession() as http, http.post(url, data=content, headers=ALLOWED | headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_recording_goes_through_and_is_kept_once(town: Town) -> None:
    call_id = uuid4()
    status, kept = await handed_in(town, call_id, SOUND)
    assert (status, kept["sha256"]) == (201, hashlib.sha256(SOUND).hexdigest())
    assert (await handed_in(town, call_id, SOUND))[1] == kept
    assert (await handed_in(town, call_id, SOUND, Authorization="Bearer wrong-token-1"))[0] == 401
    assert (await handed_in(town, call_id, b""))[0] == 413
    assert (await handed_in(town, call_id, samples.PDF))[0] == 422
    async with town.world.database.reading() as session:
        assert len((await session.scalars(select(Attachment))).all()) == 1


async def test_a_short_call_brings_its_sound_along(town: Town) -> None:
    document = call()
    document["dialog"].append(
        {
            "type": "recording",
            "start": datetime.now(UTC).isoformat(),
            "duration": 2,
            "mediatype": "audio/wav",
            "encoding": "base64url",
            "body": base64.urlsafe_b64encode(SOUND).decode().rstrip("="),
        }
    )
    headers = ALLOWED | {"Content-Type": "application/vcon"}
    async with aiohttp.ClientSession() as http:
        url = town.url("channels", "/ivr/transcripts")
        async with http.post(url, data=json.dumps(document), headers=headers) as answer:
            assert answer.status == 202, await answer.text()
    async with town.world.database.reading() as session:
        recording = (await session.scalars(select(Recording))).one()
        assert (str(recording.call_id), recording.duration_ms) == (document["uuid"], 2_000)
