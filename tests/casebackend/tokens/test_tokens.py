"""Other systems' ways in: issued once, held to their scopes, replaced and revoked."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.access import matrix
from casebackend.access.principal import Kind, Principal
from casebackend.audit.model import AuditEntry
from casebackend.tokens.model import ServiceToken
from casebackend.tokens.rules import PREFIX, SCOPES
from tests.casebackend.access.test_matrix import call, live, outcome
from tests.casebackend.cases.around import posts, user
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.credentials.steps import asks
from tests.casebackend.reviews.test_routes import applied, decided
from tests.casebackend.staff.logins import BASE, staff
from tests.world import World

TOKENS = "/api/v1/tokens"


def system(world: World, token: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(world.app)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Authorization": f"Bearer {token}"})


async def issued(world: World, *scopes: str, name: str = "crm", days: int = 30) -> dict[str, object]:
    async with await staff(world, "security") as client:
        body = {"name": name, "scopes": list(scopes) or ["cases.read"], "days": days}
        response = await client.post(TOKENS, json=body)
        assert response.status_code == 201, response.text
        answer: dict[str, object] = response.json()
        assert response.headers["location"] == f"{TOKENS}/{answer['id']}"
        return answer


def test_every_scope_has_a_name_and_opens_something() -> None:
    assert matrix.load().scopes == set(SCOPES)


def test_a_token_may_exactly_what_its_scopes_name_on_every_route() -> None:
    rights = matrix.load()
    for scope in SCOPES:
        held = Principal(Kind.SERVICE, "token:crm", frozenset({f"scope:{scope}"}))
        opened = {name for name in rights.rows if rights.allows(held, name, method="GET", path="/api/v1/x")}
        assert opened == {name for name, row in rights.rows.items() if row & {"public", f"scope:{scope}"}}


async def test_the_guard_holds_a_token_to_its_scopes(world: World) -> None:
    """Each route that it opens, and every tenth of the others: each refusal is a row of the audit."""
    rows = matrix.load().rows
    client = system(world, str((await issued(world, "cases.read"))["token"]))
    routes = sorted(live(world).items())
    may = [each for each in routes if rows[each[0]] & {"public", "scope:cases.read"}]
    others = [each for each in routes if each not in may][::10]
    assert [route for route, where in may if outcome(await call(client, *where)) != "in"] == []
    assert [route for route, where in others if outcome(await call(client, *where)) != "denied"] == []
    async with world.database.reading() as session:
        denied = select(AuditEntry.object).where(
            AuditEntry.event == "access.denied", AuditEntry.actor == "service:token:crm"
        )
        written = Counter(await session.scalars(denied))
    assert [written[f"route:{route}"] for route, _ in others] == [1] * len(others)


async def test_what_is_missing_is_said_in_a_problem(world: World) -> None:
    client = system(world, str((await issued(world, "knowledge.read"))["token"]))
    response = await client.get("/api/v1/cases/")
    assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")
    assert (response.json()["type"], response.json()["needed"]) == ("/problems/scope-missing", ["cases.read"])
    assert (await client.get("/api/v1/knowledge/search?q=年费")).status_code == 200


async def test_the_secret_is_told_once_and_only_its_hash_is_kept(world: World) -> None:
    answer = await issued(world)
    secret = str(answer["token"])
    assert secret.startswith(PREFIX)
    async with await staff(world, "security") as client:
        for path in (TOKENS, f"{TOKENS}/{answer['id']}", "/security/tokens"):
            assert secret not in (await client.get(path)).text
    async with world.database.reading() as session:
        held = (await session.scalars(select(ServiceToken))).one()
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "token.issued"))).one()
        assert secret not in (held.secret_hash, held.hint)
        assert secret.endswith(held.hint)
        assert (entry.actor, entry.detail["scopes"]) == ("staff:security", ["cases.read"])
        assert secret not in str(entry.detail)


async def test_an_expired_an_unknown_and_a_revoked_token_open_nothing(world: World) -> None:
    answer = await issued(world, days=1)
    client = system(world, str(answer["token"]))
    assert (await client.get("/api/v1/cases/")).status_code == 200
    assert (await system(world, f"{answer['token']}x").get("/api/v1/cases/")).status_code == 401
    assert (await system(world, PREFIX).get("/api/v1/cases/")).status_code == 401
    world.wait(hours=24)
    assert (await client.get("/api/v1/cases/")).status_code == 401
    again = await issued(world)
    other = system(world, str(again["token"]))
    assert (await other.get("/api/v1/cases/")).status_code == 200
    async with await staff(world, "security") as security:
        path = f"{TOKENS}/{again['id']}"
        assert (await security.delete(path)).status_code == 428
        assert (await security.delete(path, headers={"If-Match": '"9"'})).status_code == 412
        assert (await security.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await other.get("/api/v1/cases/")).status_code == 401


async def test_a_replaced_token_opens_for_a_day_more_so_that_the_other_side_can_change(world: World) -> None:
    answer = await issued(world)
    old = system(world, str(answer["token"]))
    async with await staff(world, "security") as security:
        path = f"{TOKENS}/{answer['id']}/replacement"
        replaced = await security.post(path, headers={"If-Match": '"1"'})
        assert replaced.status_code == 201
        assert (await security.post(path, headers={"If-Match": '"1"'})).status_code == 412
    new = system(world, replaced.json()["token"])
    assert replaced.json()["expires_at"] == answer["expires_at"]
    for client in (old, new):
        assert (await client.get("/api/v1/cases/")).status_code == 200
    world.wait(hours=24)
    assert (await old.get("/api/v1/cases/")).status_code == 401
    assert (await new.get("/api/v1/cases/")).status_code == 200
    async with await staff(world, "security") as security:
        ended = await security.post(path, headers={"If-Match": '"2"'})
        assert ended.json()["type"] == "/problems/token-ended"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "crm", "scopes": ["everything"], "days": 30}, 422),
        ({"name": "crm", "scopes": [], "days": 30}, 422),
        ({"name": "crm", "scopes": ["cases.read"], "days": 366}, 422),
        ({"name": "CRM system", "scopes": ["cases.read"], "days": 30}, 422),
        ({"name": "crm", "scopes": ["cases.read"], "days": 30}, 201),
        ({"name": "taken", "scopes": ["cases.read"], "days": 30}, 409),
    ],
)
async def test_a_token_is_issued_with_known_scopes_a_name_and_an_end(
    world: World, body: dict[str, object], status: int
) -> None:
    if body["name"] == "taken":
        await issued(world, name="taken")
    async with await staff(world, "security") as client:
        assert (await client.post(TOKENS, json=body)).status_code == status


async def test_only_the_security_administrator_issues_and_the_longest_life_is_a_parameter(world: World) -> None:
    body = {"name": "crm", "scopes": ["cases.read"], "days": 8}
    for login in ("admin", "audit", "supervisor"):
        async with await staff(world, login) as client:
            assert (await client.post(TOKENS, json=body)).status_code == 403
    await asks(world, "token.days", "7")
    async with await staff(world, "security") as client:
        assert (await client.post(TOKENS, json=body)).json()["type"] == "/problems/token-wrong"
        missing = await client.get(f"{TOKENS}/{uuid4()}")
        assert missing.json()["type"] == "/problems/token-unknown"


async def test_the_page_issues_replaces_and_revokes(world: World) -> None:
    async with await staff(world, "security") as client:
        told = await client.post(
            "/security/tokens", data={"name": "crm", "scopes": ["cases.read", "reports.read"], "days": "30"}
        )
        secret = told.text.split('id="told">')[1].split("<")[0]
        assert (await system(world, secret).get("/api/v1/reports/")).status_code == 200
        page = await client.get("/security/tokens")
        assert "更换：crm" in page.text
        token_id = page.text.split("/security/tokens/")[1].split("/")[0]
        here = f"/security/tokens/{token_id}"
        assert (await client.post(f"{here}/revocation", data={"version": "7"})).status_code == 409
        assert "tingsu_svc_" in (await client.post(f"{here}/replacement", data={"version": "1"})).text
        assert (await client.post(f"{here}/revocation", data={"version": "2"})).status_code == 303
        assert "已吊销" in (await client.get("/security/tokens")).text
    assert (await system(world, secret).get("/api/v1/reports/")).status_code == 401


async def test_when_a_token_was_last_used_is_seen_to_the_minute(world: World) -> None:
    client = system(world, str((await issued(world))["token"]))
    for _ in range(2):
        await client.get("/api/v1/cases/")
        world.wait(seconds=40)
    async with world.database.reading() as session:
        held = (await session.scalars(select(ServiceToken))).one()
        assert held.used_at is not None
        assert (world.time - held.used_at).total_seconds() == 80
        assert held.version == 1


async def test_what_another_system_reads_stands_in_the_audit(world: World) -> None:
    case = await filed(world)
    client = system(world, str((await issued(world, "cases.read"))["token"]))
    assert (await client.get(f"/api/v1/cases/{case.number}")).status_code == 200
    async with world.database.reading() as session:
        reads = select(AuditEntry.actor, AuditEntry.object).where(AuditEntry.event == "case.viewed")
        assert (await session.execute(reads)).all() == [("service:token:crm", case.number)]


async def test_a_system_that_reads_cases_reads_the_lists_of_what_is_around_them(world: World) -> None:
    desk, lists = Desk(world), ("reviews", "supervisions", "tasks", "extensions")
    _, number = await decided(world)
    await applied(desk, number)
    receipt = await filed(world, sender="customer-2")
    await desk.investigating(receipt.case_id)
    demand = {"demand": "请尽快答复", "due_at": (world.time + timedelta(days=3)).isoformat()}
    path, asked = f"/cases/{receipt.number}", {"demand": "请调取录音", "user_id": str((await user(world, "lead")).id)}
    browser = await desk.browser("agent")
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
    assert (await browser.post(f"/api/v1{path}/tasks", json=asked, headers=headers)).status_code == 201
    assert (await posts(desk, "supervisor", f"{path}/supervisions", demand)).status_code == 201
    assert (await posts(desk, "agent", f"{path}/extensions", {"level": "to_30", "reason": "需调档"})).status_code == 201
    reader = system(world, str((await issued(world))["token"]))
    other = system(world, str((await issued(world, "reports.read", name="bi-system"))["token"]))
    found = {}
    for each in lists:
        answer = await reader.get(f"/api/v1/{each}")
        assert answer.status_code == 200, answer.text
        found[each] = answer.json()["items"]
        assert (await other.get(f"/api/v1/{each}")).status_code == 403
    assert [len(found[each]) for each in lists] == [1, 1, 1, 1]
    assert (await reader.get(f"/api/v1/supervisions/{found['supervisions'][0]['id']}")).status_code == 200
    assert not any(found["supervisions"][0][may] for may in ("may_answer", "may_close", "may_return"))
    assert not found["extensions"][0]["may_decide"]
