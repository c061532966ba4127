"""The bank's core system over HTTP: `POST {url}/objects/find`, signed both ways like the check of a customer."""

import time
from collections.abc import Callable
from datetime import datetime

import aiohttp
import structlog
from pydantic import BaseModel, ValidationError

from casebackend.api.breaker import Breaker
from casebackend.identity.signed_asking import SignedAsking, Untrusted
from casebackend.parties.rules import Finding, ObjectKind

log = structlog.get_logger()


class Answer(BaseModel):
    result: Finding


class HttpCore:
    """No answer in time, and none that can be trusted, is `unchecked`: a complaint waits for no core system. After five
    failures in a row it isn't asked for five seconds."""

    def __init__(self, url: str, secret: str, *, seconds: float, now: Callable[[], datetime]) -> None:
        self._asking = SignedAsking(url.rstrip("/") + "/objects/find", secret, seconds=seconds, now=now)
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
        return Answer.model_validate_json(await self._asking.ask({"kind": kind, "value": value})).result
