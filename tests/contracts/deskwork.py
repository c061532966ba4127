"""A bank in the middle of its work: one of everything that has an address."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casebackend.api.conversations import HandoffRequest
from casebackend.organisations.model import Organisation
from tests.contracts.bank import Bank
from tests.contracts.customer import Customer, recorded_call


async def creates(bank: Bank, login: str, path: str, body: dict[str, Any]) -> Any:
    desk = await bank.staff(login)
    response = await desk.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert response.status_code == 201, f"{path}: {response.text}"
    return response.json()


async def done(bank: Bank) -> None:
    complaints = []
    for _ in range(6):
        customer = bank.customer()
        complaints.append(await customer.complains())
    replied, reviewed, handled, extended, accepted, fresh = complaints
    unit = (await bank.reads("lead", f"/cases/{handled.number}"))["unit_id"]
    await bank.replies_to(replied.case_id)
    await bank.replies_to(reviewed.case_id)
    for each in (handled, extended):
        await bank.moves("lead", each.case_id, "accept")
        await bank.moves("agent", each.case_id, "dispatch", handling_unit_id=unit, opinion="由该部门核查")
        await bank.moves("agent", each.case_id, "receive")
    await bank.moves("lead", accepted.case_id, "accept")
    await _around(bank, handled.number, extended.number, reviewed.number, fresh.number)
    await _registered(bank)
    await _talking(bank, bank.customer())
    await bank.works()


async def _around(bank: Bank, handled: str, extended: str, reviewed: str, fresh: str) -> None:
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    branch = str(await _unit(bank, "北京分行"))
    for _ in range(3):
        await creates(bank, "agent", f"/cases/{handled}/tasks", {"unit_id": branch, "demand": "请协助查明"})
        await creates(bank, "supervisor", f"/cases/{handled}/supervisions", {"demand": "请查明", "due_at": due})
    await creates(bank, "agent", f"/cases/{handled}/evidence", {"kind": "recording", "title": "录音", "source": "R-1"})
    link = {"number": fresh, "kind": "related", "reason": "同一网点"}
    await creates(bank, "agent", f"/cases/{handled}/links", link)
    await creates(bank, "agent", f"/cases/{handled}/urges", {"opinion": "请尽快"})
    await creates(bank, "agent", f"/cases/{extended}/extensions", {"level": "to_30", "reason": "需向第三方调取资料"})
    material = {"text": "又收到一封信", "received_at": datetime.now(UTC).isoformat()}
    await creates(bank, "agent", f"/cases/{extended}/materials", material)
    grounds = {"grounds": "对处理结果有异议", "form": "document", "document": "申请书", "confirmed": True}
    await creates(bank, "agent", f"/cases/{reviewed}/reviews", grounds)


async def _unit(bank: Bank, name: str) -> UUID:
    async with bank.database.reading() as session:
        return (await session.scalars(select(Organisation.id).where(Organisation.name.contains(name)))).first()


async def _registered(bank: Bank) -> None:
    person = {"role": "complainant", "name": "王小明", "phone": "13800138000"}
    taken = {"people": [person], "facts": "柜台多扣了我信用卡年费", "demand": "要求退回多扣的年费并道歉"}
    for _ in range(3):
        await creates(bank, "agent", "/registrations", taken)


async def _talking(bank: Bank, customer: Customer) -> None:
    await customer.drafts()
    await customer.hears("请确认")
    await customer.says("转人工，年费收了两次")
    request = HandoffRequest(message_id=customer.message)
    await bank.actions.hand_off(customer.conversation, request, key=customer.key("handoff"))
    await customer.hears("请稍候")
    await bank.channels.submit_transcript(recorded_call())
    await bank.reads("agent", f"/conversations/{customer.conversation}/suggestions")
