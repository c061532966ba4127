import httpx
import pytest

from casebackend.access import matrix
from casebackend.access.headers import POLICY
from tests.casebackend.staff.logins import BASE, browser, staff
from tests.world import World


async def test_a_form_from_another_site_is_refused_on_every_unsafe_route(world: World) -> None:
    unsafe = [
        "/" + route.path.replace("<conversation_id:uuid>", "0" * 8 + "-0000-4000-8000-" + "0" * 12)
        for route in world.app.router.routes
        if "POST" in route.methods
        and str(route.name).split(".")[1].startswith("console_")
        and "<" not in route.path.replace("<conversation_id:uuid>", "")
    ]
    assert len(unsafe) >= 6
    async with await staff(world, "agent") as client:
        for path in unsafe:
            response = await client.post(path, data={"csrf": "x"}, headers={"Origin": "https://evil.example"})
            assert response.status_code == 403, path


async def test_a_request_without_origin_is_refused(world: World) -> None:
    async with await staff(world, "agent") as client:
        del client.headers["Origin"]
        assert (await client.post("/duty", data={"state": "busy"})).status_code == 403
        assert (await client.post("/duty", headers={"Referer": f"{BASE}/queue"})).status_code == 303


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_wrong_csrf_token_is_refused(world: World, token: str) -> None:
    async with await staff(world, "agent") as client:
        client.headers["X-CSRF-Token"] = token
        assert (await client.post("/duty", data={"csrf": token})).status_code == 403


async def test_the_token_of_another_session_is_refused(world: World) -> None:
    async with await staff(world, "agent") as mine, await staff(world, "agent") as other:
        mine.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]
        assert (await mine.post("/duty")).status_code == 403


async def test_the_token_may_come_as_a_form_field(world: World) -> None:
    async with await staff(world, "agent") as client:
        token = client.headers.pop("X-CSRF-Token")
        assert (await client.post("/duty", data={"csrf": token})).status_code == 303


async def test_a_login_from_another_site_is_refused(world: World) -> None:
    async with browser(world) as client:
        response = await client.post("/login", data={"login": "a"}, headers={"Origin": "https://evil.example"})
        assert response.status_code == 403


async def test_the_staff_session_counts_on_the_api_too(world: World) -> None:
    async with await staff(world, "agent") as client:
        assert (await client.get("/api/v1/handoffs")).json()["items"] == []
        client.headers["Origin"] = "https://evil.example"
        response = await client.post("/api/v1/cases/TS20260101000001/moves", content=b"{}")
        assert (response.status_code, response.json()["type"]) == (403, "/problems/cross-site")


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Basic token-channels", "Bearer token-channelsx", "bearer\ttoken"]
)
async def test_only_a_whole_token_opens(world: World, value: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url=BASE) as client:
        response = await client.post("/api/v1/inbox", content=b"{}", headers={"Authorization": value})
        assert response.status_code == 401


async def test_a_token_that_is_not_ascii_does_no_harm(world: World) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url=BASE) as client:
        response = await client.get("/api/v1/handoffs", headers={b"Authorization": "Bearer 密码".encode()})
        assert response.status_code == 401


async def test_every_answer_carries_the_headers_that_hold_a_browser_back(world: World) -> None:
    async with await staff(world, "agent") as client:
        for path in ("/login", "/queue", "/static/desk.css", "/health/live", "/api/v1/handoffs", "/nowhere"):
            headers = (await client.get(path)).headers
            assert headers["content-security-policy"] == POLICY, path
            assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'")
    assert POLICY.endswith("require-trusted-types-for 'script'; trusted-types desk")


async def test_what_is_not_there_is_404_for_everybody(world: World) -> None:
    async with world.client() as client:
        assert (await client.get("/api/v1/nowhere")).status_code == 404


def test_the_tester_may_read_and_not_write() -> None:
    rows = matrix.load().rows
    assert not [name for name, row in rows.items() if "service:tester" in row]
