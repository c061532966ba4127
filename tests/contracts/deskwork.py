"""A bank in the middle of its work: one of everything that has an address."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casebackend.api.conversations import HandoffRequest
from casebackend.organisations.model import Organisation
from tests.contracts.bank import Bank
from tests.contracts.customer import Customer, recorded_call

PERSON = {"role": "complainant", "name": "王小明", "phone": "13800138000"}
TAKEN = {"people": [PERSON], "facts": "柜台多扣了我信用卡年费", "demand": "要求退回多扣的年费并道歉"}
GROUNDS = {"grounds": "对处理结果有异议", "form": "document", "document": "申请书", "confirmed": True}
REASON = "按制度修订（假设）"
# Bodies that the rules agree with, where random ones never would; ids, times and days are put in later.
EXAMPLES: dict[str, dict[str, Any]] = {
    "registration.create": TAKEN,
    "registrations.save": TAKEN,
    "registrations.change": TAKEN,
    "registration.units": {"unit_id": "", "reason": REASON},
    "registration.severity": {"severity": "重大投诉", "reason": REASON},
    "registration.regulator_date": {"due_on": "2027-06-30", "document": "监管来文〔2026〕17号", "reason": REASON},
    "reviews.apply": GROUNDS,
    "reviews.move": {"move": "accept", "opinion": "受理"},
    "families.open_second": {"opinion": "对答复不满意"},
    "limits.add": {
        "code": "internal.investigate", "amount": "4", "effective_from": "", "source": REASON, "evidence": "D",
    },
    "limits.import_notice": {"text": "2027-01-04 休", "source": REASON, "confirm": False},
    "limits.edit_day": {"is_workday": False, "note": "停电", "source": REASON},
    "limits.replace_reminders": {
        "clock_group": "internal.", "effective_from": "", "source": REASON,
        "rules": [{"kind": "near_due", "anchor": "near", "recipient": "handler"}],
    },
    "thresholds.add": {"code": "unread.hours", "value": "6", "effective_from": "", "source": REASON},
    "profiles.use": {"unit_id": "", "profile": "two_level", "effective_from": "", "source": REASON},
    "dictionaries.codes": {"codes": {"信用卡": "测试01"}, "effective_from": "", "source": REASON},
    "tasks.ask": {"unit_id": "", "demand": "请协助查明"},
    "tasks.answer": {"answer": "已查明", "agrees": True},
    "tasks.cancel": {"reason": "不再需要"},
    "supervision.open_item": {"demand": "请查明", "due_at": ""},
    "supervision.reply": {"text": "已查明"},
    "supervision.send_back": {"demand": "请补充说明", "due_at": ""},
    "supervision.close": {"opinion": "同意"},
    "evidence.add": {"kind": "document", "title": "情况说明", "source": "柜台", "content_base64": "aGVsbG8="},
    "extensions.ask": {"level": "to_30", "reason": REASON},
    "extensions.decide": {"decision": "approve", "opinion": "同意"},
    "extensions.add_material": {"text": "又收到一封信", "received_at": ""},
    "extensions.decide_material": {"is_new_fact": True, "opinion": "是新事实"},
    "extensions.record_contact": {"at": "", "note": "已电话联系"},
    "recusals.waive": {"user_id": "", "reason": REASON},
    "cases.move": {"move": "accept", "opinion": "同意"},
    "assignments.assign": {"user_id": "", "reason": REASON},
    "conversations.fail_turn": {"worker": "", "epoch": 1, "reason": "timeout"},
    "conversations.take_over_turn": {"worker": "", "epoch": 1},
    "drafts.submit_transcript": recorded_call().model_dump(mode="json"),
}  # fmt: skip


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
    await creates(bank, "agent", f"/cases/{handled}/evidence", EXAMPLES["evidence.add"])
    link = {"number": fresh, "kind": "related", "reason": "同一网点"}
    await creates(bank, "agent", f"/cases/{handled}/links", link)
    await creates(bank, "agent", f"/cases/{handled}/urges", {"opinion": "请尽快"})
    await creates(bank, "agent", f"/cases/{extended}/extensions", EXAMPLES["extensions.ask"])
    material = {"text": "又收到一封信", "received_at": datetime.now(UTC).isoformat()}
    await creates(bank, "agent", f"/cases/{extended}/materials", material)
    await creates(bank, "agent", f"/cases/{reviewed}/reviews", GROUNDS)


async def _unit(bank: Bank, name: str) -> UUID:
    async with bank.database.reading() as session:
        return (await session.scalars(select(Organisation.id).where(Organisation.name.endswith(name)))).one()


async def _registered(bank: Bank) -> None:
    for _ in range(3):
        await creates(bank, "agent", "/registrations", TAKEN)


async def _talking(bank: Bank, customer: Customer) -> None:
    await customer.drafts()
    await customer.hears("请确认")
    await customer.says("转人工，年费收了两次")
    request = HandoffRequest(message_id=customer.message)
    await bank.actions.hand_off(customer.conversation, request, key=customer.key("handoff"))
    await customer.hears("请稍候")
    await bank.channels.submit_transcript(recorded_call())
    await bank.reads("agent", f"/conversations/{customer.conversation}/suggestions")
