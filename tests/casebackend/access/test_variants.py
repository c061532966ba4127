"""Another spelling of a request opens no door: it is refused, or it is the plain request and answered like it.

Over a real socket, because a client would put half of these right before they leave."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from casebackend.app import create_app
from ops.ports import free_port
from tests.casebackend.access.watching import Watch
from tests.casebackend.cases.builders import filed
from tests.casebackend.staff.logins import COOKIE, staff
from tests.channels.town import served
from tests.world import TOKENS, World

# Words of the customer, of the people and of the audit, which only some may read.
CANARIES = ("多扣", "王受理", '"chain":"access"')
STAFF = ("agent", "admin", "audit")
# What a proxy or a framework may take for the real method or the real path; nothing of ours does.
OVERRIDES = [
    {"X-HTTP-Method-Override": "DELETE"}, {"X-HTTP-Method": "POST"}, {"X-Method-Override": "GET"},
    {"X-Original-URL": "/health/live"}, {"X-Rewrite-URL": "/login"}, {"X-Original-Method": "OPTIONS"},
]  # fmt: skip


@dataclass(frozen=True)
class Asker:
    name: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    body: str

    @property
    def is_refusal(self) -> bool:
        return self.status >= 400 or (self.status == 302 and self.location.startswith("/login"))

    @property
    def told(self) -> list[str]:
        return [each for each in CANARIES if each in self.body]


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[int]:
    app = create_app(world.settings, world.database, now=lambda: world.time, name=f"{world.app.name}-{uuid4().hex}")
    port = free_port()
    async with served(app, port):
        yield port


async def asked(port: int, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    """As it stands, byte by byte. A line that is cut without a word is refused."""
    host = f"127.0.0.1:{port}"
    lines = {"Host": host, "Origin": f"http://{host}", "Connection": "close", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | headers).items())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body)
    raw = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    if not raw:
        return Answer(400, "", "")
    first, _, rest = raw.decode(errors="replace").partition("\r\n")
    said, _, content = rest.partition("\r\n\r\n")
    location = next((line[10:] for line in said.split("\r\n") if line.lower().startswith("location: ")), "")
    return Answer(int(first.split(" ")[1]), location, content)


def spellings(path: str) -> Iterator[str]:
    """Of one path: with dots, slashes, capitals and percent signs."""
    folder, _, last = path.rpartition("/")
    yield f"{path}/"
    yield f"/{path}"
    yield f"{folder}//{last}"
    yield f"{folder}/./{last}"
    yield f"{folder}/x/%2e%2e/{last}"
    yield f"{folder}/x/%252e%252e/{last}"
    yield f"/static/..{path}"
    yield f"/health/live/%2e%2e/..{path}"
    yield f"{folder}%2f{last}"
    yield f"{folder}/%{ord(last[0]):02x}{last[1:]}"
    yield f"{path}%00"
    yield f"{path};x=1"
    yield path.swapcase()
    yield f"{path}?_method=DELETE&method=POST"


async def askers(world: World) -> list[Asker]:
    found = [Asker("anonymous"), Asker("forged", {"Authorization": f"Bearer {TOKENS['bot']}x"})]
    found += [Asker(name, {"Authorization": f"Bearer {TOKENS[name]}"}) for name in ("bot",)]
    for login in STAFF:
        client = await staff(world, login)
        cookie = client.headers["Cookie"].replace(COOKIE, "tingsu")
        found.append(Asker(login, {"Cookie": cookie, "X-CSRF-Token": client.headers["X-CSRF-Token"]}))
    return found


async def test_another_spelling_of_a_path_or_a_method_opens_no_door(world: World) -> None:
    number, knocks = (await filed(world)).number, 0
    heard: set[str] = set()
    reads = [f"/api/v1/cases/{number}", f"/cases/{number}", "/users", "/api/v1/audit"]
    async with listening(world) as port:
        for asker in await askers(world):
            for path in reads:
                plain = await asked(port, "GET", path, asker.headers)
                heard |= set(plain.told)
                for method, target in [*(("GET", each) for each in spellings(path)), *_methods(path)]:
                    answer, knocks = await asked(port, method, target, asker.headers), knocks + 1
                    where = (asker.name, method, target, answer.status)
                    assert answer.is_refusal or (not plain.is_refusal and answer.status == plain.status), where
                    assert set(answer.told) <= set(plain.told), where
    assert knocks > 400
    assert heard == set(CANARIES)  # each of them is there for somebody


def _methods(path: str) -> list[tuple[str, str]]:
    return [(each, path) for each in ("HEAD", "OPTIONS", "TRACE", "get", "DELETE", "PROPFIND")]


async def test_a_header_that_names_another_method_or_path_changes_nothing(world: World) -> None:
    receipt = await filed(world)
    body = b'{"move": "accept"}'
    doors = [
        ("GET", f"/api/v1/cases/{receipt.number}", b""),
        ("POST", f"/api/v1/cases/{receipt.number}/moves", body),
        ("GET", "/users", b""),
        ("POST", "/api/v1/tokens", b"{}"),
    ]
    async with listening(world) as port:
        people = await askers(world)
        for method, path, sent in doors:
            for asker in people:
                plain = await asked(port, method, path, asker.headers, sent)
                for override in OVERRIDES:
                    answer = await asked(port, method, path, asker.headers | override, sent)
                    where = (asker.name, method, path, override)
                    assert (answer.status, answer.location, answer.told) == (
                        plain.status,
                        plain.location,
                        plain.told,
                    ), where


async def test_a_spelling_that_is_refused_leaves_the_database_as_it_was(world: World) -> None:
    number = (await filed(world)).number
    async with listening(world) as port:
        people = await askers(world)
        watch = Watch(world)
        for asker in people:
            for target in spellings(f"/api/v1/cases/{number}/moves"):
                answer = await asked(port, "POST", target, asker.headers, b'{"move": "accept"}')
                assert answer.is_refusal, (asker.name, target, answer.status)
        assert watch.touched() == [], "a refused request wrote"
