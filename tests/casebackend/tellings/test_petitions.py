"""A petitioner is told in writing within fifteen days how it stands: only the proof of that ends the clock."""

from typing import Any

from sqlalchemy import update

from casebackend.cases.model import Case
from tests.casebackend.cases.around import holds, refused, ticked
from tests.casebackend.cases.builders import REPLY, Desk, filed, told, unit
from tests.casebackend.cases.test_arriving import carried
from tests.casebackend.registration.takers import Counter
from tests.casebackend.tellings.builders import clocks, demands, owed, petition, read_by_customer, tells
from tests.world import World

ANSWER = REPLY | {"reply_remedies": "如不服，可以自收到答复之日起30日内请求上一级机关、单位复查。"}


async def test_accepting_a_petition_tells_nobody_and_the_clock_runs_until_a_letter_is_proved(world: World) -> None:
    counter = Counter(world)
    number = await petition(counter, unit_id=await unit(world, "北京朝阳支行"))
    await ticked(world)
    case, desk = await counter.case(number), counter.desk
    [running] = await clocks(world, case.id, "matter.petition_tell")
    assert running.stopped_at is None
    [limit] = await clocks(world, case.id, "matter.petition")
    assert limit.stopped_at is None
    [duty] = await owed(desk, number)
    assert (duty["label"], duty["open"], duty["due_at"]) == (
        "信访受理情况",
        True,
        running.due_at.isoformat().replace("+00:00", "Z"),
    )
    assert "phone" not in duty["ways"]
    assert f"您提出的信访事项 {number} 已经受理" in duty["text"]
    assert len(await demands(world, number)) == 1

    by_phone = await tells(desk, number, duty, told_by="phone")
    assert refused(by_phone) == (422, "petition-in-writing")
    early = await tells(desk, number, duty, told_at="2026-01-01T09:00:00+08:00")
    assert refused(early) == (422, "impossible-time")
    assert refused(await tells(desk, number, duty, login="auditor")) == (403, "may-not-tell-this")

    world.wait(days=2)
    desk.browsers.clear()
    await ticked(world)
    assert len(await demands(world, number)) == 2, "asked again while nobody proves it"
    [duty] = await owed(desk, number)
    assert (await tells(desk, number, duty)).status_code == 200
    [stopped] = await clocks(world, case.id, "matter.petition_tell")
    assert (stopped.stopped_at, stopped.stop_reason) == (world.time, "done")
    [duty] = await owed(desk, number)
    assert (duty["open"], duty["told_by"], duty["told_proof"]) == (False, "letter", "挂号信 XA100012345CN")
    assert refused(await tells(desk, number, duty)) == (409, "telling-over")
    world.wait(days=3)
    await ticked(world)
    assert len(await demands(world, number)) == 2
    await holds(world)


async def test_the_duty_to_tell_is_on_the_list_of_whoever_has_the_petition(world: World) -> None:
    counter = Counter(world)
    number = await petition(counter, unit_id=await unit(world, "北京朝阳支行"))
    desk = counter.desk
    target = await unit(world, "个人金融部")
    await desk.sure("agent", number, "dispatch", handling_unit_id=target, opinion="由个人金融部办理")
    await desk.sure("agent", number, "receive")
    await ticked(world)
    await desk.sure("agent", number, "propose", **PROPOSED)

    async def mine() -> list[str]:
        found = (await desk.reads("agent", "/cases/?queue=todo")).json()["items"]
        return [row["number"] for row in found]

    assert number in await mine()
    [duty] = await owed(desk, number)
    assert (await tells(desk, number, duty)).status_code == 200
    assert number not in await mine(), "the proposal waits for others"


PROPOSED: dict[str, Any] = {
    "findings": "属实", "validity": "valid", "responsible": "responsible", "judgement_basis": "信用卡章程第十二条",
    "cause_c": "因定价收费引起的投诉", "proposal": "退回年费",
}  # fmt: skip


async def test_an_answer_by_telephone_does_not_take_the_place_of_the_written_notice(world: World) -> None:
    counter = Counter(world)
    number = await petition(counter, unit_id=await unit(world, "北京朝阳支行"))
    desk = counter.desk
    target = await unit(world, "个人金融部")
    await desk.sure("agent", number, "dispatch", handling_unit_id=target, opinion="由个人金融部办理")
    await desk.sure("agent", number, "receive")
    await desk.sure("agent", number, "propose_reply", findings="不属实", judgement_basis="章程第十二条", opinion="答复")
    await ticked(world)
    spoken = await desk.does("agent", number, "reply", **ANSWER, **told(world))
    assert refused(spoken) == (422, "petition-in-writing")
    await desk.sure("agent", number, "reply", **ANSWER, **told(world, told_by="letter", told_proof="挂号信 1"))
    await ticked(world)
    case = await counter.case(number)
    [clock] = await clocks(world, case.id, "matter.petition_tell")
    assert clock.stop_reason == "done"
    [duty] = await owed(desk, number)
    assert (duty["open"], duty["told_at"]) == (False, None), "the written answer says it all"
    await holds(world)


async def test_over_our_channel_the_petitioner_reads_it_and_what_is_lost_runs_on(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == receipt.case_id).values(version=Case.version))
    counter = Counter(world)
    changed = await counter.changes("supervisor", receipt.number, "matter", matter_type="petition", reason="来信称信访")
    assert changed.status_code == 200, changed.text
    await desk.sure("lead", receipt.number, "accept")
    await ticked(world)
    assert "已经受理" in await read_by_customer(world, receipt.case_id)
    [clock] = await clocks(world, receipt.case_id, "matter.petition_tell")
    assert clock.stop_reason == "done"
    await carried(world, "failed", channel="webchat", said="已经受理")  # type: ignore[arg-type]
    await ticked(world)
    [clock] = await clocks(world, receipt.case_id, "matter.petition_tell")
    assert (clock.stopped_at, clock.next_at is not None) == (None, True)
    [duty] = await owed(desk, receipt.number)
    assert duty["open"]
    assert len(await demands(world, receipt.number)) == 1
    await holds(world)


async def test_a_case_that_becomes_a_petition_after_its_acceptance_owes_the_notice_too(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    await counter.desk.sure("lead", number, "accept")
    await ticked(world)
    assert await owed(counter.desk, number) == []
    changed = await counter.changes("supervisor", number, "matter", matter_type="petition", reason="实为信访")
    assert changed.status_code == 200, changed.text
    await ticked(world)
    [duty] = await owed(counter.desk, number)
    assert duty["open"]
    back = await counter.changes("supervisor", number, "matter", matter_type="complaint", reason="实为投诉")
    assert back.status_code == 200, back.text
    await ticked(world)
    [duty] = await owed(counter.desk, number)
    assert (duty["open"], duty["told_at"]) == (False, None)
    await holds(world)


async def test_the_form_on_the_page_records_it_and_offers_no_telephone(world: World) -> None:
    counter = Counter(world)
    number = await petition(counter, unit_id=await unit(world, "北京朝阳支行"))
    await ticked(world)
    browser = await counter.desk.browser("agent")
    page = (await browser.get(f"/cases/{number}/tellings")).text
    assert "尚未告知" in page
    assert 'value="phone"' not in page
    [duty] = await owed(counter.desk, number)
    form = {"version": duty["version"], "told_by": "letter", "told_at": "2026-03-02T10:00", "told_proof": "挂号信 1"}
    where = f"/cases/{number}/tellings/{duty['id']}"
    stale = await browser.post(where, data=form | {"version": 99}, headers={"HX-Request": "true"})
    assert stale.status_code == 409
    sent = await browser.post(where, data=form | {"text": "书面告知：已受理"}, headers={"HX-Request": "true"})
    assert sent.status_code in (200, 204, 303), sent.text
    page = (await browser.get(f"/cases/{number}/tellings")).text
    assert "书面告知：已受理" in page
    assert "挂号信 1" in page
