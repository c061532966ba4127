"""Invented people whose data go in through every door; afterwards they are looked for wherever bytes are kept."""

import base64
import itertools
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import String, cast, select

from casebackend.api.drafts import DraftView
from casebackend.customers.numbers import luhn
from casebackend.parties.rules import ID_WEIGHTS
from casebackend.schema import METADATA
from casebackend.worker import Worker
from tests.casebackend.cases.builders import ANSWERS, STORY, Desk, ask, unit
from tests.casebackend.registration.takers import STORY as TAKEN
from tests.casebackend.registration.takers import Counter
from tests.databases import on_postgres
from tests.world import World

GIVEN = (
    "翯翾耄耋聃聱肄肇胤臧舛艸芃苌荙莜菡葳蒉蓁蔻蕤薮藐蘅虢蜞蝥蟊衮袤裰褫觊觏觚訾詈諝谌豳貔赟赪趔踽蹇躔轺辏"
    "迤逯遄遒邈邡郏郯鄯酃醢釜鋈铉锃镠闫阊隗雎霭靳鞫韪颢飏餮馥骢髦魃鲋鸾麑黢鼐齑龆龠"
)
EMBEDDED = "我叫{name}，电话{phone}，身份证{id_number}，卡号{card}，邮箱{email}，柜台多扣了年费"
WRITTEN = "已与{name}联系（{phone}），证件{id_number}，卡{card}，邮件{email}"


@dataclass(frozen=True, slots=True)
class Canary:
    """One person."""

    name: str
    phone: str
    id_number: str
    card: str
    email: str

    def says(self, text: str) -> str:
        return text.format(name=self.name, phone=self.phone, id_number=self.id_number, card=self.card, email=self.email)

    @property
    def values(self) -> tuple[str, ...]:
        return self.name, self.phone, self.id_number, self.card, self.email


def people(count: int) -> list[Canary]:
    """Each value is of one person alone, well formed, and of nobody."""
    names = itertools.islice(itertools.permutations(GIVEN, 2), 7, None, 11)
    found = []
    for place, given in zip(range(count), names, strict=False):
        body = f"110101198807{1 + place % 28:02}{place % 1000:03}"
        body = body[:6] + f"{1950 + place // 500}" + body[10:]
        check = "10X98765432"[sum(int(d) * w for d, w in zip(body, ID_WEIGHTS, strict=True)) % 11]
        card = next(number for last in range(10) if luhn(number := f"62220299{place:06}7731{last}"))
        found.append(
            Canary(
                "".join(("钱", *given)), f"1773{place:03}{(place * 7919) % 10000:04}", body + check, card,
                f"kanari{place:04}@mail.example.com",
            )
        )  # fmt: skip
    return found


class Doors:
    """Every way in. Each plants one person."""

    def __init__(self, world: World) -> None:
        self.world, self.desk, self.counter = world, Desk(world), Counter(world)
        self.turn = 0

    async def plant(self, canary: Canary, place: int) -> None:
        doors = (self.inbox, self.questionnaire, self.registered, self.put_aside, self.handled, self.wrong, self.called)
        await doors[place % len(doors)](canary)

    async def inbox(self, canary: Canary) -> None:
        await self.world.says(canary.says(EMBEDDED), sender=f"s-{uuid4().hex}")
        long = canary.says(EMBEDDED) + "，请尽快处理" * 800
        await self.world.says(long, sender=f"s-{uuid4().hex}")

    async def questionnaire(self, canary: Canary) -> None:
        answers = ANSWERS | {"name": canary.name, "phone": canary.phone, "id_number": canary.id_number}
        answers["facts"] = canary.says("柜台多扣了我卡号{card}的年费，请发到{email}")
        sender, world = f"s-{uuid4().hex}", self.world
        receipt = await world.says(STORY, sender=sender)
        path = f"/conversations/{receipt.conversation_id}/draft"
        for _ in range(12):
            response = await world.act(f"{path}/absorb", receipt.message_id)
            asked = DraftView.model_validate(response.json()["draft"]).next
            if asked is None:
                break
            await ask(world, receipt.conversation_id, f"field.{asked}")
            receipt = await world.says(answers[str(asked)], sender=sender)
        await ask(world, receipt.conversation_id, None)
        filed = await world.act(f"{path}/file", receipt.message_id)
        assert filed.status_code == 201, filed.text

    def _taken(self, canary: Canary) -> dict[str, Any]:
        person = {
            "role": "complainant", "name": canary.name, "phone": canary.phone, "id_number": canary.id_number,
            "caller_number": canary.phone,
        }  # fmt: skip
        things = [{"kind": "card", "value": canary.card}]
        facts = canary.says("{name}来电称多扣年费，回电{phone}，证件{id_number}，卡{card}，邮箱{email}")
        return TAKEN | {"people": [person], "facts": facts, "demand": f"退回{canary.name}的年费", "objects": things}

    async def registered(self, canary: Canary) -> str:
        return str((await self.counter.sure(**self._taken(canary)))["number"])

    async def put_aside(self, canary: Canary) -> None:
        saved = await self.counter.sends("agent", "/registrations/", self._taken(canary))
        assert saved.status_code == 201, saved.text

    async def handled(self, canary: Canary) -> None:
        """What colleagues write around a case, with the customer's data in each text."""
        number, said = await self.registered(canary), canary.says(WRITTEN)
        file, later = base64.b64encode(said.encode()).decode(), self.world.time + timedelta(days=2)
        posts = (
            ("agent", "evidence", {"kind": "document", "title": said, "source": said, "content_base64": file}),
            ("agent", "urges", {"opinion": said}),
            ("agent", "materials", {"text": said, "received_at": self.world.time.isoformat()}),
            ("agent", "contacts", {"at": self.world.time.isoformat(), "note": said}),
            (
                "supervisor",
                "supervisions",
                {"demand": said, "due_at": later.isoformat()},
            ),
            ("agent", "disclosures", {"why": "contact", "reason": said[:200]}),
            ("lead", "recusals", {"reason": said}),
        )
        for login, what, body in posts:
            answer = await self.counter.sends(login, f"/cases/{number}/{what}", body)
            assert answer.status_code < 300, (what, answer.text)
        await self.desk.sure("supervisor", number, "accept", opinion=said)
        target = await unit(self.world, "个人金融部")
        await self.desk.sure("agent", number, "dispatch", handling_unit_id=target, opinion=said)
        await self.desk.sure("agent", number, "receive", opinion=said)
        other = await unit(self.world, "稽核部")
        task = {"unit_id": other, "demand": said, "required": False}
        asked = await self.counter.sends("agent", f"/cases/{number}/tasks", task)
        assert asked.status_code == 201, asked.text
        for field in ("findings", "judgement_basis", "proposal"):
            assert len(said) < 500, field
        await self.desk.sure(
            "agent", number, "propose", findings=said, judgement_basis=said, proposal=said, validity="valid",
            responsible="responsible", cause_c="因定价收费引起的投诉", business_channel_a="营业现场",
            category_b="银行卡", opinion=said, no_recording_reason="柜面办理，无录音",
        )  # fmt: skip
        await self._pages(number)

    async def _pages(self, number: str) -> None:
        browser = await self.desk.browser("agent")
        for path in (f"/cases/{number}", f"/cases/{number}/evidence", "/queue", "/query", "/ledger"):
            assert (await browser.get(path)).status_code == 200, path

    async def wrong(self, canary: Canary) -> None:
        """Refused, broken and lost requests: their answers must not say it back, nor may anything keep it."""
        browser, said = await self.desk.browser("agent"), canary.says(WRITTEN)
        answers: list[httpx.Response] = []
        for value in canary.values:
            answers += [
                await browser.get(f"/api/v1/cases/{value}"),
                await browser.get(f"/cases/{value}"),
                await browser.get(f"/nowhere/{value}", params={"q": said}),
                await browser.get("/api/v1/cases/", params={"handler": value}),
                await self.world.client().get(f"/cases/{value}"),
            ]
        broken = self._taken(canary) | {"facts": ["x", said], "unknown": said}
        answers.append(await self.counter.sends("agent", "/cases/", broken))
        answers.append(await browser.post("/api/v1/cases/", json=self._taken(canary)))
        people = [{"role": "complainant", "name": canary.name, "phone": canary.phone[:-1] + "x"}]
        answers.append(await self.counter.sends("agent", "/cases/", TAKEN | {"people": people}))
        answers.append(await browser.post("/api/v1/cases/", content=said.encode()))
        answers.append(await browser.get("/api/v1/cases/", params={"q": canary.name, "phone": canary.phone}))
        wanted = {"conditions": {"q": [canary.name], "phone": [canary.phone]}, "purpose": "identity"}
        search = await browser.post("/api/v1/cases/search", json=wanted)
        assert search.status_code == 200, search.text
        await browser.get("/knowledge", params={"q": said})
        login = {"login": canary.phone, "password": canary.id_number}
        await self.world.client().post("/login", data=login, headers={"Origin": "http://casebackend"})
        for answer in answers:
            assert answer.status_code >= 300, (answer.request.url, answer.status_code)
            heads = {name: value for name, value in answer.headers.items() if name != "location"}
            said_back = [value for value in canary.values if value in answer.text + str(heads)]
            assert not said_back, (answer.request.url.path, answer.text)

    async def called(self, canary: Canary) -> None:
        transcript = {
            "call_id": str(uuid4()), "revision": self.world.time.isoformat(), "started_at": self.world.time.isoformat(),
            "caller": canary.phone,
            "turns": [{"speaker": "customer", "text": canary.says(EMBEDDED), "start_ms": 0, "end_ms": 9_000}],
        }  # fmt: skip
        answer = await self.world.channels.post(
            "/api/v1/transcripts", json=transcript, headers={"Idempotency-Key": uuid4().hex}
        )
        assert answer.status_code < 300, answer.text


async def settled(world: World) -> None:
    """Everything that follows later has followed: notices, mails, surveys, reminders, anchors."""
    ticking = Worker(world.database, world.settings, now=lambda: world.time, name="canaries")
    for days in (0, 3, 20):
        world.wait(days=days)
        await ticking.lead()
        for _ in range(3):
            await ticking.tick()
            await ticking.post()
    await ticking.hourly()


def forms(value: str) -> tuple[bytes, ...]:
    """As it may stand in a file: plain, in JSON that escapes, in UTF-16, in a query string, in base64 at any offset."""
    plain = value.encode()
    offsets = [base64.b64encode(b"\0" * skip + plain)[4 if skip else 0 : -4] for skip in range(3)]
    escaped = value.encode("unicode_escape")
    quoted = "".join(f"%{byte:02X}" for byte in plain).encode() if not value.isascii() else plain
    return (*{plain, escaped, quoted, value.encode("utf-16-le")}, *(each for each in offsets if len(each) >= 8))


def in_bytes(raw: bytes, canaries: Sequence[Canary]) -> Iterator[str]:
    for canary in canaries:
        for value in canary.values:
            if any(form in raw for form in forms(value)):
                yield value


async def in_database(world: World, canaries: Sequence[Canary]) -> list[str]:
    """Table and column of each; on SQLite the files are searched too, freed pages and the log of writes included."""
    leaks = []
    async with world.database.reading() as session:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                rows = await session.scalars(select(cast(column, String) if on_postgres() else column))
                raw = b"\n".join(each if isinstance(each, bytes) else str(each).encode() for each in rows if each)
                leaks += [f"{table.name}.{column.name}: {value}" for value in in_bytes(raw, canaries)]
    return leaks


def copied(world: World, target: Path) -> None:
    """A backup as SQLite itself makes it."""
    if world.database.is_sqlite:
        with sqlite3.connect(world.settings.var_dir / "tingsu.db") as source, sqlite3.connect(target) as other:
            source.backup(other)


def in_files(folder: Path, canaries: Sequence[Canary]) -> list[str]:
    return [
        f"{path.relative_to(folder)}: {value}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for value in in_bytes(path.read_bytes(), canaries)
    ]


def shuffled(canaries: list[Canary]) -> list[Canary]:
    random.Random(5).shuffle(canaries)
    return canaries
