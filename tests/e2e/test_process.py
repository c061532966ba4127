"""The whole process: a complaint through every hand of the bank, and one that was taken down at the counter."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from ops.chain import Chain
from tests.e2e.customers import WebCustomer
from tests.e2e.desk import ANSWER, REPLY, Staff
from tests.e2e.talks import file_complaint

PATIENCE_SECONDS = 60
PROPOSAL = ANSWER | {
    "findings": "系统重复扣收年费",
    "validity": "valid",
    "responsible": "responsible",
    "proposal": "退回年费并致歉",
}


@pytest_asyncio.fixture
async def bank(chain: Chain, passwords: dict[str, str]) -> AsyncIterator[dict[str, Staff]]:
    """Everybody who has a hand in it, by login."""
    async with AsyncExitStack() as doors:
        yield {
            login: await doors.enter_async_context(Staff(chain.url("casebackend"), login, password))
            for login, password in passwords.items()
        }


async def until[T](found: Callable[[], Awaitable[T | None]]) -> T:
    """What the worker does comes a little later."""
    for _ in range(PATIENCE_SECONDS * 5):
        if (value := await found()) is not None:
            return value
        await asyncio.sleep(0.2)
    raise AssertionError("it does not come")


async def to_be_asked(staff: Staff, number: str, *names: str) -> list[str]:
    """The ids of these units, from the form in which they are ticked."""
    page = await staff.page(f"/cases/{number}")
    ticks = re.findall(r'name="cosigners" value="([^"]+)"[^>]*> ([^<]+)<', page)
    return [next(value for value, text in ticks if text.strip().startswith(name)) for name in names]


async def countersigned(bank: dict[str, Staff], number: str) -> None:
    asked = await to_be_asked(bank["outlet"], number, "北京分行", "稽核部")
    await bank["outlet"].move(number, "ask_countersign", opinion="请就退费金额会签", cosigners=asked)
    for login in ("branch", "auditor"):
        tasks = (await bank[login].get("/tasks"))["items"]
        task = next(each for each in tasks if each["case_number"] == number)
        answer = {"answer": "同意退费", "agrees": True}
        await bank[login].post(f"/tasks/{task['id']}/answer", answer, **{"If-Match": f'"{task["version"]}"'})
    assert (await bank["outlet"].get(f"/cases/{number}"))["status"] == "investigating"


async def extended(bank: dict[str, Staff], number: str) -> dict[str, Any]:
    asked = await bank["outlet"].post(f"/cases/{number}/extensions", {"level": "to_30", "reason": "需调取商户凭证"})
    decision = {"decision": "approve", "opinion": "情况属实"}
    decided: dict[str, Any] = await bank["supervisor"].post(
        f"/extensions/{asked['id']}/decision", decision, **{"If-Match": f'"{asked["version"]}"'}
    )
    return decided


async def in_the_hands_of_the_outlet(bank: dict[str, Staff], number: str) -> None:
    case = await bank["agent"].get(f"/cases/{number}")
    await bank["lead"].move(number, "accept", opinion="材料齐全，予以受理")
    handling = case["unit_id"]
    await bank["agent"].move(number, "dispatch", opinion="由网点直接核实", handling_unit_id=handling)

    async def assigned() -> bool | None:
        return "case.assigned" in str(await bank["lead"].get(f"/cases/{number}/timeline")) or None

    await until(assigned)
    await bank["outlet"].move(number, "receive", opinion="已接收")


async def decided(bank: dict[str, Staff], number: str, **told: str) -> None:
    """`told`: how the customer was told by us ourselves, which is then said to be now."""
    case = await bank["outlet"].get(f"/cases/{number}")
    await bank["outlet"].move(number, "propose", responsible_unit_id=case["unit_id"], **PROPOSAL)
    await bank["branch"].move(number, "sign", opinion="同意上报稽核")
    await bank["supervisor"].move(number, "approve_opinion", opinion="同意")
    await bank["supervisor"].move(number, "approve_reply", opinion="同意办结")
    at = {"told_at": datetime.now(UTC).isoformat()} if told else {}
    await bank["outlet"].move(number, "reply", **REPLY, **told, **at)


async def test_a_complaint_goes_through_every_hand_and_comes_again_as_a_second_one(
    chain: Chain, customer: WebCustomer, bank: dict[str, Staff]
) -> None:
    number = await file_complaint(customer.ask)
    await in_the_hands_of_the_outlet(bank, number)
    await countersigned(bank, number)
    longer = await extended(bank, number)
    day = datetime.fromisoformat(longer["new_due_on"])
    assert "延长" in await customer.hear(f"{day.year}年{day.month}月{day.day}日")
    await decided(bank, number)
    await customer.hear("经核实")
    await customer.hear("解决", seconds=90)
    await customer.ask("根本没解决", "分")
    await customer.ask("1分")
    assert "重新处理" in await customer.ask("你们太敷衍了")
    await customer.ask("需要")
    first = await bank["supervisor"].get(f"/cases/{number}")
    assert first["status"] == "closed"
    second = await bank["auditor"].get(f"/cases/{first['second_number']}")
    assert (second["kind"], second["handling_unit"]) == ("second", "稽核部")
    assert chain.run("-m", "casebackend", "check").strip() == "一切正常"
    assert chain.run("-m", "casebackend", "audit", "verify").startswith("一切正常")


async def test_a_complaint_taken_down_at_the_counter_is_answered_in_person_and_closed(
    chain: Chain, bank: dict[str, Staff]
) -> None:
    outlet = bank["outlet"]
    hidden = re.search(r'name="form_id" value="([^"]+)"', await outlet.page("/register"))
    assert hidden
    form = {
        "form_id": hidden.group(1), "act": "submit", "matter_type": "complaint", "source": "direct",
        "channel": "counter", "capacity": "self", "complainant_name": "赵小燕", "complainant_phone": "13700007777",
        "unit": "北京朝阳支行", "facts": "柜台排队两小时，临近下班不再受理", "demand": "希望改进排队叫号",
    }  # fmt: skip
    where = await outlet.leads_to("/register", form)
    found = re.search(r"TS\d{14}", where)
    assert found
    number = found.group()
    assert number in await outlet.page("/ledger")
    await in_the_hands_of_the_outlet(bank, number)
    await decided(bank, number, told_by="in_person", told_proof="客户当面签收答复书")
    case = await outlet.get(f"/cases/{number}")
    assert (case["status"], case["told_by"], case["told_proof"]) == ("replied", "in_person", "客户当面签收答复书")

    async def to_be_called() -> bool | None:
        return (await outlet.get(f"/cases/{number}"))["status"] == "follow_up" or None

    await until(to_be_called)
    await bank["agent"].move(number, "close", satisfaction="satisfied")
    assert (await outlet.get(f"/cases/{number}"))["status"] == "closed"
    assert chain.run("-m", "casebackend", "check").strip() == "一切正常"
