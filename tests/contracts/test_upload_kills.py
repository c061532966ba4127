"""F28: the web process is killed at any moment of an upload. What was acknowledged is there, whole; the rest is
nothing that anybody sees, and an orphan that the chore collects. TINGSU_UPLOAD_KILLS=200: the figure of the design."""

import asyncio
import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from casebackend import failpoints
from casebackend.attachments import checking, jobs
from casebackend.attachments.model import Attachment
from casebackend.connection import open_database
from tests.contracts.served import Served
from tests.world import TOKENS

KILLS = int(os.environ.get("TINGSU_UPLOAD_KILLS", "6"))
POINTS = sorted(name for name in failpoints.NAMES if name.startswith("attachment."))
HEADERS = {"X-Channel": "webchat", "X-Sender": "visitor-1", "X-File-Name": "a.txt"}


@dataclass
class Sender:
    served: Served
    kept: dict[UUID, str] = field(default_factory=dict)
    unanswered: int = 0

    async def sends(self, content: bytes) -> None:
        token = {"Authorization": f"Bearer {TOKENS['channels']}"}
        try:
            async with httpx.AsyncClient(base_url=self.served.address, headers=token, timeout=10) as http:
                answer = await http.post("/api/v1/inbox/media", content=content, headers=HEADERS)
        except httpx.TransportError:
            self.unanswered += 1
            return
        assert answer.status_code == 201, answer.text
        self.kept[UUID(answer.json()["reference"].removeprefix("attachment:"))] = answer.json()["sha256"]


def text(size: int) -> bytes:
    return bytes(random.choices(b"abcdefgh \n", k=1_000)) * (size // 1_000 + 1)


async def settled(sender: Sender) -> None:
    """Every acknowledged file verifies; then the orphans go, and only they."""
    database = open_database(sender.served.settings)
    folder = sender.served.settings.var_dir / "attachments"
    try:
        async with database.transaction() as session:
            rows = {each.id: each for each in await session.scalars(select(Attachment))}
            assert {identity: rows[identity].sha256 for identity in sender.kept} == sender.kept
            assert await checking.verify(session) == []
            await jobs.collect(session, now=datetime.now(UTC) + timedelta(hours=25))
            assert await checking.verify(session) == []
        assert {path.name for path in folder.glob("files/*/*")} == {each.stored_as for each in rows.values()}
        assert list(folder.glob("incoming/*")) == []
    finally:
        await database.dispose()


@pytest.mark.timeout(600)
async def test_an_upload_is_killed_at_each_step_and_at_any_moment(killed: Served) -> None:
    sender = Sender(killed)
    for point in POINTS:
        await asyncio.to_thread(killed.fork, f"{point}=kill@2")
        await sender.sends(text(300_000))
        before = sender.unanswered
        await sender.sends(text(300_000))
        assert sender.unanswered == before + 1, f"no upload passes {point}"
        await asyncio.to_thread(killed.ended)
    for _ in range(KILLS):
        await asyncio.to_thread(killed.fork)
        async with asyncio.TaskGroup() as working:
            for size in (100, 400_000, 2_000_000):
                working.create_task(sender.sends(text(size)))
            await asyncio.sleep(random.uniform(0, 0.15))
            await asyncio.to_thread(killed.kill)
    assert len(sender.kept) >= len(POINTS)
    await settled(sender)
