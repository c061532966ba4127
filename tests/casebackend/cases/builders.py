"""Cases and their ways, built through the inbox, the draft and the console's routes."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from casebackend.api.drafts import CaseReceipt, DraftView
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.conversations.rules import Channel
from casebackend.conversations.service import hold
from casebackend.organisations.model import Organisation
from tests.casebackend.staff.logins import staff
from tests.world import World

STORY = "我要投诉，3月1日朝阳支行柜台多扣了我信用卡年费200元，柜员态度很差"
ANSWERS = {
    "facts": "柜台多扣了我信用卡年费",
    "demand": "要求退回多扣的年费并道歉",
    "unit": "朝阳支行",
    "amount": "200元",
    "occurred_on": "3月1日",
    "name": "张三丰",
    "phone": "13800138000",
    "id_number": "不方便提供",
}
REPLY = {
    "reply_facts": "经核实，您的信用卡年费确为系统重复扣收。",
    "reply_decision": "退还多收的年费，并由网点向您说明情况。",
    "reply_basis": "依据本行信用卡章程关于年费的约定。",
    "reply_remedies": "如对处理结果有异议，可以申请调解、仲裁或者提起诉讼。",
}
PROPOSAL = {
    "findings": "系统重复扣收",
    "validity": "valid",
    "responsible": "responsible",
    "judgement_basis": "信用卡章程第十二条：年费每年收取一次",
    "cause_c": "因定价收费引起的投诉",
    "proposal": "退回年费并致歉",
}


async def drafted(
    world: World, *, sender: str = "customer-1", channel: Channel | None = None, story: str = STORY
) -> tuple[UUID, UUID]:
    """A complete draft; conversation and last message."""
    receipt = await world.says(story, sender=sender, channel=channel)
    path = f"/conversations/{receipt.conversation_id}/draft/absorb"
    asked: str | None = None
    for _ in range(12):
        response = await world.act(path, receipt.message_id)
        assert response.status_code == 200, response.text
        draft = DraftView.model_validate(response.json()["draft"])
        if draft.next is None:
            return receipt.conversation_id, receipt.message_id
        asked = str(draft.next)
        await ask(world, receipt.conversation_id, f"field.{asked}")
        receipt = await world.says(ANSWERS[asked], sender=sender, channel=channel)
    raise AssertionError(f"the draft keeps asking for {asked}")


async def ask(world: World, conversation_id: UUID, question: str | None, choices: tuple[str, ...] = ()) -> None:
    """As if the bot had asked it: the engine is no part of these tests."""
    async with world.database.transaction() as session:
        conversation = await hold(session, conversation_id)
        conversation.asked, conversation.choices = question, list(choices)


async def filed(world: World, *, sender: str = "customer-1", channel: Channel | None = None) -> CaseReceipt:
    conversation, message = await drafted(world, sender=sender, channel=channel)
    await ask(world, conversation, None)
    response = await world.act(f"/conversations/{conversation}/draft/file", message)
    assert response.status_code == 201, response.text
    return CaseReceipt.model_validate_json(response.content)


async def case_of(world: World, case_id: UUID) -> Case:
    async with world.database.transaction() as session:
        return await session.get_one(Case, case_id)


async def unit(world: World, name: str) -> str:
    async with world.database.reading() as session:
        return str(await session.scalar(select(Organisation.id).where(Organisation.name == name)))


def told(world: World, **other: Any) -> dict[str, Any]:
    """A colleague told the customer on the telephone just now."""
    return {"told_by": "phone", "told_at": world.time.isoformat(), "told_proof": "通话录音 0301"} | other


def unit_named(case: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Whoever finds the bank answerable names the unit complained of, where none is named; unless he says another."""
    if fields.get("responsible") not in ("responsible", "partly") or case.get("responsible_unit_id"):
        return fields
    return {"responsible_unit_id": case.get("unit_id") or case.get("handling_unit_id")} | fields


class Desk:
    """The staff of the demo, each in an own browser."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browsers: dict[str, httpx.AsyncClient] = {}

    async def does(self, login: str, reference: object, move: str, **fields: Any) -> httpx.Response:
        """With the version that is current, unless `read` says which one was read."""
        browser = await self.browser(login)
        url = f"/api/v1/cases/{reference}"
        stands = await self.world.tester.get(url)
        read = fields.pop("read", None) or stands.headers.get("ETag", "*")
        fields = unit_named(stands.json(), fields) if move == "propose" else fields
        return await browser.post(f"{url}/moves", json={"move": move, **fields}, headers={"If-Match": read})

    async def browser(self, login: str) -> httpx.AsyncClient:
        if login not in self.browsers:
            self.browsers[login] = await staff(self.world, login)
        return self.browsers[login]

    async def sure(self, login: str, reference: object, move: str, **fields: Any) -> dict[str, Any]:
        response = await self.does(login, reference, move, **fields)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def reads(self, login: str, path: str) -> httpx.Response:
        return await (await self.browser(login)).get(f"/api/v1{path}")

    async def investigating(self, case: object) -> None:
        await self.sure("lead", case, "accept")
        target = await unit(self.world, "个人金融部")
        await self.sure("agent", case, "dispatch", handling_unit_id=target, opinion="信用卡业务由个人金融部核查")
        await self.sure("agent", case, "receive")

    async def appraisal(self, case: object) -> dict[str, Any]:
        """What a suspension needs: the paper stands among the evidence."""
        paper = {"kind": "document", "title": "笔迹鉴定委托书", "source": "档案室 2026-17"}
        key = {"Idempotency-Key": uuid4().hex}
        added = await (await self.browser("agent")).post(f"/api/v1/cases/{case}/evidence", json=paper, headers=key)
        assert added.status_code == 201, added.text
        back = str(local_date(self.world.time) + timedelta(days=30))
        paper = {"appraisal": "笔迹鉴定", "appraisal_id": added.json()["id"], "expected_back_on": back}
        return paper | {"opinion": "送鉴定"}

    async def proposed(self, case: object, **fields: Any) -> None:
        """Signed by whoever stands above 个人金融部: nobody in it leads it."""
        await self.sure("agent", case, "propose", **PROPOSAL | fields)
        await self.sure("executive", case, "sign", opinion="同意上报稽核")

    async def reply_pending(self, case: object) -> None:
        await self.investigating(case)
        await self.proposed(case)
        await self.sure("supervisor", case, "approve_opinion", opinion="同意")
        await self.sure("supervisor", case, "approve_reply", opinion="同意办结")

    async def replied(self, case: object, **told: Any) -> dict[str, Any]:
        """`told`: how, when and with what proof, where we carry no messages (see `told`)."""
        await self.reply_pending(case)
        return await self.sure("agent", case, "reply", **REPLY, **told)
