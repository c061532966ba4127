"""A recorded call: whole, tied to its transcript, heard by the unit that has the case."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.api.drafts import CaseReceipt
from casebackend.attachments.model import RecordingGrant
from casebackend.audit.model import AuditEntry
from casebackend.conversations.rules import Channel
from casebackend.evidence.queries import has_recording
from tests.casebackend.attachments import samples
from tests.casebackend.cases.around import holds, refused, ticked
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World

SOUND = samples.wav(3)
TURNS = [("agent", "您好"), ("customer", "我的电话是13900139000，请退回年费")]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def recorded(world: World, call_id: UUID, sound: bytes = SOUND, **asked: str) -> httpx.Response:
    return await world.channels.post(f"/api/v1/calls/{call_id}/recording", content=sound, params=asked)


async def transcribed(world: World, call_id: UUID, **more: Any) -> httpx.Response:
    turns = [
        {"speaker": who, "text": text, "start_ms": 1_000 * place, "end_ms": 1_000 * place + 900}
        for place, (who, text) in enumerate(TURNS)
    ]
    body = {"call_id": str(call_id), "revision": world.time.isoformat(), "started_at": world.time.isoformat()}
    return await world.channels.post("/api/v1/transcripts", json=body | {"turns": turns} | more)


async def called(world: World, call_id: UUID) -> CaseReceipt:
    return await filed(world, sender=f"call:{call_id}", channel=Channel.IVR)


async def test_a_recording_belongs_to_the_case_of_its_call_and_to_the_turns_of_its_transcript(
    world: World, desk: Desk
) -> None:
    call_id, later = uuid4(), uuid4()
    kept = await recorded(world, call_id)
    assert kept.status_code == 201, kept.text
    assert (kept.json()["sha256"], kept.json()["duration_ms"]) == (hashlib.sha256(SOUND).hexdigest(), 3_000)
    assert (await recorded(world, call_id)).json() == kept.json()
    receipt = await called(world, call_id)
    await ticked(world)
    assert (await transcribed(world, call_id)).status_code in (200, 201)
    [call] = (await desk.reads("agent", f"/cases/{receipt.number}/recordings")).json()["items"]
    assert (call["call_id"], call["may_play"], call["duration_ms"]) == (str(call_id), True, 3_000)
    assert [(turn["start_ms"], turn["speaker"]) for turn in call["turns"]] == [(0, "agent"), (1_000, "customer")]
    assert "13900139000" not in str(call)
    assert "139****9000" in call["turns"][1]["text"]
    async with world.database.reading() as session:
        assert await has_recording(session, receipt.case_id)
    second = await called(world, later)
    await ticked(world)
    assert (await recorded(world, later, samples.MP3, duration_ms="7000")).json()["duration_ms"] == 7_000
    await ticked(world)
    assert len((await desk.reads("agent", f"/cases/{second.number}/recordings")).json()["items"]) == 1
    await holds(world)


async def test_only_sound_is_a_recording_and_only_the_one_that_was_announced(world: World) -> None:
    call_id = uuid4()
    assert refused(await recorded(world, uuid4(), samples.PDF)) == (422, "file-type-refused")
    assert refused(await recorded(world, uuid4(), b"")) == (422, "upload-malformed")
    wrong = {"recording": {"url": "https://calls.bank.test/1", "sha256": "0" * 64}}
    assert (await transcribed(world, call_id, **wrong)).status_code in (200, 201)
    assert refused(await recorded(world, call_id)) == (422, "recording-differs")
    assert (await world.actions.post(f"/api/v1/calls/{call_id}/recording", content=SOUND)).status_code == 403


async def test_a_recording_travels_with_the_case_for_so_many_days(world: World, desk: Desk) -> None:
    """AT-03."""
    call_id = uuid4()
    await recorded(world, call_id)
    receipt = await called(world, call_id)
    await ticked(world)
    where = {name: UUID(await unit(world, name)) for name in ("个人金融部", "北京分行")}
    await hired(world, "finance", roles=["handler"], organisation_id=where["个人金融部"])
    await hired(world, "other", roles=["handler"], organisation_id=UUID(await unit(world, "稽核部")))
    [call] = (await desk.reads("agent", f"/cases/{receipt.number}/recordings")).json()["items"]
    sound = f"/cases/{receipt.number}/recordings/{call['attachment']['id']}/audio"

    async def heard(login: str) -> int:
        return (await desk.reads(login, sound)).status_code

    assert [await heard(login) for login in ("agent", "supervisor", "finance", "other", "branch")] == [
        200, 200, 403, 403, 403,
    ]  # fmt: skip
    await desk.sure("lead", receipt.case_id, "accept")
    target = str(where["个人金融部"])
    await desk.sure("lead", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    assert [await heard(login) for login in ("finance", "other", "branch")] == [200, 403, 403]
    assert refused(await desk.reads("other", sound)) == (403, "recording-not-granted")
    [seen] = (await desk.reads("finance", f"/cases/{receipt.number}/recordings")).json()["items"]
    assert seen["expires_at"].startswith("2026-05-01")
    target = str(where["北京分行"])
    await desk.sure("finance", receipt.case_id, "receive")
    await desk.sure("lead", receipt.case_id, "transfer", handling_unit_id=target, opinion="由分行核查")
    assert [await heard(login) for login in ("finance", "branch")] == [403, 200]
    world.time = world.time.replace(month=5, day=3)
    desk.browsers.clear()
    assert [await heard(login) for login in ("branch", "supervisor")] == [403, 200]
    async with world.database.reading() as session:
        grants = (await session.scalars(select(RecordingGrant).order_by(RecordingGrant.granted_at))).all()
        assert [grant.unit_id for grant in grants] == [where["个人金融部"], where["北京分行"]]


async def test_each_listening_is_one_line_of_the_audit_whatever_the_browser_asks(world: World, desk: Desk) -> None:
    call_id = uuid4()
    await recorded(world, call_id)
    receipt = await called(world, call_id)
    await ticked(world)
    [call] = (await desk.reads("agent", f"/cases/{receipt.number}/recordings")).json()["items"]
    agent = await desk.browser("agent")
    url = f"/api/v1/cases/{receipt.number}/recordings/{call['attachment']['id']}/audio"
    whole = await agent.get(url)
    assert (whole.content, whole.headers["content-type"], whole.headers["accept-ranges"]) == (
        SOUND, "audio/wav", "bytes",
    )  # fmt: skip
    part = await agent.get(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, SOUND[1_000:2_000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(SOUND)}"
    assert (await agent.get(url, headers={"Range": f"bytes={len(SOUND)}-"})).status_code == 416
    assert await played(world, receipt.number) == 1
    await (await desk.browser("lead")).get(url, headers={"Range": "bytes=5-"})
    assert await played(world, receipt.number) == 2
    world.wait(minutes=31)
    assert (await (await desk.browser("lead")).get(url)).status_code in (200, 401)
    desk.browsers.clear()
    await (await desk.browser("lead")).get(url)
    assert await played(world, receipt.number) == 3
    taken = f"/cases/{receipt.number}/attachments/{call['attachment']['id']}"
    assert (await desk.reads("lead", f"{taken}/file")).status_code == 404
    lead = await desk.browser("lead")
    kept = await lead.post(f"/api/v1{taken}/removal", json={"reason": "不要了"}, headers={"If-Match": "*"})
    assert refused(kept) == (409, "source-kept")


async def played(world: World, number: str) -> int:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(AuditEntry.id).where(AuditEntry.object == number, AuditEntry.event == "recording.played")
        )
        return len(found.all())
