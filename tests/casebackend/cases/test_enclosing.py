"""Files of a case: in through any door, out to nobody who may not."""

import asyncio
import hashlib
import os
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest
from sqlalchemy import select, update

from casebackend.attachments import checking, jobs
from casebackend.attachments.model import Attachment
from casebackend.audit.model import AuditEntry
from casebackend.calendar.rules import local_date
from casebackend.notices.model import Notice
from casebackend.settings import Settings
from tests.casebackend.attachments import samples
from tests.casebackend.attachments.clamd_double import ClamdDouble
from tests.casebackend.attachments.worlds import stored, uploads, world_with
from tests.casebackend.cases.around import holds, posts, refused, ticked
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

PICTURE = samples.picture("PNG")


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def events(world: World, number: str, prefix: str) -> list[str]:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(AuditEntry.event).where(AuditEntry.object == number).order_by(AuditEntry.seq)
        )
        return [each for each in found if each.startswith(prefix)]


async def test_files_are_hashed_sealed_listed_and_given_back_as_a_download(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/attachments"
    sent = [("../客户13900139000凭证.exe", PICTURE), ("说明.html", samples.TEXT)]
    added = await uploads(desk, "agent", receipt.number, *sent, key="once")
    assert added.status_code == 201, added.text
    first, second = added.json()["items"]
    assert (first["sha256"], first["size"]) == (hashlib.sha256(PICTURE).hexdigest(), len(PICTURE))
    assert (first["content_type"], second["content_type"]) == ("image/png", "text/plain")
    assert (first["step"], first["step_label"], first["added_by"]) == ("pending_review", "待复核", "王受理")
    assert (first["name"], second["name"]) == ("客户139****9000凭证.png", "说明.txt")
    again = await uploads(desk, "agent", receipt.number, *sent, key="once")
    assert [each["id"] for each in again.json()["items"]] == [first["id"], second["id"]]
    other = await uploads(desk, "agent", receipt.number, ("x", samples.PDF), key="once")
    assert refused(other) == (422, "idempotency-key-reused")
    for no_key in ("", "k" * 201):
        unkeyed = await uploads(desk, "agent", receipt.number, *sent, key=no_key)
        assert refused(unkeyed) == (400, "idempotency-key-missing")
    assert (await desk.reads("lead", path)).json()["items"] == [first, second]
    assert (await desk.reads("lead", f"{path}/{first['id']}")).headers["etag"] == '"1"'
    file = await desk.reads("lead", f"{path}/{first['id']}/file")
    assert (file.content, file.headers["content-type"]) == (PICTURE, "image/png")
    assert file.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert (file.headers["x-content-type-options"], file.headers["cache-control"]) == ("nosniff", "no-store")
    disposition = file.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="attachment-')
    assert "客户139****9000凭证.png" in unquote(disposition)
    assert all(PICTURE not in path.read_bytes() for path in stored(world))
    assert await events(world, receipt.number, "attachment.") == ["attachment.added"] * 2 + ["attachment.read"]
    await holds(world)


async def test_what_is_hostile_or_too_much_is_refused_and_nothing_of_it_stays() -> None:
    async with world_with(attachment_file_mb=1, attachment_request_mb=2, attachment_case_files=3) as world:
        desk = Desk(world)
        receipt = await filed(world)
        mb = b"x" * (1024 * 1024)
        for files, answer in (
            ([("回执.pdf", samples.EXE)], (422, "file-type-refused")),
            ([("好.png", PICTURE), ("坏.png", samples.SVG)], (422, "file-type-refused")),
            ([("a.docx", samples.package(samples.WORD | {"x": bytes(9 * 1024 * 1024)}))], (422, "file-bomb-refused")),
            ([("大", mb + b"x")], (413, "file-too-large")),
            ([("a", mb), ("b", mb), ("c", mb)], (413, "file-too-large")),
            ([("空", b"")], (422, "upload-malformed")),
            ([(f"{n}", samples.TEXT) for n in range(4)], (409, "attachments-full")),
        ):
            response = await uploads(desk, "agent", receipt.number, *files)
            assert refused(response) == answer, files[0][0]
        wrong = await uploads(desk, "agent", receipt.number, ("a", samples.TEXT), kind="recording")
        assert refused(wrong) == (422, "upload-malformed")
        assert (await desk.reads("agent", f"/cases/{receipt.number}/attachments")).json()["items"] == []
        assert not list((world.settings.var_dir / "attachments" / "incoming").iterdir())
        async with world.database.transaction() as session:
            assert await jobs.collect(session, now=datetime.now(UTC)) == 0
            later = datetime.now(UTC) + timedelta(hours=25)
            assert await jobs.collect(session, now=later) == 5
        assert stored(world) == []


async def test_whoever_sees_the_case_sees_its_files_and_nobody_else(world: World, desk: Desk) -> None:
    receipt, other = await filed(world), await filed(world, sender="customer-2")
    path = f"/cases/{receipt.number}/attachments"
    piece = (await uploads(desk, "agent", receipt.number, ("a", samples.TEXT))).json()["items"][0]["id"]
    await hired(world, "nobody", roles=["handler"], organisation_id=None)
    for login, found in (("lead", 200), ("outlet", 200), ("nobody", 404), ("curator", 403), ("admin", 403)):
        for each in (path, f"{path}/{piece}", f"{path}/{piece}/file"):
            assert (await desk.reads(login, each)).status_code == found, (login, each)
    assert (await desk.reads("agent", f"/cases/{other.number}/attachments/{piece}/file")).status_code == 404
    assert refused(await uploads(desk, "nobody", receipt.number, ("a", samples.TEXT))) == (404, "case-not-found")
    assert (await desk.reads("agent", f"{path}/{piece}/preview")).status_code == 404


async def test_a_file_is_taken_out_of_sight_with_a_reason_and_its_bytes_stay(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/attachments"
    items = [
        (await uploads(desk, "agent", receipt.number, ("a", samples.TEXT), kind=kind)).json()["items"][0]
        for kind in ("file", "regulator", "file", "file")
    ]
    mistaken, letter, held, proof = (each["id"] for each in items)
    lead, agent = await desk.browser("lead"), await desk.browser("agent")
    gone = f"/api/v1{path}/{mistaken}/removal"
    tag, reason = {"If-Match": '"1"'}, {"reason": "传错了，客户13900139000的"}
    assert (await agent.post(gone, json=reason, headers=tag)).status_code == 403
    assert (await lead.post(gone, json=reason)).status_code == 428
    assert (await lead.post(gone, json=reason, headers={"If-Match": '"7"'})).status_code == 412
    assert (await lead.post(gone, json={"reason": " "}, headers=tag)).status_code == 422
    assert (await lead.post(gone, json=reason, headers=tag)).status_code == 200
    assert (await lead.post(gone, json=reason, headers=tag)).status_code == 404
    assert (await desk.reads("lead", f"{path}/{mistaken}/file")).status_code == 404
    evidence = {"kind": "document", "title": "凭证", "source": "柜台", "attachment_id": proof}
    assert (await posts(desk, "agent", f"/cases/{receipt.number}/evidence", evidence)).status_code == 201
    async with world.database.transaction() as session:
        await session.execute(update(Attachment).where(Attachment.id == UUID(held)).values(legal_hold=True))
    for piece, slug in ((letter, "source-kept"), (held, "held-by-law"), (proof, "used-as-evidence")):
        answer = await lead.post(f"/api/v1{path}/{piece}/removal", json=reason, headers={"If-Match": "*"})
        assert refused(answer) == (409, slug)
    assert len(stored(world)) == 4
    async with world.database.reading() as session:
        removed = await session.get_one(Attachment, UUID(mistaken))
        assert removed.removed_reason is not None
        assert "13900139000" not in removed.removed_reason
    assert (await events(world, receipt.number, "attachment."))[-1] == "attachment.removed"
    await holds(world)


async def test_a_rotten_or_missing_file_is_found_and_not_handed_out(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/attachments"
    added = [await uploads(desk, "agent", receipt.number, ("a", samples.TEXT + bytes([65 + n]))) for n in range(3)]
    rotten, missing, sound = (each.json()["items"][0]["id"] for each in added)
    async with world.database.reading() as session:
        assert await checking.verify(session) == []
        places = {str(each.id): each.stored_as for each in await session.scalars(select(Attachment))}
    files = {path.name: path for path in stored(world)}
    content = bytearray(files[places[rotten]].read_bytes())
    content[20] ^= 1
    files[places[rotten]].write_bytes(content)
    files[places[missing]].unlink()
    for piece, status in ((rotten, 409), (missing, 409), (sound, 200)):
        assert (await desk.reads("agent", f"{path}/{piece}/file")).status_code == status
    async with world.database.reading() as session:
        found = await checking.verify(session)
        assert len(found) == 2
        assert any(rotten in each and "损坏" in each for each in found)
        assert [missing in each for each in await checking.missing(session)] == [True]
    said = "\n".join(found)
    assert {name for name in files if f"attachments/files/{name[:2]}/{name}" in said} == {
        places[rotten], places[missing],
    }  # fmt: skip


async def test_nobody_opens_a_file_before_it_is_found_clean_and_nobody_ever_a_sick_one() -> None:
    async with ClamdDouble.listening() as scanner, world_with(clamd=scanner.address) as world:
        desk, hand = Desk(world), worker(world)
        receipt = await filed(world)
        path = f"/cases/{receipt.number}/attachments"
        added = await uploads(desk, "agent", receipt.number, ("a", PICTURE), ("b", samples.EICAR))
        clean, sick = (each["id"] for each in added.json()["items"])
        await hand.lead()
        scanner.mood = "hang_up"
        await hand.look_through_files()
        assert refused(await desk.reads("agent", f"{path}/{clean}/file")) == (409, "not-scanned-yet")
        scanner.mood = "scan"
        await hand.look_through_files()
        assert scanner.streams == []
        world.wait(seconds=16)
        await hand.lead()
        await hand.look_through_files()
        assert sorted(scanner.streams) == sorted([PICTURE, samples.EICAR])
        assert (await desk.reads("agent", f"{path}/{clean}/file")).content == PICTURE
        small = await desk.reads("agent", f"{path}/{clean}/preview")
        assert (small.headers["content-type"], small.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
        assert refused(await desk.reads("lead", f"{path}/{sick}/file")) == (403, "quarantined")
        items = {each["id"]: each for each in (await desk.reads("agent", path)).json()["items"]}
        assert (items[sick]["scan"], items[sick]["openable"], items[clean]["has_preview"]) == ("infected", False, True)
        await ticked(world)
        async with world.database.reading() as session:
            [notice] = (await session.scalars(select(Notice).where(Notice.cause == f"infected:{sick}"))).all()
            assert notice.link.endswith("#attachments")
            assert await checking.verify(session) == []
        assert (await events(world, receipt.number, "attachment.infected")) == ["attachment.infected"]
        await holds(world)


async def test_a_scanner_that_is_not_required_holds_nobody_up() -> None:
    async with ClamdDouble.listening() as scanner, world_with(clamd=scanner.address, scan_required=False) as world:
        desk, hand = Desk(world), worker(world)
        receipt = await filed(world)
        added = await uploads(desk, "agent", receipt.number, ("b", samples.EICAR))
        [sick] = added.json()["items"]
        path = f"/cases/{receipt.number}/attachments/{sick['id']}/file"
        assert (sick["scan"], sick["openable"]) == ("waiting", True)
        assert (await desk.reads("agent", path)).status_code == 200
        await hand.lead()
        await hand.look_through_files()
        assert (await desk.reads("agent", path)).status_code == 403


def test_a_required_scan_without_a_scanner_is_refused_at_the_start(world: World) -> None:
    values = world.settings.model_dump() | {"scan_required": True, "clamd": None}
    with pytest.raises(ValueError, match="TINGSU_CLAMD"):
        Settings(**values)


async def test_what_the_retention_gives_up_cannot_be_read_again_and_its_file_goes(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    added = [await uploads(desk, "agent", receipt.number, ("a", samples.TEXT)) for _ in range(3)]
    over, held, kept = (UUID(each.json()["items"][0]["id"]) for each in added)
    day = local_date(world.time)
    async with world.database.transaction() as session:
        for identity, until, hold in ((over, day - timedelta(days=1), False), (held, day - timedelta(days=1), True)):
            attachment = await session.get_one(Attachment, identity)
            attachment.retain_until, attachment.legal_hold = until, hold
        (await session.get_one(Attachment, kept)).retain_until = day
    hand = worker(world)
    await hand.lead()
    await hand.tidy_files()
    async with world.database.reading() as session:
        rows = {each.id: each for each in await session.scalars(select(Attachment))}
        assert {identity for identity, row in rows.items() if row.purged_at is not None} == {over}
        assert rows[over].key_enc is None
        assert await jobs.referred(session, [path.name for path in stored(world)]) == {
            rows[held].stored_as, rows[kept].stored_as,
        }  # fmt: skip
        assert await checking.verify(session) == []
    path = f"/cases/{receipt.number}/attachments/{over}/file"
    assert refused(await desk.reads("agent", path)) == (404, "file-purged")
    old = (datetime.now(UTC) - timedelta(hours=30)).timestamp()
    for file in stored(world):
        os.utime(file, (old, old))
    async with world.database.transaction() as session:
        assert await jobs.collect(session, now=datetime.now(UTC)) == 1
    assert len(stored(world)) == 2


async def test_two_who_upload_at_once_do_not_pass_the_limit_of_the_case_together() -> None:
    async with world_with(attachment_case_files=3) as world:
        desk = Desk(world)
        receipt = await filed(world)
        await desk.browser("agent")
        answers = await asyncio.gather(
            *(uploads(desk, "agent", receipt.number, ("a", samples.TEXT), ("b", samples.PDF)) for _ in range(3))
        )
        assert sorted(each.status_code for each in answers) == [201, 409, 409]
