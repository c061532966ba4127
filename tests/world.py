"""Builds a small bank in one line; every builder goes through the real services."""

import base64
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from asgi_lifespan import LifespanManager
from pydantic import SecretStr

from casebackend.api.conversations import Inbound, InboundReceipt
from casebackend.connection import open_database
from casebackend.conversations.rules import Channel
from casebackend.database import Database
from casebackend.schema import METADATA
from casebackend.seed import seed
from casebackend.settings import Settings
from casebackend.staff.demo import logins
from tests.applications import compiled_once, forgotten, quickened, returned, taken
from tests.databases import fresh_url

PASSWORD = "Tingsu-Demo-2026!"
LOGINS = tuple(logins())
TOKENS = {name: f"token-{name:-<8}" for name in ("channels", "actions", "bot", "worker", "api")}
KEY = base64.b64encode(b"k" * 32).decode()
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
quickened()
# Seconds in which an application is up, and down: a busy machine may need more than a few.
PATIENCE = 120


def configured(url: str, var: Path) -> Settings:
    return Settings(
        database_url=url,
        var_dir=var,
        token_channels=SecretStr(TOKENS["channels"]),
        token_actions=SecretStr(TOKENS["actions"]),
        token_bot=SecretStr(TOKENS["bot"]),
        token_worker=SecretStr(TOKENS["worker"]),
        token_api=SecretStr(TOKENS["api"]),
        session_key=SecretStr("session-key-for-tests"),
        data_key=SecretStr(KEY),
        audit_key=SecretStr(KEY),
        survey_delay_seconds=60,
        encoder=False,
    )


async def prepare(url: str, *, now: datetime = START) -> None:
    """Schema and seed of the template database."""
    with tempfile.TemporaryDirectory() as var:
        database = open_database(configured(url, Path(var)))
        async with database.engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
        async with database.transaction() as session:
            await seed(session, now=now, passwords=dict.fromkeys(LOGINS, PASSWORD))
        await database.dispose()


async def prepare_today(url: str) -> None:
    """For programs that run by the real clock: nothing that came with the system is long overdue for review."""
    await prepare(url, now=datetime.now(UTC))


class World:
    """`time` is the clock of everything; move it with `wait`. `spoken_by`: how customers speak who say nothing else."""

    spoken_by = Channel.WEBCHAT

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.time = START
        self.app = taken(settings, database, lambda: self.time)
        self.channels = self.client("channels")
        self.actions = self.client("actions")
        self.tester = self.client("api")

    @classmethod
    @asynccontextmanager
    async def built(cls) -> AsyncIterator["World"]:
        var = Path(tempfile.mkdtemp(prefix="tingsu-world-"))
        async with fresh_url(prepare, var) as url:
            settings = configured(url, var)
            database = compiled_once(open_database(settings))
            with forgotten():
                world = cls(database, settings)
                async with LifespanManager(world.app, PATIENCE, PATIENCE), world.channels, world.actions, world.tester:
                    yield world
            returned(world.app)
            await database.dispose()
        shutil.rmtree(var, ignore_errors=True)

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {TOKENS[token]}"} if token else {}
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://casebackend", headers=headers)

    def wait(self, **duration: float) -> None:
        self.time += timedelta(**duration)

    async def says(
        self,
        words: str,
        *,
        sender: str = "customer-1",
        channel: Channel | None = None,
        external_id: str | None = None,
    ) -> InboundReceipt:
        """A customer's message arrives at the inbox, by `spoken_by` where nothing else is said."""
        message = Inbound(
            channel=channel or self.spoken_by,
            sender=sender,
            external_id=external_id or uuid4().hex,
            text=words,
            received_at=self.time,
        )
        response = await self.channels.post("/api/v1/inbox", content=message.model_dump_json())
        response.raise_for_status()
        return InboundReceipt.model_validate_json(response.content)

    async def act(self, path: str, message_id: UUID, *, key: str | None = None) -> httpx.Response:
        """What an action does for one message, e.g. path `/conversations/{id}/draft/absorb`."""
        return await self.actions.post(
            f"/api/v1{path}",
            json={"message_id": str(message_id)},
            headers={"Idempotency-Key": key or uuid4().hex},
        )
