"""What the matrix is, and what a refusal looks like. Who gets in where is asked in test_cells.py."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from casebackend.access import matrix
from casebackend.audit.model import AuditEntry
from casebackend.staff.rules import Role, Stage
from casebackend.tokens.rules import SCOPES
from tests.casebackend.staff.logins import BASE, COOKIE, staff
from tests.world import LOGINS, TOKENS, World

SERVICES = {"channels": "channels", "actions": "actions", "bot": "bot", "worker": "worker", "tester": "api"}
DENIED = ("您的岗位没有该操作的权限", "该服务令牌没有此操作的范围")
EXAMPLES = {"uuid": str(uuid4()), "str": "TS20260101000001", "path": "desk.css", "ymd": "2026-03-03", "int": "2026"}


def live(world: World) -> dict[str, tuple[str, str]]:
    """Name of each live route to its method and an example of its path."""
    found = {}
    for route in world.app.router.routes:
        path = "/" + re.sub(r"<\w+:(\w+)>", lambda parameter: EXAMPLES[parameter.group(1)], route.path)
        method = "GET" if "GET" in route.methods else next(iter(route.methods))
        found[str(route.name).removeprefix(f"{world.app.name}.")] = (method, path)
    return found


def outcome(response: httpx.Response) -> str:
    """`in`: past the guard, whatever the business then says."""
    kind = response.json()["type"] if response.headers.get("content-type") == "application/problem+json" else ""
    if kind == "/problems/unauthenticated" or "请先登录，或登录已过期" in response.text:
        return "anonymous"
    if response.status_code == 302 and response.headers["location"].startswith("/login"):
        return "anonymous"
    if kind in ("/problems/forbidden", "/problems/scope-missing") or any(said in response.text for said in DENIED):
        return "denied"
    return "in"


async def call(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    content: dict[str, Any] = {} if method == "GET" else {"content": b"{}"}
    return await client.request(method, path, **content)


async def principals(world: World) -> dict[str, httpx.AsyncClient]:
    found = {name: world.client(token) for name, token in SERVICES.items()}
    for login in LOGINS:
        found[login] = await staff(world, login)
    found["anonymous"] = world.client()
    found["forged"] = httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app),
        base_url=BASE,
        headers={"Authorization": f"Bearer {TOKENS['channels']}x", "Cookie": f"{COOKIE}=made-up"},
    )
    return found


async def test_the_matrix_has_a_row_for_each_live_route_and_no_other(world: World) -> None:
    assert set(matrix.load().rows) == set(live(world))


async def test_every_name_in_the_matrix_is_known() -> None:
    known = {"public", "staff"} | {f"service:{name}" for name in SERVICES} | set(Role)
    known |= {f"scope:{name}" for name in SCOPES} | {f"pending:{stage}" for stage in Stage if stage is not Stage.FULL}
    assert {name for row in matrix.load().rows.values() for name in row} <= known


async def test_a_route_without_a_row_is_refused_even_to_those_who_may_everything_else(world: World) -> None:
    world.app.ctx.matrix = matrix.Matrix({})
    for client in (await principals(world)).values():
        assert outcome(await call(client, "POST", "/api/v1/inbox")) != "in"
        assert outcome(await call(client, "GET", "/queue")) != "in"
    assert outcome(await call(world.tester, "GET", "/api/v1/handoffs")) == "in"


async def test_a_refusal_leaves_one_audit_row_with_the_route_and_who(world: World) -> None:
    async with await staff(world, "curator") as client:
        await client.get("/api/v1/cases/TS20260101000001")
    async with world.database.reading() as session:
        rows = (
            await session.execute(
                select(AuditEntry.actor, AuditEntry.object).where(AuditEntry.event == "access.denied")
            )
        ).all()
        assert [tuple(row) for row in rows] == [("staff:curator", "route:cases.case")]


async def test_an_anonymous_visitor_leaves_no_audit_row(world: World) -> None:
    """Otherwise anybody could fill the audit."""
    async with world.client() as client:
        assert (await client.get("/api/v1/handoffs")).status_code == 401
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).where(AuditEntry.event == "access.denied")) == 0


async def test_a_refusal_of_the_api_is_a_problem_in_chinese(world: World) -> None:
    async with world.client() as client:
        response = await client.get("/api/v1/handoffs")
    assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")
    assert response.json()["title"] == "请先登录"


async def test_a_console_page_sends_the_anonymous_to_the_login_and_back(world: World) -> None:
    async with world.client() as client:
        response = await client.get("/queue")
    assert (response.status_code, response.headers["location"]) == (302, "/login?next=/queue")


@pytest.mark.parametrize(
    ("standing_at", "to"),
    [("https://desk/cases/TS1?tab=2", "/login?next=/cases/TS1"), ("http://[", "/login"), ("", "/login")],
)
async def test_a_part_of_a_page_sends_to_the_login_and_back_to_the_page_whatever_the_browser_says_it_is(
    world: World, standing_at: str, to: str
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": standing_at}
    async with world.client() as client:
        response = await client.get("/queue", headers=headers)
    assert (response.status_code, response.headers["HX-Redirect"]) == (401, to)
