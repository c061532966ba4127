from typing import Any

import pytest
from sqlalchemy import event

from casebackend.check import check
from tests.casebackend.test_database import stored
from tests.databases import on_postgres
from tests.world import START, World


@pytest.mark.skipif(on_postgres(), reason="the page limit is SQLite's")
async def test_a_full_disk_refuses_writes_and_is_over_when_there_is_room_again(world: World) -> None:
    """SQLITE_FULL is no broken file: this process goes on."""
    limit = 10

    def limited(connection: Any, _: object, __: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit}")

    event.listen(world.database.engine.sync_engine, "checkout", limited)
    for place in range(100):
        body = {"channel": "wechat", "sender": "o1", "external_id": f"m{place}", "text": "被多扣了200元" * 300}
        answer = await world.channels.post("/api/v1/inbox", json=body | {"received_at": START.isoformat()})
        if answer.status_code != 201:
            break
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert answer.headers["retry-after"] == "2"
    assert await stored(world) == place
    limit = 1_000_000
    again = await world.channels.post("/api/v1/inbox", json=body | {"received_at": START.isoformat()})
    assert again.status_code == 201
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []
