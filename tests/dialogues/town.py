"""One town for all conversations: every program once, staff who answer, and programs that are restarted for all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from aiohttp import web

from ops.chain import Chain
from ops.core_bank_double import CoreBankDouble
from tests.dialogues.ledger import Ledger
from tests.dialogues.reading import SAYS, Conversation
from tests.e2e.customers import WebCustomer
from tests.e2e.desk import Staff, to_the_reply
from tests.e2e.talks import file_complaint

# A busy machine needs long for the first words of a program.
READY_SECONDS = 300
STRANGER, STRANGERS_PAPER = "何远方", "110105199003078895"
FIRST_PHONE = 10_000_000


class Restarts:
    """Each program is restarted once in a run: when every conversation that has it at this place of its own has come
    there. Everybody else is kept from speaking meanwhile, in the middle of whatever was talked about."""

    def __init__(self, chain: Chain, expected: list[Conversation]) -> None:
        self._chain = chain
        self._missing = {
            program: {each.name for each in expected if program in each.restarts}
            for program in {program for each in expected for program in each.restarts}
        }
        self._done = {program: asyncio.Event() for program in self._missing}
        self._open = asyncio.Event()
        self._open.set()
        self._speaking = 0
        self._silence = asyncio.Event()
        self._silence.set()
        self._one_at_a_time = asyncio.Lock()
        self.in_flight: dict[str, int] = {}
        self.talking: set[str] = set()

    @asynccontextmanager
    async def speaking(self) -> AsyncIterator[None]:
        await self._open.wait()
        self._speaking += 1
        self._silence.clear()
        try:
            yield
        finally:
            self._speaking -= 1
            if not self._speaking:
                self._silence.set()

    async def meet(self, program: str, name: str) -> None:
        self._missing[program].discard(name)
        await self._restart_if_all_came()
        await self._done[program].wait()

    async def leave(self, name: str) -> None:
        """Who is at the end, well or badly, is waited for no longer."""
        for missing in self._missing.values():
            missing.discard(name)
        await self._restart_if_all_came()

    async def _restart_if_all_came(self) -> None:
        async with self._one_at_a_time:
            for program, missing in self._missing.items():
                if not missing and not self._done[program].is_set():
                    await self._restart(program)

    async def _restart(self, program: str) -> None:
        self._open.clear()
        try:
            await self._silence.wait()
            self.in_flight[program] = len(self.talking)
            await asyncio.to_thread(self._chain.restart, program)
            await asyncio.to_thread(self._chain.wait_until_ready, seconds=READY_SECONDS)
        finally:
            self._open.set()
            self._done[program].set()


class Town:
    def __init__(self, chain: Chain, expected: list[Conversation]) -> None:
        self.chain, self.ledger = chain, Ledger(chain.var)
        self.restarts = Restarts(chain, expected)
        self.foreign_number = self.foreign_phone = self.other_number = self.other_phone = ""
        self._numbers = iter(range(FIRST_PHONE, 100_000_000))
        self._doors = AsyncExitStack()

    async def __aenter__(self) -> Self:
        passwords = json.loads(self.chain.logins)
        self._staff = {
            login: await self._doors.enter_async_context(Staff(self.chain.url("casebackend"), login, passwords[login]))
            for login in ("agent", "lead")
        }
        self._http = await self._doors.enter_async_context(
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {self.chain.env['TINGSU_TOKEN_ACTIONS']}"})
        )
        await self._core_banking()
        self.foreign_phone, self.foreign_number = await self._stranger()
        self.other_phone, self.other_number = await self._stranger()
        return self

    async def _stranger(self) -> tuple[str, str]:
        """His phone and his complaint. Codes go to one phone from one conversation only."""
        phone = self.phone()
        async with WebCustomer(self.chain.url("channels")) as stranger:
            await stranger.hear("个人信息")
            return phone, await file_complaint(stranger.ask, name=STRANGER, phone=phone)

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._doors.aclose()

    async def _core_banking(self) -> None:
        """Knows the stranger, whose complaint others ask about; he has a paper."""
        address = urlsplit(self.chain.env["TINGSU_CORE_BANK_URL"])
        known = [{"name": STRANGER, "id_number": STRANGERS_PAPER, "phone": f"139{FIRST_PHONE}"}]
        runner = web.AppRunner(CoreBankDouble(self.chain.env["TINGSU_CORE_BANK_SECRET"], known).app(), access_log=None)
        await runner.setup()
        self._doors.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, address.hostname, address.port).start()

    def phone(self) -> str:
        """Of nobody else in this town."""
        return f"139{next(self._numbers)}"

    async def case(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = await self._staff["agent"].get(f"/cases/{number}")
        return found

    async def draft(self, conversation: str) -> dict[str, Any] | None:
        """The open draft by the names of its fields, with `missing` and `about_money`."""
        url = f"{self.chain.url('casebackend')}/api/v1/conversations/{UUID(conversation)}/draft"
        async with self._http.get(url) as answer:
            if answer.status == 204:
                return None
            found = await answer.json()
        values = {each["name"]: each["value"] for each in found["fields"]}
        return {**values, "missing": "、".join(found["missing"]), "about_money": str(found["about_money"]).lower()}

    async def operator(self, does: str, conversation: str) -> None:
        agent, where = self._staff["agent"], UUID(conversation)
        if does == "replies":
            await to_the_reply(agent, self._staff["lead"], self.ledger.numbers(conversation)[-1])
        elif does == "takes over":
            await agent.post(f"/handoffs/{where}/take")
        elif does == "gives back":
            await agent.post(f"/handoffs/{where}/return")
        else:
            await agent.form(f"/console/conversations/{where}/say", {"text": does.removeprefix(SAYS)})
