import asyncio
import time
from collections.abc import Callable

import aiohttp

SAFETY_SECONDS = 60


class TokenUnavailable(Exception):
    """The platform gave no access token; nothing was sent."""


class AccessToken:
    """The stable token of our account: fetched by one caller at a time, kept until it expires."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base_url: str,
        app_id: str,
        secret: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._url = base_url.rstrip("/") + "/cgi-bin/stable_token"
        self._credential = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._expires_at = 0.0

    async def get(self, *, instead_of: str | None = None) -> str:
        """`instead_of`: a token the platform has just called invalid."""
        async with self._lock:
            if self._token and self._token != instead_of and self._clock() < self._expires_at:
                return self._token
            self._token, seconds = await self._fetch()
            self._expires_at = self._clock() + max(seconds - SAFETY_SECONDS, 0)
            return self._token

    async def _fetch(self) -> tuple[str, int]:
        body = {**self._credential, "force_refresh": False}
        try:
            async with self._http.post(self._url, json=body, timeout=aiohttp.ClientTimeout(total=5)) as answer:
                fields = await answer.json(content_type=None)
                return str(fields["access_token"]), int(fields["expires_in"])
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TokenUnavailable(type(error).__name__) from error
        except (KeyError, TypeError, ValueError) as error:
            raise TokenUnavailable("refused") from error
