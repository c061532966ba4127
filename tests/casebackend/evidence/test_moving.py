"""The bytes of evidence of the first version become attachments; the ids of the evidence stay what they were."""

import base64
import hashlib

from sqlalchemy import func, select

from casebackend.attachments import checking
from casebackend.attachments.model import Attachment
from casebackend.customers.service import vault
from casebackend.evidence.model import Evidence, EvidenceFile
from casebackend.evidence.moving import COLUMN, TABLE, move_files
from tests.casebackend.cases.around import posts
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World

# Accepted by the rules of its day; refused by those of today.
OLD = b"<html>an old statement</html>"


async def test_what_the_first_version_kept_is_moved_once_and_read_as_before(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    path = f"/cases/{receipt.number}/evidence"
    bare = {"kind": "document", "title": "说明", "source": "客户"}
    ids = [(await posts(desk, "agent", path, bare)).json()["id"] for _ in range(3)]
    async with world.database.transaction() as session:
        for place, each in enumerate(await session.scalars(select(Evidence))):
            content = OLD + bytes([65 + place])
            each.content_type, each.size = "text/plain", len(content)
            each.sha256 = hashlib.sha256(content).hexdigest()
            sealed = vault(session).seal(TABLE, COLUMN, each.id, base64.b64encode(content).decode())
            session.add(EvidenceFile(evidence_id=each.id, content_enc=sealed))
        damaged = await session.get_one(Evidence, each.id)
        damaged.sha256 = "0" * 64
    for expected in (2, 0):
        async with world.database.transaction() as session:
            assert await move_files(session, now=world.time) == expected
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(EvidenceFile)) == 1
        assert len((await session.scalars(select(Attachment))).all()) == 2
        assert await checking.verify(session) == []
        moved = {str(each.id): each for each in await session.scalars(select(Evidence))}
    assert set(moved) == set(ids)
    for identity, each in moved.items():
        answer = await desk.reads("agent", f"{path}/{identity}/file")
        assert answer.status_code == (404 if each.attachment_id is None else 200)
        if each.attachment_id is not None:
            assert hashlib.sha256(answer.content).hexdigest() == each.sha256
