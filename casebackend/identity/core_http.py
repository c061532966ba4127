"""Core banking over HTTP: `POST {url}/customers/verify`, signed both ways (docs/identity.md)."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import aiohttp
import structlog
from pydantic import BaseModel, Field, ValidationError
from sanic import Sanic

from casebackend.api.breaker import Breaker
from casebackend.identity.ports import Claims, Confirmed, CoreUnavailable, NoCoreBank
from casebackend.identity.signed_asking import SignedAsking, Untrusted
from casebackend.settings import Settings

log = structlog.get_logger()


class Person(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    phone: str = Field(min_length=5, max_length=20)


class Answer(BaseModel):
    result: Literal["matched", "not_matched"]
    customer: Person | None = None


class HttpCoreBank:
    """After five failures in a row it isn't asked for five seconds, so that customers need not wait for nothing."""

    def __init__(self, url: str, secret: str, *, seconds: float, now: Callable[[], datetime]) -> None:
        self._asking = SignedAsking(url.rstrip("/") + "/customers/verify", secret, seconds=seconds, now=now)
        self.breaker = Breaker(time.monotonic)

    async def verify(self, claims: Claims) -> Confirmed | None:
        if not self.breaker.allows():
            raise CoreUnavailable("breaker open")
        try:
            found = await self._asked(claims)
        except (aiohttp.ClientError, TimeoutError, OSError, ValidationError, Untrusted, CoreUnavailable) as error:
            self.breaker.failed()
            reason = str(error) if isinstance(error, Untrusted | CoreUnavailable) else type(error).__name__
            log.warning("core_bank.unavailable", reason=reason)
            raise CoreUnavailable(reason) from None
        except BaseException:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return found

    async def _asked(self, claims: Claims) -> Confirmed | None:
        told = {"name": claims.name, "id_number": claims.id_number, "phone": claims.phone}
        answer = Answer.model_validate_json(await self._asking.ask(told))
        if answer.result == "not_matched":
            return None
        if answer.customer is None:
            raise CoreUnavailable("matched without a customer")
        return Confirmed(answer.customer.name, answer.customer.phone)


def install(app: Sanic[Any, Any], settings: Settings) -> None:
    if settings.core_bank_url is None or settings.core_bank_secret is None:
        app.ctx.core_bank = NoCoreBank()
        return
    secret, seconds = settings.core_bank_secret.get_secret_value(), settings.core_bank_seconds
    app.ctx.core_bank = HttpCoreBank(settings.core_bank_url, secret, seconds=seconds, now=app.ctx.now)
