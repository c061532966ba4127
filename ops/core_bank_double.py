"""Core banking, as our checks of customers and things see it: for the demo, for tests, for people without a core bank.

    python -m ops.core_bank_double         listens on 127.0.0.1:8095

The bank's own routes: POST /customers/verify and POST /objects/find. It knows the customers of core_bank_customers.yml
and nobody else, and cards by their check digit; it trusts only a fresh question that is signed with the secret, answers
a nonce once, and signs what it answers. Of claims that do not fit it says no more than that.
Ours, to steer it: POST /fault {kind: ok | down | hang | forged | nonsense}.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from casebackend.identity import signatures
from casebackend.parties.doubles import ConsoleCore
from casebackend.parties.rules import ObjectKind

CUSTOMERS = Path(__file__).with_name("core_bank_customers.yml")
CLAIMS = ("name", "id_number", "phone")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TINGSU_", frozen=True, extra="ignore")

    core_bank_secret: SecretStr
    core_bank_double_port: int = Field(default=8095)


class CoreBankDouble:
    def __init__(self, secret: str, customers: list[dict[str, str]] | None = None) -> None:
        self.secret = secret
        self.customers = customers or yaml.safe_load(CUSTOMERS.read_text(encoding="utf-8"))
        self.fault = "ok"
        self.asked = 0
        self._nonces: set[str] = set()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=16_384)
        app.add_routes(
            [
                web.post("/customers/verify", self.verify),
                web.post("/objects/find", self.find),
                web.post("/fault", self.steer),
            ]
        )
        return app

    async def verify(self, request: web.Request) -> web.Response:
        return await self._told(request, self._answer)

    async def find(self, request: web.Request) -> web.Response:
        return await self._told(request, self._finding)

    async def _told(
        self, request: web.Request, answering: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
    ) -> web.Response:
        body = await request.read()
        self.asked += 1
        if self.fault == "down":
            return web.Response(status=503)
        if self.fault == "hang":
            await asyncio.sleep(3_600)
        nonce = request.headers.get(signatures.NONCE, "")
        if not self._trusted(request, nonce, body):
            return web.Response(status=401)
        answer = b"<html>" if self.fault == "nonsense" else json.dumps(await answering(json.loads(body))).encode()
        signature = signatures.answered("forged" if self.fault == "forged" else self.secret, nonce, answer)
        return web.Response(body=answer, headers={signatures.SIGNATURE: signature}, content_type="application/json")

    def _trusted(self, request: web.Request, nonce: str, body: bytes) -> bool:
        moment = request.headers.get(signatures.TIME, "")
        if not moment.isdigit() or abs(time.time() - int(moment)) > signatures.SECONDS or nonce in self._nonces:
            return False
        self._nonces.add(nonce)
        given = request.headers.get(signatures.SIGNATURE, "")
        return signatures.same(given, signatures.asked(self.secret, moment, nonce, body))

    async def _answer(self, claims: dict[str, Any]) -> dict[str, Any]:
        for customer in self.customers:
            if all(claims.get(name) == customer[name] for name in CLAIMS):
                known = {"name": customer["name"], "phone": customer["phone"]}
                return {"result": "matched", "customer": known}
        return {"result": "not_matched"}

    async def _finding(self, named: dict[str, Any]) -> dict[str, Any]:
        return {"result": await ConsoleCore().find(ObjectKind(named["kind"]), named["value"])}

    async def steer(self, request: web.Request) -> web.Response:
        self.fault = str((await request.json())["kind"])
        return web.json_response({"kind": self.fault})


def main() -> None:
    settings = Settings()  # type: ignore[call-arg]
    double = CoreBankDouble(settings.core_bank_secret.get_secret_value())
    web.run_app(double.app(), host="127.0.0.1", port=settings.core_bank_double_port, access_log=None, print=None)


if __name__ == "__main__":
    main()
