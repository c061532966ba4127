"""F23: a database file that cannot be trusted any more ends the process; a disk that is only full does not."""

import os
import random
import resource
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.engine import make_url

from casebackend.engines import EXIT_BROKEN_FILE
from tests.contracts.served import Served
from tests.databases import on_postgres
from tests.world import TOKENS

pytestmark = pytest.mark.skipif(on_postgres(), reason="PostgreSQL looks after its own files")
ROOM = 400_000
PAGE = 4_096


def file_of(served: Served) -> Path:
    return Path(str(make_url(served.settings.database_url).database))


def says(served: Served, external_id: str) -> bool:
    """Whether the message was acknowledged."""
    body = {"channel": "wechat", "sender": "o1", "external_id": external_id, "text": "被多扣了200元" * 200}
    body |= {"received_at": datetime.now(UTC).isoformat()}
    token = {"Authorization": f"Bearer {TOKENS['channels']}"}
    try:
        return httpx.post(f"{served.address}/api/v1/inbox", json=body, headers=token).status_code == 201
    except httpx.TransportError:
        return False


def test_a_write_that_fails_ends_the_process_and_nothing_acknowledged_is_lost(killed: Served) -> None:
    killed.start()
    pid = killed.pid
    assert pid is not None
    # Beyond this length the kernel refuses to write to any file: EFBIG, which is an I/O error to SQLite.
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, ROOM))
    kept = []
    for _ in range(500):
        external_id = uuid4().hex
        if not says(killed, external_id):
            break
        kept.append(external_id)
    assert killed.ended() == EXIT_BROKEN_FILE
    assert kept, "the fault came before the first message"
    assert '"error": "SQLITE_IOERR_WRITE"' in killed.log.read_text()
    killed.fork()
    assert says(killed, uuid4().hex)
    killed.kill()
    with sqlite3.connect(file_of(killed)) as database:
        stored = {row[0] for row in database.execute("SELECT external_id FROM messages")}
    assert set(kept) <= stored
    killed.healthy()


def test_a_damaged_page_ends_the_process_at_the_first_touch(killed: Served) -> None:
    with sqlite3.connect(file_of(killed)) as database:
        [page] = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file_of(killed).open("r+b") as damaged:
        damaged.seek((page - 1) * PAGE)
        damaged.write(random.Random(1).randbytes(PAGE))
        damaged.flush()
        os.fsync(damaged.fileno())
    killed.start()
    assert not says(killed, uuid4().hex)
    assert killed.ended() == EXIT_BROKEN_FILE
    assert '"error": "SQLITE_CORRUPT"' in killed.log.read_text()
