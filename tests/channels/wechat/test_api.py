import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from channels.wechat.api import NoMedia, WechatApi
from channels.wechat.token import AccessToken, TokenUnavailable
from ops.ports import free_port
from ops.wechat_double import Settings, WechatDouble
from tests.channels.town import listening


class Platform:
    def __init__(self, double: WechatDouble, http: aiohttp.ClientSession, url: str) -> None:
        self.double, self.http, self.url = double, http, url
        self.token = AccessToken(http, url, "wx-app", "wx-secret")
        self.api = WechatApi(http, url, self.token, pause=0.01)

    def knows(self, openid: str, *, spoke: float = 0) -> None:
        self.double._spoke_at[openid], self.double._allowance[openid] = time.time() - spoke, 5


@asynccontextmanager
async def running() -> AsyncIterator[Platform]:
    settings = Settings(
        wechat_token=SecretStr("wx-token"),
        wechat_app_id="wx-app",
        wechat_app_secret=SecretStr("wx-secret"),
        wechat_account="gh_town",
    )
    double, port = WechatDouble(settings), free_port()
    async with listening(double.app(), port), aiohttp.ClientSession() as http:
        platform = Platform(double, http, f"http://127.0.0.1:{port}")
        platform.knows("oA")
        yield platform


@pytest_asyncio.fixture
async def platform() -> AsyncIterator[Platform]:
    async with running() as platform:
        yield platform


def texts(platform: Platform) -> list[str]:
    return [item["text"]["content"] for item in platform.double.sent]


async def test_a_text_is_sent_once(platform: Platform) -> None:
    assert (await platform.api.send_text("oA", "您好")).outcome == "sent"
    assert texts(platform) == ["您好"]


@pytest.mark.parametrize(
    ("codes", "outcome", "error", "sent"),
    [
        ([40001], "sent", None, 1),
        ([42001], "sent", None, 1),
        ([40014, 40001], "failed", "40001", 0),
        ([-1, -1], "sent", None, 1),
        ([-1, -1, -1, -1], "failed", "-1", 0),
        ([-1, 42001], "sent", None, 1),
        ([45015], "held", "45015", 0),
        ([45047], "held", "45047", 0),
        ([45065], "sent", None, 0),
        ([40003], "failed", "40003", 0),
        ([48002], "failed", "48002", 0),
    ],
)
async def test_each_answer_of_the_platform_has_its_meaning(
    platform: Platform, codes: list[int | str], outcome: str, error: str | None, sent: int
) -> None:
    platform.double.answers.extend(codes)
    told = await platform.api.send_text("oA", "您好")
    assert (told.outcome, told.error, len(platform.double.sent)) == (outcome, error, sent)


async def test_an_expired_token_is_replaced_once_for_all_who_wait(platform: Platform) -> None:
    for openid in ("oA", "oB", "oC"):
        platform.knows(openid)
    first = await platform.token.get()
    platform.double._token_until = 0.0
    outcomes = await asyncio.gather(*(platform.api.send_text(openid, "您好") for openid in ("oA", "oB", "oC")))
    assert [outcome.outcome for outcome in outcomes] == ["sent"] * 3
    assert await platform.token.get() != first
    assert len(platform.double._old_tokens - {""}) == 1


async def test_no_answer_after_the_request_was_written_is_never_sent_again(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.wechat.api.SECONDS", aiohttp.ClientTimeout(total=0.3))
    platform.double.answers.append("hang")
    assert (await platform.api.send_text("oA", "您好")).outcome == "maybe_sent"
    assert platform.double.sent == []


async def test_a_platform_that_cannot_be_reached_gets_nothing_and_is_tried_again() -> None:
    async with running() as platform:
        await platform.token.get()
    async with aiohttp.ClientSession() as http:
        unreachable = WechatApi(http, platform.url, platform.token, pause=0.01)
        outcome = await unreachable.send_text("oA", "您好")
        assert (outcome.outcome, outcome.error) == ("failed", "unreachable:ClientConnectorError")
        with pytest.raises(TokenUnavailable):
            await AccessToken(http, platform.url, "wx-app", "wx-secret").get()


async def test_a_wrong_secret_gives_no_token(platform: Platform) -> None:
    with pytest.raises(TokenUnavailable):
        await AccessToken(platform.http, platform.url, "wx-app", "wrong").get()


async def test_the_double_enforces_the_allowance_and_the_window(platform: Platform) -> None:
    outcomes = [await platform.api.send_text("oA", str(number)) for number in range(6)]
    assert [outcome.error for outcome in outcomes] == [None] * 5 + ["45047"]
    platform.knows("oOld", spoke=49 * 3600)
    assert (await platform.api.send_text("oOld", "您好")).error == "45015"
    assert (await platform.api.send_text("", "您好")).error == "40003"


async def test_media_is_fetched_and_an_expired_one_is_not(platform: Platform) -> None:
    put = await platform.http.post(platform.url + "/media", data=b"\xff\xd8", headers={"Content-Type": "image/jpeg"})
    media_id = (await put.json())["media_id"]
    assert await platform.api.media(media_id) == ("image/jpeg", b"\xff\xd8")
    with pytest.raises(NoMedia):
        await platform.api.media("gone")
    with pytest.raises(NoMedia):
        await platform.api.media(media_id, most=1)
