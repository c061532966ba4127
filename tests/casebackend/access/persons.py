"""Who knocks: everybody who may come, and those who may no longer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import httpx
from sqlalchemy import select, update

from casebackend.organisations.model import Organisation
from casebackend.staff import service, sessions
from casebackend.staff.model import LoginSession, User
from casebackend.staff.rules import Role, Stage
from casebackend.tokens.rules import SCOPES
from tests.casebackend.staff.logins import BASE, COOKIE, browser, hired, key, staff
from tests.world import LOGINS, TOKENS, World

SERVICES = {"channels": "channels", "actions": "actions", "bot": "bot", "worker": "worker", "tester": "api"}
# Beside the demo's staff: other branches, and people whose sight was cut or widened.
MORE: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "haidian": ("1002", ("intake", "handler", "follow_up")),
    "haidian-head": ("1002", ("handler", "department_head")),
    "beijing": ("1000", ("handler", "approver")),
    "second": ("1001", ("handler", "follow_up")),
    "jinan": ("2000", ("handler", "department_head", "reviewer", "approver")),
    "jinan-chief": ("2000", ("executive",)),
    "lixia": ("2001", ("intake", "handler", "team_lead")),
    "qingdao": ("3001", ("intake", "handler", "follow_up", "complaint_manager")),
    "narrowed": ("0002", ("approver", "complaint_manager")),
    "union": ("0005", ("handler", "auditor")),
    "nowhere": (None, ("handler", "reviewer")),
    "intake-reviewer": ("0001", ("intake", "reviewer")),
    "nothing": ("1001", ()),
    "former": ("1001", ("intake", "handler")),
}
NARROWED_TO = "1000"


@dataclass(slots=True)
class Person:
    """`roles` and `scopes` as the matrix names them; `knows` is False for whoever is nobody to us."""

    name: str
    client: httpx.AsyncClient
    roles: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    knows: bool = True
    user_id: UUID | None = None
    unit_id: UUID | None = None
    root_id: UUID | None = None
    login: str = ""

    @property
    def is_staff(self) -> bool:
        return self.user_id is not None and self.knows

    @property
    def actor(self) -> str:
        return f"staff:{self.login}" if self.is_staff else f"service:{self.name}"


@dataclass(slots=True)
class Persons:
    world: World
    all: dict[str, Person] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Person:
        return self.all[name]

    def _add(self, person: Person) -> Person:
        self.all[person.name] = person
        return person

    async def gather(self) -> None:
        await self._programs()
        for login in LOGINS:
            await self.colleague(login)
        for number, (login, (code, roles)) in enumerate(MORE.items()):
            await self._hire(login, code, roles, f"87{number:02}")
        for number, role in enumerate(Role):
            await self._hire(f"only-{role.replace('_', '-')}", "0001", (role,), f"88{number:02}")
        async with self.world.database.transaction() as session:
            root = await session.scalar(select(Organisation.id).where(Organisation.code == NARROWED_TO))
            await session.execute(update(User).where(User.login == "narrowed").values(scope_unit_id=root))
        self["narrowed"].root_id = root
        await self._tokens()

    async def _hire(self, login: str, code: str | None, roles: Sequence[str], number: str) -> None:
        async with self.world.database.reading() as session:
            unit = await session.scalar(select(Organisation.id).where(Organisation.code == code)) if code else None
        await hired(self.world, login, staff_no=number, roles=list(roles), organisation_id=unit)
        await self.colleague(login)

    async def colleague(self, login: str) -> Person:
        async with self.world.database.reading() as session:
            user = (await session.scalars(select(User).where(User.login == login))).one()
        root = user.scope_unit_id or user.organisation_id
        client = await staff(self.world, login)
        return self._add(
            Person(login, client, frozenset(user.roles), frozenset(user.roles) | {"staff"}, True, user.id,
                   user.organisation_id, root, login)
        )  # fmt: skip

    async def _programs(self) -> None:
        self._add(Person("anonymous", browser(self.world), knows=False))
        forged = {"Authorization": f"Bearer {TOKENS['channels']}x", "Cookie": f"{COOKIE}=made-up"}
        self._add(Person("forged", self._bearer(**forged), knows=False))
        for name, token in SERVICES.items():
            held = frozenset({f"service:{name}"})
            self._add(Person(name, self._bearer(Authorization=f"Bearer {TOKENS[token]}"), words=held))

    def _bearer(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.world.app), base_url=BASE, headers=headers)

    async def _tokens(self) -> None:
        """One for each scope, and one that was revoked."""
        for scope in (*SCOPES, "revoked"):
            wanted = ["cases.read"] if scope == "revoked" else [scope]
            name = scope.replace(".", "-")
            security = self["security"].client
            body = {"name": name, "scopes": wanted, "days": 30}
            made = await security.post("/api/v1/tokens", json=body)
            assert made.status_code == 201, made.text
            client = self._bearer(Authorization=f"Bearer {made.json()['token']}")
            if scope == "revoked":
                path = f"/api/v1/tokens/{made.json()['id']}"
                gone = await security.delete(path, headers={"If-Match": "*"})
                assert gone.status_code == 204, gone.text
            self._add(Person(f"token:{name}", client, words=frozenset({f"scope:{scope}"}), knows=scope != "revoked"))

    async def part(self) -> None:
        """What happens at the end: some leave, some sessions run out, some logins stop half-way."""
        for stage in (each for each in Stage if each is not Stage.FULL):
            person = self._add(Person(f"pending-{stage}", browser(self.world), words=frozenset({f"pending:{stage}"})))
            person.client.headers.update(await self._session("lead", stage=stage))
            person.knows = False
        for name, values in {
            "expired": {"expires_at": self.world.time - timedelta(seconds=1)},
            "idle": {"idle_until": self.world.time - timedelta(seconds=1)},
            "ended": {"ended_at": self.world.time},
        }.items():
            await self._hire(name, "0002", ("approver", "complaint_manager"), f"89{len(name):02}")
            person = self[name]
            secret = person.client.headers["Cookie"].partition("=")[2]
            async with self.world.database.transaction() as session:
                chosen = LoginSession.secret_hash == sessions.secret_hash(secret)
                await session.execute(update(LoginSession).where(chosen).values(values))
            person.knows = False
        await self._leave("former")
        await self._hire("disabled", "0002", ("approver", "complaint_manager"), "8899")
        async with self.world.database.transaction() as session:
            await session.execute(update(User).where(User.login == "disabled").values(active=False))
        self["disabled"].knows = False

    async def _session(self, login: str, stage: Stage = Stage.FULL) -> dict[str, str]:
        world = self.world
        async with world.database.transaction() as session:
            attempt = await service.begin_attempt(
                session, key=key(world), login=login, address="10.0.0.9", now=world.time
            )
            secret, _ = await service.open_session(
                session, attempt, replaces=None, address="10.0.0.9", now=world.time, stage=stage
            )
        return {"Cookie": f"{COOKIE}={secret}", "X-CSRF-Token": service.csrf_token(key(world), secret)}

    async def _leave(self, name: str) -> None:
        at = f"/api/v1/users/{self[name].user_id}"
        admin = self["admin"].client
        headers = {"If-Match": (await admin.get(at)).headers["ETag"]}
        left = await admin.post(f"{at}/leaving", json={"reason": "离职"}, headers=headers)
        assert left.status_code == 200, left.text
        self[name].knows = False
