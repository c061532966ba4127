"""The two calls we make to the platform, and what each of its error codes means for a delivery."""

import asyncio
import json
from typing import Any

import aiohttp

from channels.delivery import Outcome
from channels.wechat.token import AccessToken, TokenUnavailable

SYSTEM_BUSY = -1
TOKEN_BAD = frozenset({40001, 40014, 42001})
LATER = frozenset({45015, 45047, 45009, 45011})
ALREADY_SENT = 45065
BUSY_TRIES = 3
SECONDS = aiohttp.ClientTimeout(total=8, sock_connect=3)


class NoMedia(Exception):
    """The platform does not hand out this file: expired, unknown, or no answer."""


class NotWritten(Exception):
    """The request has certainly not reached the platform."""


class WechatApi:
    def __init__(self, http: aiohttp.ClientSession, base_url: str, token: AccessToken, *, pause: float = 0.5) -> None:
        self._http = http
        self._base = base_url.rstrip("/") + "/cgi-bin"
        self._token = token
        self._pause = pause

    async def send_text(self, openid: str, text: str) -> Outcome:
        """At most once: repeated only where the platform said that it did not send, or never heard of it."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        refreshed: str | None = None
        code: int | str = SYSTEM_BUSY
        for attempt in range(BUSY_TRIES + 1):
            if attempt:
                await asyncio.sleep(self._pause * 2 ** (attempt - 1))
            try:
                token = await self._token.get(instead_of=refreshed)
                code = await self._post("/message/custom/send", token, body)
                if code in TOKEN_BAD and refreshed is None:
                    refreshed = token
                    code = await self._post("/message/custom/send", await self._token.get(instead_of=token), body)
            except (NotWritten, TokenUnavailable) as error:
                code = f"unreachable:{error}"[:80]
                continue
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                return Outcome("maybe_sent", type(error).__name__)
            if code != SYSTEM_BUSY:
                break
        return outcome_of(code)

    async def media(self, media_id: str, *, most: int = 20_000_000) -> tuple[str, bytes]:
        try:
            params = {"access_token": await self._token.get(), "media_id": media_id}
            async with self._http.get(self._base + "/media/get", params=params, timeout=SECONDS) as answer:
                content = await answer.content.read(most + 1)
        except (aiohttp.ClientError, TimeoutError, OSError, TokenUnavailable) as error:
            raise NoMedia(type(error).__name__) from error
        if answer.status != 200 or answer.content_type in {"application/json", "text/plain"} or len(content) > most:
            raise NoMedia("refused")
        return answer.content_type, content

    async def _post(self, path: str, token: str, body: dict[str, Any]) -> int:
        written = json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._http.post(
                self._base + path, params={"access_token": token}, data=written, timeout=SECONDS
            ) as answer:
                return int((await answer.json(content_type=None))["errcode"])
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotWritten(type(error).__name__) from error
        except (KeyError, TypeError) as error:
            raise ValueError("no errcode") from error


def outcome_of(code: int | str) -> Outcome:
    if code in {0, ALREADY_SENT}:
        return Outcome("sent")
    return Outcome("held" if code in LATER else "failed", str(code))
