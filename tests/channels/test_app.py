import re

import httpx
import pytest

from channels.webchat.session import COOKIE

CANARY = "13800001234"


async def test_the_page_is_served_with_a_strict_policy_and_a_session_the_page_cannot_read(
    door: httpx.AsyncClient,
) -> None:
    answer = await door.get("/")
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
                 "img-src 'self' data:", "frame-ancestors 'none'", "base-uri 'none'"):  # fmt: skip
        assert rule in policy
    assert "unsafe" not in policy
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_the_page_needs_nothing_from_elsewhere_and_nothing_inline(door: httpx.AsyncClient) -> None:
    page = (await door.get("/")).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        if address.startswith("/"):
            assert (await door.get(address)).status_code == 200
        else:
            assert address.startswith("#")
    assert not re.search(r"<script(?![^>]*src)|<style|\son\w+=|style=", page)
    script = (await door.get("/chat/chat.js")).text
    assert "innerHTML" not in script
    assert not re.search(r"https?://(?!www\.w3\.org)", script + (await door.get("/chat/chat.css")).text)


async def test_a_session_goes_on_over_reloads(door: httpx.AsyncClient) -> None:
    first = await door.get("/")
    second = await door.get("/")
    assert "set-cookie" in first.headers
    assert "set-cookie" not in second.headers


@pytest.mark.parametrize("path", ["/nothing", "/chat/settings.py", "/chat/../settings.py", "/chat/%2e%2e%2fapp.py"])
async def test_what_is_not_there_is_a_chinese_problem(door: httpx.AsyncClient, path: str) -> None:
    answer = await door.get(path)
    assert answer.status_code in {400, 404}
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("DELETE", "/wechat/callback", 405), ("POST", "/wechat/callback", 403), ("GET", "/ivr/transcripts", 405)],
)
async def test_a_problem_never_echoes_what_was_sent(
    door: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await door.request(
        method, path, params={"signature": CANARY}, content=CANARY if method == "POST" else None
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert CANARY not in answer.text


async def test_the_door_is_open_while_nothing_is_behind_it_and_says_what_is_amiss(door: httpx.AsyncClient) -> None:
    assert (await door.get("/health/live")).status_code == 200
    ready = await door.get("/health/ready")
    assert (ready.status_code, ready.json()["why"]) == (200, ["backend-unreachable"])
