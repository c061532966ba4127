"""One question to the bank's core system over HTTP, signed both ways (docs/identity.md)."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

import aiohttp

from casebackend.identity import signatures

LONGEST_ANSWER = 16_384


class Untrusted(Exception):
    """What came back is no answer of the bank: a word for the log, nothing of what was sent."""


class SignedAsking:
    """`seconds`: within so many the whole answer is there."""

    def __init__(self, url: str, secret: str, *, seconds: float, now: Callable[[], datetime]) -> None:
        self._url = url
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._now = now

    async def ask(self, question: Mapping[str, object]) -> bytes:
        """An answer that is not 200, longer than allowed or not signed is `Untrusted`."""
        body = json.dumps(question, ensure_ascii=False).encode()
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
        return said
