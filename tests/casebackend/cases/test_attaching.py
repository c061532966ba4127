"""Evidence of a case."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from casebackend.attachments.model import Attachment
from casebackend.audit.model import AuditEntry
from casebackend.conversations.model import Message
from casebackend.evidence.queries import has_recording
from tests.casebackend.cases.around import holds, posts, refused
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.staff.logins import hired
from tests.world import World

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)
RECORDING = {"kind": "recording", "title": "通话录音", "source": "呼叫中心"}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def with_file(content: bytes, **other: str) -> dict[str, Any]:
    return RECORDING | other | {"content_base64": base64.b64encode(content).decode()}


async def test_a_file_is_hashed_by_us_kept_sealed_and_given_back_as_a_download(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/evidence"
    body = with_file(WAV, title="客户13900139000来电", source="呼叫中心 0301")
    added = await posts(desk, "agent", path, body, key="once")
    assert added.status_code == 201
    piece = added.json()
    assert (piece["sha256"], piece["size"]) == (hashlib.sha256(WAV).hexdigest(), len(WAV))
    assert (piece["content_type"], piece["added_by"], piece["kind_label"]) == ("audio/wav", "王受理", "录音")
    assert "13900139000" not in added.text
    assert (await posts(desk, "agent", path, body, key="once")).json()["id"] == piece["id"]
    [listed] = (await desk.reads("lead", path)).json()["items"]
    assert listed == piece
    file = await desk.reads("lead", f"{path}/{piece['id']}/file")
    assert (file.content, file.headers["content-type"]) == (WAV, "audio/wav")
    assert file.headers["content-disposition"].startswith('attachment; filename="attachment-')
    assert file.headers["x-content-type-options"] == "nosniff"
    for stored in (world.settings.var_dir / "attachments").rglob("*"):
        assert stored.is_dir() or WAV not in stored.read_bytes()
    async with world.database.reading() as session:
        assert await has_recording(session, receipt.case_id)
        events = list(await session.scalars(select(AuditEntry.event).where(AuditEntry.object == receipt.number)))
        assert [each for each in events if each.startswith(("evidence.a", "evidence.r", "attachment."))] == [
            "attachment.added", "evidence.added", "evidence.read",
        ]  # fmt: skip
    await holds(world)


async def test_what_is_no_usable_file_is_refused(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/evidence"
    for body in (
        with_file(b"MZ\x90\x00\x03"),
        with_file(b"%PDF-1.7"),
        with_file(b"<html><script>", kind="document"),
        RECORDING | {"content_base64": "not base64!"},
        with_file(b""),
    ):
        response = await posts(desk, "agent", path, body)
        assert refused(response)[0] == 422, body["kind"]
    assert (await posts(desk, "agent", path, with_file(b"%PDF-1.7", kind="document"))).status_code == 201
    future = RECORDING | {"received_at": (world.time + timedelta(minutes=1)).isoformat()}
    assert refused(await posts(desk, "agent", path, future)) == (422, "from-the-future")


async def test_where_something_is_kept_counts_as_evidence_and_has_no_file(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/evidence"
    async with world.database.reading() as session:
        assert not await has_recording(session, receipt.case_id)
    piece = (await posts(desk, "agent", path, RECORDING | {"source": "录音平台 R-0301"})).json()
    assert (piece["has_file"], piece["sha256"]) == (False, None)
    assert refused(await desk.reads("agent", f"{path}/{piece['id']}/file")) == (404, "evidence-not-found")
    async with world.database.reading() as session:
        assert await has_recording(session, receipt.case_id)


async def first_message(world: World, case_id: UUID) -> Message:
    conversation = (await case_of(world, case_id)).conversation_id
    async with world.database.transaction() as session:
        query = select(Message).where(Message.conversation_id == conversation).order_by(Message.seq)
        return (await session.scalars(query.limit(1))).one()


async def test_a_message_of_the_own_conversation_is_evidence_by_the_hash_of_its_text(world: World, desk: Desk) -> None:
    receipt, other = await filed(world), await filed(world, sender="customer-2")
    path = f"/cases/{receipt.number}/evidence"
    mine, theirs = await first_message(world, receipt.case_id), await first_message(world, other.case_id)
    own, foreign, text = str(mine.id), str(theirs.id), mine.text
    wanted = {"kind": "message", "title": "客户自述经过", "source": "会话记录"}
    for wrong in (
        wanted | {"message_id": foreign}, wanted, RECORDING | {"message_id": own},
        with_file(WAV, kind="message") | {"message_id": own},
    ):  # fmt: skip
        assert refused(await posts(desk, "agent", path, wrong)) == (422, "not-its-message")
    piece = (await posts(desk, "agent", path, wanted | {"message_id": own})).json()
    assert piece["sha256"] == hashlib.sha256(text.encode()).hexdigest()


async def test_evidence_is_seen_within_the_scope_of_its_case_only(world: World, desk: Desk) -> None:
    receipt, other = await filed(world), await filed(world, sender="customer-2")
    path = f"/cases/{receipt.number}/evidence"
    piece = (await posts(desk, "agent", path, with_file(WAV))).json()["id"]
    await hired(world, "nobody", roles=["handler"], organisation_id=None)
    assert (await desk.reads("nobody", path)).status_code == 404
    assert (await desk.reads("nobody", f"{path}/{piece}/file")).status_code == 404
    assert (await desk.reads("agent", f"/cases/{other.number}/evidence/{piece}/file")).status_code == 404


async def test_changed_bytes_are_not_handed_out(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/evidence"
    piece = (await posts(desk, "agent", path, with_file(WAV))).json()["id"]
    async with world.database.transaction() as session:
        await session.execute(update(Attachment).values(sha256="0" * 64))
    assert refused(await desk.reads("agent", f"{path}/{piece}/file")) == (409, "file-changed")


async def test_nothing_is_added_to_a_voided_case(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await hired(world, "second", roles=["system_admin"])
    for login in ("admin", "second"):
        assert (await desk.does(login, receipt.case_id, "void", opinion="测试数据")).status_code == 200
    response = await posts(desk, "lead", f"/cases/{receipt.number}/evidence", RECORDING)
    assert refused(response)[0] in (404, 409)
