"""The bank's core system over HTTP: `POST {url}/objects/find`, signed both ways like the check of a customer."""

import json
import secrets
import time
from collections.abc import Callable
from datetime import datetime

import aiohttp
import structlog
from pydantic import BaseModel, ValidationError

from casebackend.api.breaker import Breaker
from casebackend.identity import signatures
from casebackend.parties.rules import Finding, ObjectKind

LONGEST_ANSWER = 1_024
log = structlog.get_logger()


class Answer(BaseModel):
    result: Finding


class Untrusted(Exception):
    """What came back is no answer of the bank."""


class HttpCore:
    """No answer in time, and none that can be trusted, is `unchecked`: a complaint waits for no core system. After five
    failures in a row it isn't asked for five seconds."""

    def __init__(self, url: str, secret: str, *, seconds: float, now: Callable[[], datetime]) -> None:
        self._url = url.rstrip("/") + "/objects/find"
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._now = now
        self.breaker = Breaker(time.monotonic)

    async def find(self, kind: ObjectKind, value: str) -> Finding:
        if not self.breaker.allows():
            return Finding.UNCHECKED
        try:
            found = await self._asked(kind, value)
        except (aiohttp.ClientError, TimeoutError, OSError, ValidationError, Untrusted) as error:
            self.breaker.failed()
            reason = str(error) if isinstance(error, Untrusted) else type(error).__name__
            log.warning("core.unavailable", kind=kind, reason=reason)
            return Finding.UNCHECKED
        except BaseException:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return found

    async def _asked(self, kind: ObjectKind, value: str) -> Finding:
        body = json.dumps({"kind": kind, "value": value}, ensure_ascii=False).encode()
        moment, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        headers = {
            "Content-Type": "application/json",
            signatures.TIME: moment,
            signatures.NONCE: nonce,
            signatures.SIGNATURE: signatures.asked(self._secret, moment, nonce, body),
        }
        async with (
            aiohttp.ClientSession(timeout=self._timeout) as http,
            http.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise Untrusted(f"status {response.status}")
            said = b""
            while chunk := await response.content.read(LONGEST_ANSWER - len(said)):
                said += chunk
            signature = response.headers.get(signatures.SIGNATURE, "")
        if not signatures.same(signature, signatures.answered(self._secret, nonce, said)):
            raise Untrusted("signature")
        return Answer.model_validate_json(said).result
