"""Cases in every relation to somebody, each with a thing of each kind around it and with canaries in every text."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.conversations.rules import Channel
from casebackend.curation import phrasings
from casebackend.owings.rules import What
from casebackend.tellings.service import owe
from tests.casebackend.access.persons import Persons
from tests.casebackend.attachments import samples
from tests.casebackend.canaries import WRITTEN, Canary, people
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import PROPOSAL, REPLY, filed, told, unit
from tests.casebackend.families.builders import closes
from tests.world import World

# Key of a case: the unit complained of, where it was sent, who has it in hand.
CASES: dict[str, tuple[str | None, str | None, str | None]] = {
    "chaoyang": ("北京朝阳支行", None, None),
    "chaoyang-in-hand": ("北京朝阳支行", "北京朝阳支行", "outlet"),
    "haidian": ("北京海淀支行", "北京海淀支行", "haidian"),
    "beijing": ("北京分行", "北京分行", "beijing"),
    "lixia": ("济南历下支行", "济南历下支行", "lixia"),
    "qingdao": ("青岛崂山支行", None, None),
    "head": (None, "个人金融部", None),
    "crossed": ("北京朝阳支行", "济南分行", "jinan"),
    "asked": ("济南历下支行", "济南历下支行", "lixia"),
    "recused": ("北京朝阳支行", "北京朝阳支行", "second"),
    "left": ("北京朝阳支行", "北京朝阳支行", "former"),
    "replied": ("北京朝阳支行", "北京朝阳支行", "outlet"),
    "regulated": ("北京朝阳支行", "北京朝阳支行", "outlet"),
    "own": (None, None, None),
    "closed": ("北京海淀支行", "北京海淀支行", "haidian"),
}
# Its answer waits for head office.
REGULATED = {
    "source": "regulator", "channel": "regulator", "regulator_number": "GJ-1", "regulator_due_on": "2026-03-20",
}  # fmt: skip
WEBCHAT = "webchat"
REMEDIES = "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。"
PICTURE = base64.b64encode(samples.picture("PNG", (40, 20))).decode()


@dataclass(slots=True)
class Scene:
    """`marker` stands in every text of the case and in no other; `plain` may be shown to nobody unasked."""

    key: str
    number: str
    id: UUID
    conversation_id: UUID
    marker: str
    plain: tuple[str, ...] = ()
    things: dict[str, str] = field(default_factory=dict)


class Stage:
    """The bank with its people and cases. What is built is built through the routes."""

    def __init__(self, world: World) -> None:
        self.world, self.persons = world, Persons(world)
        self.scenes: dict[str, Scene] = {}
        self.refusals: list[str] = []

    async def set(self) -> None:
        await self.persons.gather()
        for number, canary in zip(CASES, people(len(CASES)), strict=True):
            await self._case(number, canary)
        await self._talk()
        await self._around_nobody()
        await ticked(self.world)
        await self.persons.part()
        for person in self.persons.all.values():  # the first use of a token is written down
            if person.name.startswith("token:"):
                await person.client.get("/api/v1/openapi.json")

    async def _sends(self, login: str, path: str, body: Any = None, **how: Any) -> httpx.Response:
        headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
        answer = await self.persons[login].client.post(path, json=body, headers=headers, **how)
        if answer.status_code >= 400:
            self.refusals.append(f"{login} {path} {answer.status_code} {answer.text[:160]}")
        return answer

    async def _moves(self, login: str, scene: Scene, move: str, **fields: Any) -> None:
        answer = await self._sends(login, f"/api/v1/cases/{scene.number}/moves", {"move": move, **fields})
        assert answer.status_code == 200, (login, scene.key, move, answer.text)

    async def _case(self, key: str, canary: Canary) -> None:
        named, sent_to, handler = CASES[key]
        marker = f"kanarie-{key}-x"
        text = f"{canary.says(WRITTEN)} {marker}"
        person = {"role": "complainant", "name": canary.name, "phone": canary.phone, "id_number": canary.id_number}
        body: dict[str, Any] = {
            "facts": text, "demand": f"退费 {marker}", "people": [person | {"caller_number": canary.phone}],
            "objects": [{"kind": "card", "value": canary.card}],
        }  # fmt: skip
        if named:
            body["unit_id"] = await unit(self.world, named)
        body |= REGULATED if key == "regulated" else {}
        made = await self._sends("agent", "/api/v1/cases/", body)
        assert made.status_code == 201, made.text
        async with self.world.database.reading() as session:
            case = await session.get_one(Case, UUID(made.json()["case_id"]))
        scene = Scene(key, case.number, case.id, case.conversation_id, marker, canary.values)
        self.scenes[key] = scene
        await self._furnish(scene, text)
        if key == "own":
            await self._own(scene)
        if sent_to:
            await self._in_hand(scene, sent_to, handler, text)

    async def _furnish(self, scene: Scene, text: str) -> None:
        """Names no unit that would see the case for it."""
        at, now = f"/api/v1/cases/{scene.number}", self.world.time
        posts: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("agent", "evidence", {"kind": "document", "title": text, "source": text, "content_base64": PICTURE}),
            ("agent", "urges", {"opinion": text}),
            ("agent", "contacts", {"at": now.isoformat(), "note": text}),
            ("supervisor", "supervisions", {"demand": text, "due_at": (now + timedelta(days=2)).isoformat()}),
            ("agent", "disclosures", {"why": "contact", "reason": text[:200]}),
            ("only-follow-up", "recusals", {"reason": text}),
        )
        for login, what, body in posts:
            await self._sends(login, f"{at}/{what}", body)
        agent = self.persons["agent"].client
        files = [("file", (f"{scene.marker}.png", samples.picture("PNG", (40, 20)), "image/png"))]
        headers = {"Idempotency-Key": uuid4().hex}
        sent = await agent.post(f"{at}/attachments", data={"kind": "file"}, files=files, headers=headers)
        assert sent.status_code == 201, sent.text
        held = await self.persons["supervisor"].client.post(
            f"/cases/{scene.number}/holds", data={"reason": text[:200]}, headers={"HX-Request": "true"}
        )
        assert held.status_code == 204, held.text
        async with self.world.database.transaction() as session:
            case = (await session.scalars(select(Case).where(Case.number == scene.number))).one()
            await owe(session, case, What.UNMERGED, f"恢复单独办理 {scene.marker}", since=now, now=now)
        others = [each for each in self.scenes.values() if each is not scene]
        if others:
            link = {"kind": "related", "number": others[-1].number, "reason": f"同一事由 {scene.marker}"}
            await self._sends("supervisor", f"{at}/links", link)

    async def _in_hand(self, scene: Scene, sent_to: str, handler: str | None, text: str) -> None:
        at = f"/api/v1/cases/{scene.number}"
        await self._moves("supervisor", scene, "accept", opinion=text)
        await self._moves("agent", scene, "dispatch", handling_unit_id=await unit(self.world, sent_to), opinion=text)
        if handler is None:
            return
        await self._moves(handler, scene, "receive", opinion=text)
        await self._sends(handler, f"{at}/extensions", {"level": "to_30", "reason": text})
        await self._sends("agent", f"{at}/materials", {"text": text, "received_at": self.world.time.isoformat()})
        asked = "北京海淀支行" if scene.key == "asked" else "稽核部"
        task = {"unit_id": await unit(self.world, asked), "demand": text, "required": False}
        await self._sends(handler, f"{at}/tasks", task)
        if scene.key == "recused":
            await self._sends("outlet", f"{at}/recusals", {"reason": text})
        if scene.key in ("replied", "closed", "left", "regulated"):
            await self._proposed(scene, handler, text)
        if scene.key in ("replied", "closed", "left"):
            await self._answered(scene, handler, text)

    async def _proposed(self, scene: Scene, handler: str, text: str) -> None:
        named = await unit(self.world, "北京朝阳支行")
        await self._moves(
            handler, scene, "propose", responsible_unit_id=named,
            **PROPOSAL | {"findings": text[:400], "proposal": text[:400]},
            no_recording_reason="柜面办理，无录音", business_channel_a="营业现场", category_b="银行卡",
        )  # fmt: skip
        await self._moves("branch", scene, "sign", opinion="同意")
        await self._moves("auditor", scene, "approve_opinion", opinion="同意")

    async def _answered(self, scene: Scene, handler: str, text: str) -> None:
        await self._moves("supervisor", scene, "approve_reply", opinion="同意")
        await self._moves(handler, scene, "reply", **REPLY | {"reply_remedies": REMEDIES}, **told(self.world))
        if scene.key == "replied":
            written = {"grounds": text[:400], "form": "document", "document": scene.marker}
            await self._sends("lead", f"/api/v1/cases/{scene.number}/reviews", written)
        else:
            await closes(self.world, scene.id)

    async def _own(self, scene: Scene) -> None:
        """Taken down by somebody who may also review."""
        person = {"role": "complainant", "name": scene.plain[0], "phone": scene.plain[1]}
        body = {"facts": f"年费 {scene.marker}", "demand": "退费", "people": [person]}
        made = await self._sends("intake-reviewer", "/api/v1/cases/", body)
        scene.number, scene.id = made.json()["number"], UUID(made.json()["case_id"])
        async with self.world.database.reading() as session:
            scene.conversation_id = (await session.get_one(Case, scene.id)).conversation_id

    async def _talk(self) -> None:
        """Filed by the customer himself in the chat, with a colleague in the talk, and a call with its sound."""
        receipt = await filed(self.world, sender="kanarie")
        async with self.world.database.reading() as session:
            case = await session.get_one(Case, receipt.case_id)
        marker = f"kanarie-{WEBCHAT}-x"
        await self.world.says(f"补充一句 {marker}", sender="kanarie")
        self.scenes[WEBCHAT] = Scene(WEBCHAT, case.number, case.id, case.conversation_id, marker)
        begun = await self.world.says("我要投诉，海淀支行柜台多扣年费 kanarie-begun-x", sender="kanarie-2")
        await self.world.act(f"/conversations/{begun.conversation_id}/draft/absorb", begun.message_id)
        other = await filed(self.world, sender="kanarie")
        moved = {"unit_id": await unit(self.world, "济南历下支行"), "reason": "实为历下支行"}
        await self._sends("supervisor", f"/api/v1/cases/{other.number}/units", moved)
        for conversation in (case.conversation_id, begun.conversation_id):
            await self._sends_as_bot(f"/api/v1/conversations/{conversation}/handoff", {"reason": "asked"})
            await self.persons["agent"].client.get(f"/api/v1/conversations/{conversation}/suggestions")
            await self._sends("supervisor", f"/api/v1/conversations/{conversation}/holds", {"reason": "诉讼保全"})
        await self._sends("agent", "/api/v1/gaps", {"question": "白金卡积分怎么换机票"})
        async with self.world.database.transaction() as session:
            await phrasings.propose(
                session, "biz-annual-fee", "卡上每年那笔钱是怎么算的", use_id=None, now=self.world.time
            )
        call = uuid4()
        await self.world.channels.post(f"/api/v1/calls/{call}/recording", content=samples.wav(1))
        heard = await filed(self.world, sender=f"call:{call}", channel=Channel.IVR)
        async with self.world.database.reading() as session:
            case = await session.get_one(Case, heard.case_id)
        self.scenes["call"] = Scene("call", case.number, case.id, case.conversation_id, "kanarie-call-x")

    async def _sends_as_bot(self, path: str, body: Any) -> None:
        answer = await self.world.actions.post(path, json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code < 400, answer.text

    async def _around_nobody(self) -> None:
        """What belongs to a person or a unit, and what administrators keep."""
        now = self.world.time
        times = {"starts_at": (now + timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=9)).isoformat()}
        for leader, person in (("lead", "agent"), ("haidian-head", "haidian"), ("jinan", "jinan")):
            shift = {"user_id": str(self.persons[person].user_id), "name": f"kanarie-shift-{person}-x"}
            await self._sends(leader, "/api/v1/shifts/", shift | times)
            await self._sends(person, "/api/v1/handovers/", {"note": f"kanarie-note-{person}-x"})
        for login in ("agent", "outlet", "haidian", "lixia", "former"):
            await self._sends(login, "/api/v1/registrations/", {"facts": f"kanarie-draft-{login}-x", "demand": "退费"})
            words = {"title": "安抚等待", "text": "{客户称呼}，请您稍候。"}
            for path in ("own-replies", "team-replies"):
                await self._sends(login, f"/api/v1/{path}", words)
        for login in ("supervisor", "branch", "jinan"):
            export = {"kind": "cases", "format": "csv", "query": "queue=all", "purpose": "月度核对"}
            await self._sends(login, "/api/v1/exports/", export)
        asks = {
            "code": "export.approval_rows",
            "value": "0",
            "effective_from": now.date().isoformat(),
            "source": "制度",
        }
        await self._sends("security", "/api/v1/security-parameters/", asks)
        export = {"kind": "cases", "format": "csv", "query": "queue=all", "purpose": "kanarie-export-beijing-x"}
        await self._sends("beijing", "/api/v1/exports/", export)
        agent = self.persons["agent"].user_id
        await self._sends("admin", f"/api/v1/users/{agent}/rights", {"roles": ["intake"], "reason": "调岗"})
