from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import timers_of
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Channel
from casebackend.notices.model import Notice
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World


def later(desk: Desk, **duration: float) -> None:
    """Time passes; everybody logs in again."""
    desk.world.wait(**duration)
    desk.browsers.clear()


async def posts(desk: Desk, login: str, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    browser = await desk.browser(login)
    return await browser.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": uuid4().hex} | headers)


async def asks(desk: Desk, login: str, case: object, level: str = "to_30") -> httpx.Response:
    return await posts(desk, login, f"/cases/{case}/extensions", {"level": level, "reason": "需向商户调取凭证"})


async def decides(
    desk: Desk, login: str, extension: dict[str, Any], decision: str, read: str | None = None
) -> httpx.Response:
    etag = read or f'"{extension["version"]}"'
    body = {"decision": decision, "opinion": "情况属实"}
    return await posts(desk, login, f"/extensions/{extension['id']}/decision", body, **{"If-Match": etag})


async def legal(world: World, case_id: Any) -> list[Timer]:
    async with world.database.transaction() as session:
        return [timer for timer in await timers_of(session, case_id) if timer.kind in ("l1", "l2", "l3")]


async def test_an_extension_counts_from_the_receipt_once_somebody_else_has_approved_it(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    later(desk, days=3)
    asked = (await asks(desk, "agent", receipt.number)).json()
    assert (asked["former_due_on"], asked["new_due_on"], asked["state"]) == ("2026-03-17", "2026-04-01", "requested")
    assert (await case_of(world, receipt.case_id)).promised_on == date(2026, 3, 17)
    assert (await asks(desk, "agent", receipt.number)).status_code == 409
    assert (await decides(desk, "agent", asked, "approve")).status_code == 403
    assert (await decides(desk, "supervisor", asked, "approve", read='"7"')).status_code == 412

    approved = await decides(desk, "supervisor", asked, "approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert approved.headers["ETag"] == f'"{approved.json()["version"]}"'
    case = await case_of(world, receipt.case_id)
    assert (case.promised_on, case.extension_level) == (date(2026, 4, 1), 1)
    former, longer = await legal(world, receipt.case_id)
    assert (former.kind, former.stop_reason, former.next_at) == ("l1", "extended", None)
    assert longer.derivation.startswith("收到 3月2日 + 30日 = 4月1日（经批准延长）；最后一个工作日 3月31日提醒")
    async with world.database.reading() as session:
        told = await session.scalars(select(Message.text).where(Message.conversation_id == case.conversation_id))
        assert any("处理期限延长至 2026年4月1日" in text for text in told)
        assert await check(session, now=world.time) == []
    assert (await decides(desk, "supervisor", asked, "refuse", read="*")).status_code == 409

    page = (await desk.reads("lead", "/extensions?state=approved")).json()
    assert [row["number"] for row in page["items"]] == [receipt.number]
    assert (await desk.reads("lead", "/extensions?state=nonsense")).status_code == 400
    assert (await desk.reads("outlet", f"/extensions?cursor={'x' * 10}")).status_code == 400


async def test_sixty_days_come_after_thirty_and_from_the_executive_or_the_superior_institution(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.sure("lead", receipt.number, "accept")
    await desk.sure("agent", receipt.number, "dispatch", handling_unit_id=await unit(world, "北京朝阳支行"))
    await desk.sure("outlet", receipt.number, "receive")
    early = await asks(desk, "outlet", receipt.number, "to_60")
    assert (early.status_code, early.json()["type"].rsplit("/")[-1]) == (409, "not-extensible")
    await decides(desk, "supervisor", (await asks(desk, "outlet", receipt.number)).json(), "approve")
    assert (await asks(desk, "outlet", receipt.number)).status_code == 409

    more = (await asks(desk, "outlet", receipt.number, "to_60")).json()
    assert more["new_due_on"] == "2026-05-01"
    assert (await decides(desk, "supervisor", more, "approve")).status_code == 403
    refused = await decides(desk, "branch", more, "refuse")
    assert refused.json()["state"] == "refused", "the head of the branch leads the institution above the outlet"
    again = (await asks(desk, "outlet", receipt.number, "to_60")).json()
    assert (await decides(desk, "branch", again, "withdraw")).status_code == 403
    assert (await decides(desk, "outlet", again, "withdraw")).json()["state"] == "withdrawn"
    last = (await asks(desk, "outlet", receipt.number, "to_60")).json()
    assert (await decides(desk, "executive", last, "approve")).status_code == 200
    case = await case_of(world, receipt.case_id)
    assert (case.promised_on, case.extension_level) == (date(2026, 5, 1), 2)
    assert (await asks(desk, "outlet", receipt.number, "to_60")).status_code == 409
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_nothing_is_extended_after_its_end_while_paused_or_without_a_limit_of_law(world: World) -> None:
    desk = Desk(world)
    paused = await filed(world)
    await desk.investigating(paused.number)
    asked = (await asks(desk, "agent", paused.number)).json()
    await desk.sure("supervisor", paused.number, "suspend", **await desk.appraisal(paused.number))
    assert (await decides(desk, "supervisor", asked, "approve")).status_code == 409
    later(desk, days=5)
    await desk.sure("agent", paused.number, "resume", opinion="鉴定已回")
    resumed = (await legal(world, paused.case_id))[-1]
    assert resumed.derivation.startswith("收到 3月2日 + 15日 + 暂停 5日 = 3月22日；")
    assert (await decides(desk, "supervisor", asked, "approve")).json()["new_due_on"] == "2026-04-06"
    longer = (await legal(world, paused.case_id))[-1]
    assert longer.derivation.startswith("收到 3月2日 + 30日 + 暂停 5日 = 4月6日（经批准延长）")
    await desk.sure("supervisor", paused.number, "suspend", **await desk.appraisal(paused.number))
    later(desk, days=2)
    await desk.sure("agent", paused.number, "resume", opinion="鉴定已回")
    assert (await legal(world, paused.case_id))[-1].derivation.startswith("收到 3月2日 + 30日 + 暂停 7日 = 4月8日")
    assert (await case_of(world, paused.case_id)).promised_on == date(2026, 4, 8)

    late = await filed(world, sender="customer-2")
    await desk.investigating(late.number)
    waiting = (await asks(desk, "agent", late.number)).json()
    later(desk, days=16)
    assert (await asks(desk, "agent", late.number)).status_code == 409
    assert (await decides(desk, "supervisor", waiting, "approve")).status_code == 409
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_a_regulators_case_is_extended_by_the_approver_and_told_by_the_handler(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        case.channel, case.source = Channel.REGULATOR, "regulator"
        await session.flush()
    await hired(world, "second-manager", roles=["complaint_manager"], organisation_id=await _unit_of(world))
    await desk.investigating(receipt.number)
    assert (await asks(desk, "agent", receipt.number)).status_code == 403
    asked = (await asks(desk, "supervisor", receipt.number)).json()
    assert (await decides(desk, "supervisor", asked, "approve")).status_code == 403, "whoever asked never approves"
    approved = (await decides(desk, "second-manager", asked, "approve")).json()
    assert approved["notified_at"] is None
    async with world.database.reading() as session:
        assert await session.scalar(select(Notice.template).where(Notice.kind == "extension.tell")) == (
            "staff_tell_new_day"
        )


async def _unit_of(world: World) -> Any:
    return UUID(await unit(world, "消费者权益保护部"))


async def test_new_facts_that_a_second_person_confirms_start_the_limit_anew(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    later(desk, days=4)
    body = {"text": "客户补交录音，手机13900139000", "received_at": world.time.isoformat(), "is_new_fact": True}
    early = body | {"received_at": (world.time - timedelta(days=30)).isoformat()}
    assert (await posts(desk, "agent", f"/cases/{receipt.number}/materials", early)).status_code == 422
    added = (await posts(desk, "agent", f"/cases/{receipt.number}/materials", body)).json()
    assert added["state"] == "asked"
    assert "13900139000" not in added["text"]
    path, etag = f"/materials/{added['id']}/decision", {"If-Match": f'"{added["version"]}"'}
    later(desk, days=1)
    decision = {"is_new_fact": True, "opinion": "录音此前未提交"}
    assert (await posts(desk, "agent", path, decision, **etag)).status_code == 403
    await hired(world, "both", roles=["intake", "reviewer"], organisation_id=await _unit_of(world))
    own = (await posts(desk, "both", f"/cases/{receipt.number}/materials", body)).json()
    refused = await posts(desk, "both", f"/materials/{own['id']}/decision", decision, **{"If-Match": "*"})
    assert refused.json()["type"].endswith("may-not-confirm-material"), "whoever stored it does not confirm it"
    confirmed = await posts(desk, "lead", path, decision, **etag)
    assert (confirmed.status_code, confirmed.json()["former_due_on"]) == (200, "2026-03-17")
    case = await case_of(world, receipt.case_id)
    assert (case.promised_on, case.restart_count, case.extension_level) == (date(2026, 3, 21), 1, 0)
    former, anew = await legal(world, receipt.case_id)
    assert (former.stop_reason, anew.seq) == ("restarted", 2)
    assert anew.derivation.startswith("收到新材料 3月6日 + 15日 = 3月21日")
    assert (await posts(desk, "lead", path, decision, **{"If-Match": "*"})).status_code == 409

    other = (await posts(desk, "agent", f"/cases/{receipt.number}/materials", body)).json()
    no = {"is_new_fact": False, "opinion": "与已交录音相同"}
    again = await posts(desk, "lead", f"/materials/{other['id']}/decision", no, **{"If-Match": "*"})
    assert again.json()["state"] == "refused"
    assert (await case_of(world, receipt.case_id)).restart_count == 1
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_what_comes_to_a_merged_case_stands_on_its_master_and_both_say_so(world: World) -> None:
    desk = Desk(world)
    master, merged = await filed(world), await filed(world)
    await desk.investigating(master.number)
    await desk.sure("agent", merged.number, "merge", master_number=master.number, opinion="同一事项")
    body = {"text": "补充流水", "received_at": world.time.isoformat()}
    added = (await posts(desk, "agent", f"/cases/{merged.number}/materials", body)).json()
    assert (added["number"], added["from_number"], added["state"]) == (master.number, merged.number, "kept")
    for case in (master, merged):
        entries = (await desk.reads("lead", f"/cases/{case.number}/timeline")).json()["entries"]
        assert entries[-1]["label"] == "收到补充材料"


async def test_the_first_contact_stops_its_clock(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    later(desk, hours=2)
    body = {"at": world.time.isoformat(), "note": "已电话联系，客户补充说明"}
    assert (await posts(desk, "agent", f"/cases/{receipt.number}/contacts", body)).status_code == 204
    assert (await posts(desk, "agent", f"/cases/{receipt.number}/contacts", body)).status_code == 204
    async with world.database.transaction() as session:
        contact = next(t for t in await timers_of(session, receipt.case_id) if t.kind == "contact.first")
    assert (contact.stopped_at, contact.stop_reason) == (world.time, "done")
    wrong = body | {"at": (world.time + timedelta(days=1)).isoformat()}
    assert (await posts(desk, "agent", f"/cases/{receipt.number}/contacts", wrong)).status_code == 422
