"""A customer hears why a matter is not handled, that it waits for an appraisal, and that it goes on."""

from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.check import check
from casebackend.conversations.model import Message
from tests.casebackend.cases.builders import Desk, case_of, filed, told, unit
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World


async def read_by_customer(world: World, case_id: UUID) -> str:
    conversation = (await case_of(world, case_id)).conversation_id
    async with world.database.reading() as session:
        found = await session.scalars(select(Message.text).where(Message.conversation_id == conversation))
        return "\n".join(found)


@pytest.mark.parametrize(
    ("reason", "why"),
    [("not_our_institution", "不是我行的产品"), ("in_other_procedure", "诉讼、仲裁等其他程序")],
)
async def test_over_our_own_channel_the_customer_reads_why_nothing_is_done(world: World, reason: str, why: str) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.sure("lead", receipt.number, "decline", decline_reason=reason, opinion="内部意见，客户不看")
    text = await read_by_customer(world, receipt.case_id)
    assert f"{receipt.number} 经审核不予办理。原因：" in text
    assert why in text
    assert "内部意见" not in text
    case = await case_of(world, receipt.case_id)
    assert (case.told_by, case.told_at) == ("channel", world.time)


async def test_a_pause_and_its_end_are_told_and_leave_the_proof_of_the_decision_free(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    await desk.sure("supervisor", receipt.number, "suspend", **await desk.appraisal(receipt.number))
    assert "鉴定期间处理期限暂停计算" in await read_by_customer(world, receipt.case_id)
    world.wait(days=5)
    desk.browsers.clear()
    await desk.sure("agent", receipt.number, "resume", opinion="鉴定已回")
    assert "现恢复办理，我们最晚在 2026年3月22日 前答复您" in await read_by_customer(world, receipt.case_id)
    assert (await case_of(world, receipt.case_id)).told_by is None


async def test_while_both_sides_go_to_mediation_the_limit_of_law_stands_still(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.number)
    agreed = await desk.appraisal(receipt.number) | {"pause_ground": "mediation", "appraisal": "双方申请调解"}
    assert (
        await desk.does("supervisor", receipt.number, "suspend", **agreed | {"pause_ground": "holiday"})
    ).status_code == 422
    await desk.sure("supervisor", receipt.number, "suspend", **agreed)
    assert "调解期间不计入处理期限" in await read_by_customer(world, receipt.case_id)
    last = (await desk.reads("agent", f"/cases/{receipt.number}/timeline")).json()["entries"][-1]
    assert last["detail"]["pause_ground"] == "mediation"
    assert last["opinion"].startswith("双方同意的调解：双方申请调解")
    world.wait(days=20)
    desk.browsers.clear()
    await desk.sure("agent", receipt.number, "resume", opinion="调解未成")
    assert "我们最晚在 2026年4月6日 前答复您" in await read_by_customer(world, receipt.case_id)


async def test_where_we_carry_no_messages_colleagues_say_how_they_told_it(world: World) -> None:
    counter = Counter(world)
    desk = counter.desk
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    await desk.investigating(number)
    pause = await desk.appraisal(number)
    missing = await desk.does("supervisor", number, "suspend", **pause)
    assert missing.json()["fields"] == ["told_by", "told_at", "told_proof"]
    by_us = await desk.does("supervisor", number, "suspend", **pause, **told(world, told_by="channel"))
    assert by_us.json()["type"].endswith("not-told-by-us")
    early = await desk.does(
        "supervisor", number, "suspend", **pause, **told(world, told_at="2026-01-01T09:00:00+08:00")
    )
    assert early.json()["type"].endswith("impossible-time")
    proof = told(world, told_proof="录音 0301，客户手机13900139000")
    await desk.sure("supervisor", number, "suspend", **pause, **proof)
    assert (await desk.does("agent", number, "resume", opinion="鉴定已回")).status_code == 422
    await desk.sure("agent", number, "resume", opinion="鉴定已回", **told(world))
    entries = str((await desk.reads("lead", f"/cases/{number}/timeline")).json()["entries"])
    assert "已告知客户：电话，2026-03-02" in entries
    assert "13900139000" not in entries

    other = (await counter.sure(unit_id=await unit(world, "北京朝阳支行"), facts="另一件事：柜台排队太久"))["number"]
    why = {"decline_reason": "not_a_complaint", "opinion": "仅为咨询"}
    assert (await desk.does("lead", other, "decline", **why)).status_code == 422
    await desk.sure("lead", other, "decline", **why, **told(world))
    declined = await counter.case(other)
    assert (declined.told_by, declined.told_proof) == ("phone", "通话录音 0301")
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_whoever_handles_a_case_does_not_stop_its_clock(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    both = ["handler", "department_head"]
    await hired(world, "both", roles=both, organisation_id=UUID(await unit(world, "个人金融部")))
    await desk.sure("lead", receipt.number, "accept")
    target = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.number, "dispatch", handling_unit_id=target, opinion="信用卡业务")
    await desk.sure("both", receipt.number, "receive")
    own = await desk.does("both", receipt.number, "suspend", **await desk.appraisal(receipt.number))
    assert (own.status_code, own.json()["type"].rsplit("/")[-1]) == (403, "own-suspension")
    await desk.sure("supervisor", receipt.number, "suspend", **await desk.appraisal(receipt.number))
