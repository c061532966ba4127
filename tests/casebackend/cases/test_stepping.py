"""Each step is told to whoever acts next or whose case it was: once, and never to who made it."""

from sqlalchemy import select

from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.cases.builders import told as by_phone
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World


async def steps(world: World) -> dict[str, list[str]]:
    """Who has been told of which step until now."""
    world.wait(seconds=30)
    for _ in range(2):
        await ticked(world)
        world.wait(seconds=11)
    async with world.database.reading() as session:
        query = select(Notice.template, User.login).outerjoin(User, User.id == Notice.user_id)
        found: dict[str, list[str]] = {}
        for template, login in await session.execute(query.where(Notice.kind == "case.step").order_by(User.login)):
            found.setdefault(template, []).append(login)
        return found


async def test_from_filing_to_the_answer_whoever_is_next_has_a_word_in_his_inbox(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    assert await steps(world) == {"staff_to_review": ["lead"]}
    await desk.sure("lead", receipt.case_id, "accept")
    assert (await steps(world))["staff_to_dispatch"] == ["agent"], "and not who accepted it"
    target = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    await desk.sure("agent", receipt.case_id, "send_back", opinion="不属本部门")
    assert (await steps(world))["staff_sent_back"] == ["lead"], "where it was given away, without who sent it back"
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    await desk.sure("agent", receipt.case_id, "receive")
    papers = await desk.appraisal(receipt.case_id)
    await desk.sure("supervisor", receipt.case_id, "suspend", **papers)
    assert (await steps(world))["staff_suspended"] == ["agent"]
    await desk.sure("supervisor", receipt.case_id, "resume", opinion="鉴定完成")
    assert (await steps(world))["staff_resumed"] == ["agent"]
    await desk.proposed(receipt.case_id)
    await desk.sure("supervisor", receipt.case_id, "return_for_rework", opinion="再查")
    assert (await steps(world))["staff_rework"] == ["agent"]
    await desk.proposed(receipt.case_id)
    await desk.sure("supervisor", receipt.case_id, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意办结")
    found = await steps(world)
    assert found["staff_to_reply"] == ["agent"]
    assert {template: len(logins) for template, logins in found.items()} == dict.fromkeys(found, 1), "each once"
    shown = (await (await desk.browser("agent")).get("/notices?all=1")).text
    assert f"投诉 {receipt.number} 的处理意见被退回重办（第 1 次）" in shown


async def test_who_resumes_his_own_case_and_who_voids_it_needs_no_word(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("supervisor", receipt.case_id, "suspend", **await desk.appraisal(receipt.case_id))
    await desk.sure("agent", receipt.case_id, "resume", opinion="鉴定完成")
    assert "staff_resumed" not in await steps(world)
    await hired(world, "admin2", roles=["system_admin"], display_name="钱管理")
    for login in ("admin", "admin2"):
        await desk.sure(login, receipt.case_id, "void", opinion="重复登记")
    assert (await case_of(world, receipt.case_id)).status == "voided"
    assert (await steps(world))["staff_voided"] == ["agent"], "whose case it was"


async def test_a_merge_is_told_to_who_had_either_and_its_end_to_the_reviewers(world: World) -> None:
    desk = Desk(world)
    master, repeat = await filed(world), await filed(world)
    await desk.investigating(master.case_id)
    await desk.sure("outlet", repeat.case_id, "merge", master_number=master.number, opinion="同一事")
    found = await steps(world)
    assert found["staff_merged_in"] == ["agent"], "who answers both"
    assert "staff_merged" not in found, "nobody had the repeated one"
    await desk.sure("supervisor", repeat.case_id, "unmerge", opinion="弄错")
    assert (await steps(world))["staff_unmerged"] == ["lead"]


async def test_who_registered_a_complaint_hears_that_it_is_not_handled(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure(unit_id=await unit(world, "北京朝阳支行")))["number"]
    why = {"decline_reason": "not_a_complaint", "opinion": "仅为咨询"}
    await counter.desk.sure("lead", number, "decline", **why, **by_phone(world))
    found = await steps(world)
    assert found["staff_declined"] == ["agent"]
    assert "staff_to_review" not in found, "it was over before the word was due"
