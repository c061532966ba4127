"""What holds for every operation of the published interface, whichever room it is in."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from casebackend.openapi import OPERATIONS, describe
from casebackend.staff.demo import people
from tests.casebackend.staff.logins import staff
from tests.world import World

ROLES = {person["login"]: set(person["roles"]) for person in people()}
# Creates without an Idempotency-Key, and what stands in its place.
OWN_KEY = {
    "conversations.receive": "(channel, external_id) of the message",
    "certificates.bind": "the certificate itself: it is bound once",
    "tokens.issue": "the name; and what is told once is not kept with a key",
    "tokens.replace": "If-Match of the one that is replaced",
    "media.keep": "(channel, sender, content)",
    "media.content": "the duty that is fulfilled",
    "recordings.keep": "the call id",
    "visits.begin": "each visit is one of its own; and what was typed is not kept with a key",
}
# Changes without If-Match, and why repeating or crossing them does no harm.
NO_VERSION = {
    "handoffs.take": "the first one has it, others are refused",
    "handoffs.give_back": "whoever has the conversation gives it back",
    "assist.inserted": "the same again says the same",
    "suggestions.opened": "the same again says the same",
    "suggestions.copied": "the same again says the same",
    "suggestions.refused": "the same again says the same",
    "suggestions.flagged": "the same again says the same",
    "cases.search": "a question; nothing changes",
    "suggestions.asked": "a question; what was shown is written down once",
    "registrations.suggested": "a question with a long text; nothing changes",
    "limits.import_notice": "takes a key; the same notice again changes nothing",
    "extensions.record_contact": "takes a key; adds to the timeline",
    "logins.unlock": "the same again changes nothing more",
    "disclosures.reveal": "a question; its answer may be kept nowhere, so there is no key either",
    "talk_holds.lift_hold": "the same again is not found: it stands no more",
    "forms.registration": "a copy of what stands: every print is one of its own and is written down",
    "certificates.unbind": "the same again is not found: it is bound no more",
    "danger_rules.decide": "decided once; whoever comes second is refused",
    "grading_rules.decide": "decided once; whoever comes second is refused",
    "flows.decide": "decided once; whoever comes second is refused",
    "forms.closing": "a copy of what stands: every print is one of its own and is written down",
}
# Programs change things by leases, epochs and natural keys.
NO_KEY = {
    "conversations.receive", "conversations.open_conversation", "conversations.claim_turn",
    "conversations.take_over_turn", "conversations.finish_turn", "conversations.fail_turn",
    "conversations.claim_deliveries", "conversations.finish_delivery", "drafts.submit_transcript", "heartbeats.beat",
    "assist.answer", "drafts.standing", "own_pickups.issue", "identity.confirm",
    "visits.begin", "visits.answer", "visits.confirm", "visits.end",
    "media.claim", "media.content", "media.failed", "media.keep", "recordings.keep",
}  # fmt: skip
BROKEN = [
    b"{",
    b"[]",
    b"\xff\xfe{}",
    b"[" * 50_000,
    b'{"a":' * 50_000,
    b'{"version": 1' + b"0" * 400 + b"}",
    b'{"text": "\\ud800"}',
    b'"' + b"x" * 1_500_000 + b'"',
]

type Spec = dict[str, Any]


class Interface:
    def __init__(self, world: World) -> None:
        self.world = world
        self.operations: dict[str, tuple[str, str, Spec]] = {
            operation["operationId"]: (verb, path, operation)
            for path, verbs in describe(world.app)["paths"].items()
            for verb, operation in verbs.items()
        }
        self._clients: dict[str, httpx.AsyncClient] = {}

    async def may(self, operation: Spec) -> httpx.AsyncClient:
        """Somebody who is let in."""
        allowed = set(operation["x-allowed"])
        program = next((name for name in sorted(allowed) if name.startswith("service:")), None)
        login = next((login for login, roles in ROLES.items() if roles & allowed), "agent")
        who = program or login
        if who not in self._clients:
            made = self.world.client(program.removeprefix("service:")) if program else await staff(self.world, login)
            self._clients[who] = made
        return self._clients[who]

    async def sends(self, name: str, body: bytes | None = None, **headers: str) -> httpx.Response:
        """About something that does not exist, with a key and a version unless said otherwise."""
        verb, path, operation = self.operations[name]
        given = {"idempotency-key": uuid4().hex, "if-match": '"1"', "content-type": "application/json"} | {
            key.replace("_", "-"): value for key, value in headers.items()
        }
        sent = {key: value for key, value in given.items() if value}
        client = await self.may(operation)
        return await client.request(verb, _somewhere(path), content=body, headers=sent)

    def names_with_json(self) -> list[str]:
        return [name for name, (_, _, operation) in self.operations.items() if _takes_json(operation)]


def _somewhere(path: str) -> str:
    path = path.replace("{name}", "cause").replace("{year}", "2026").replace("{day}", "2026-03-02")
    return re.sub(r"{\w+}", lambda _: str(uuid4()), path.replace("{number}", "1"))


def _takes_json(operation: Spec) -> bool:
    """Not so a file, which is streamed."""
    return "application/json" in operation.get("requestBody", {}).get("content", {})


def takes(operation: Spec, header: str) -> bool:
    return any(each["name"] == header and each["required"] for each in operation["parameters"])


def query(operation: Spec) -> set[str]:
    return {each["name"] for each in operation["parameters"] if each["in"] == "query"}


@pytest_asyncio.fixture
async def interface(world: World) -> AsyncIterator[Interface]:
    yield Interface(world)


def test_every_create_takes_a_key(interface: Interface) -> None:
    creates = {name for name, known in OPERATIONS.items() if known.status == 201}
    assert {name for name in creates if not takes(interface.operations[name][2], "Idempotency-Key")} == set(OWN_KEY)


def test_every_change_of_what_exists_wants_the_version_that_was_read(interface: Interface) -> None:
    changes = {
        name
        for name, (verb, _, operation) in interface.operations.items()
        if verb != "get" and OPERATIONS[name].status != 201 and not _programs_only(operation)
    }
    assert {name for name in changes if not takes(interface.operations[name][2], "If-Match")} == set(NO_VERSION)


def test_whatever_programs_do_can_be_repeated(interface: Interface) -> None:
    theirs = {
        name
        for name, (verb, _, operation) in interface.operations.items()
        if verb != "get" and _programs_only(operation)
    }
    assert {name for name in theirs if not takes(interface.operations[name][2], "Idempotency-Key")} == NO_KEY


def _programs_only(operation: Spec) -> bool:
    return all(each.startswith("service:") for each in operation["x-allowed"])


async def test_without_the_version_nothing_is_changed(interface: Interface) -> None:
    wanted = [name for name, (_, _, operation) in interface.operations.items() if takes(operation, "If-Match")]
    assert len(wanted) > 15
    for name in wanted:
        answer = await interface.sends(name, b"{}", if_match="")
        assert (answer.status_code, answer.json()["type"]) == (428, "/problems/if-match-missing"), name


async def test_without_a_key_nothing_is_created(interface: Interface) -> None:
    for name, (_, _, operation) in interface.operations.items():
        if takes(operation, "Idempotency-Key") and ("requestBody" not in operation or _takes_json(operation)):
            for key in ("", "k" * 201):
                answer = await interface.sends(name, b"{}", idempotency_key=key)
                assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-missing"), name


async def test_every_list_answers_pages(interface: Interface) -> None:
    """What is a list says so: `items` and the cursor of the next page."""
    lists = {
        name
        for name, known in OPERATIONS.items()
        if interface.operations[name][0] == "get" and known.response and "items" in known.response.model_fields
    }
    assert len(lists) > 12
    assert not [name for name in OPERATIONS if interface.operations[name][0] == "get" and OPERATIONS[name].many]
    for name in lists:
        response = OPERATIONS[name].response
        assert response is not None
        assert "next" in response.model_fields, name
        assert query(interface.operations[name][2]) >= {"cursor", "limit"}, name


async def test_a_bad_value_in_a_query_is_named(interface: Interface) -> None:
    for name, (verb, path, operation) in interface.operations.items():
        about_all = verb == "get" and "{" not in path and {"cursor", "limit"} <= query(operation)
        for part, value in [("limit", "0"), ("limit", "201"), ("limit", "x"), ("limit", "9" * 5000), ("cursor", "%00")]:
            if about_all:
                client = await interface.may(operation)
                answer = await client.get(f"{path}?q=a&{part}={value}")
                assert (answer.status_code, answer.json().get("filter")) == (400, part), f"{name} {part} {answer.text}"


async def test_what_does_not_exist_is_not_found(interface: Interface) -> None:
    for name, (verb, path, operation) in interface.operations.items():
        if verb == "get" and re.search(r"{(reference|\w+_id)}", path):
            client = await interface.may(operation)
            answer = await client.get(_somewhere(path))
            assert answer.status_code == 404, f"{name} {answer.status_code}"
            assert answer.headers["content-type"] == "application/problem+json", name


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_body_is_refused_everywhere(interface: Interface, body: bytes) -> None:
    for name in interface.names_with_json():
        answer = await interface.sends(name, body)
        assert (answer.status_code, answer.json()["type"]) in [
            (422, "/problems/invalid-request"),
            (413, "/problems/json-too-deep"),
            (413, "/problems/body-too-large"),
            (404, answer.json()["type"]),
        ], f"{name}: {answer.text}"


async def test_another_content_type_is_refused_everywhere(interface: Interface) -> None:
    for name in interface.names_with_json():
        answer = await interface.sends(name, b"a=b", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type"), name


async def test_headers_that_are_no_text_are_refused(interface: Interface) -> None:
    """A token, a session, an origin and a key of arbitrary bytes."""
    odd = "\udcff".encode(errors="surrogateescape")
    for headers in (
        [(b"authorization", b"Bearer " + odd)],
        [(b"cookie", b"__Host-tingsu=" + odd), (b"origin", b"https://[")],
        [(b"origin", b"http://["), (b"x-csrf-token", odd)],
    ):
        client = interface.world.client()
        answer = await client.post("/api/v1/cases/", content=b"{}", headers=headers)
        assert answer.status_code == 401, answer.text
    agent = await interface.may(interface.operations["registration.create"][2])
    answer = await agent.post("/api/v1/cases/", content=b"{}", headers=[(b"idempotency-key", odd)])
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-missing")
    for headers in ([(b"origin", b"http://[")], [(b"x-csrf-token", odd)]):
        answer = await agent.post("/api/v1/cases/", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/cross-site")


async def test_a_repeated_create_answers_with_its_address_and_version(interface: Interface) -> None:
    key, body = uuid4().hex, b'{"facts": "\xe5\xb9\xb4\xe8\xb4\xb9"}'
    first = await interface.sends("registrations.save", body, idempotency_key=key)
    again = await interface.sends("registrations.save", body, idempotency_key=key)
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"'), first.text
    assert first.headers["Location"] == f"/api/v1/registrations/{first.json()['id']}"
    assert {name: again.headers[name] for name in ("ETag", "Location", "Idempotent-Replayed")} == {
        "ETag": first.headers["ETag"],
        "Location": first.headers["Location"],
        "Idempotent-Replayed": "true",
    }
    agent = await interface.may(interface.operations["registrations.save"][2])
    assert (await agent.get(first.headers["Location"])).headers["ETag"] == '"1"'
