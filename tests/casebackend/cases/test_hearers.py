"""A role is held all over the bank; the number of a case is told to those who may open it."""

from uuid import UUID, uuid4

from sqlalchemy import select, update

from casebackend.assignments.jobs import on_assigned
from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.escalations.queries import receivers
from casebackend.extensions import telling
from casebackend.extensions.model import Extension
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from casebackend.staff.rules import Role
from tests.casebackend.cases.around import posts
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.cases.test_calling import told
from tests.casebackend.people.admins import Office
from tests.casebackend.people.test_functions import approved, asked
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.casebackend.supervision.test_routes import opened
from tests.casebackend.workers import worker
from tests.world import World


async def strangers(world: World) -> None:
    """A manager of head office narrowed to Jinan, managers of two branches, an executive and a team lead of Jinan."""
    rights, beijing, jinan = [UUID(await unit(world, name)) for name in ("消费者权益保护部", "北京分行", "济南分行")]
    manages = [str(Role.COMPLAINT_MANAGER)]
    await hired(world, "narrowed", roles=manages, organisation_id=rights, staff_no="8101")
    await hired(world, "near", roles=manages, organisation_id=beijing, staff_no="8102")
    await hired(world, "far", roles=manages, organisation_id=jinan, staff_no="8103")
    await hired(world, "chief", roles=[str(Role.EXECUTIVE)], organisation_id=jinan, staff_no="8104")
    await hired(world, "far-lead", roles=[str(Role.TEAM_LEAD)], organisation_id=jinan, staff_no="8105")
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "narrowed").values(scope_unit_id=jinan))


async def gone(world: World, *logins: str) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login.in_(logins)).values(active=False))


async def test_what_nobody_else_can_settle_is_told_to_the_managers_who_see_the_case(world: World) -> None:
    await strangers(world)
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    asked = await posts(desk, "agent", f"/cases/{receipt.number}/extensions", {"level": "to_30", "reason": "需调档"})
    assert asked.status_code == 201, asked.text
    assert await told(world, "extension.asked") == ["near", "supervisor"]
    brought = {"text": "客户交来新的回单", "received_at": world.time.isoformat(), "is_new_fact": True}
    assert (await posts(desk, "agent", f"/cases/{receipt.number}/materials", brought)).status_code == 201
    assert await told(world, "material.asked") == ["near", "supervisor"]
    await gone(world, "executive")
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    assert await told(world, "case.decision") == ["near", "supervisor"]


async def test_an_escalation_and_what_is_grave_stay_with_those_who_see_the_case(world: World) -> None:
    await strangers(world)
    made = await Counter(world).sure(group_size=25, unit_id=await unit(world, "北京朝阳支行"))
    assert await told(world, "case.major") == ["executive", "supervisor"]
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case).where(Case.number == made["number"]))).one()
        for recipient, heard in (("manager", ["near", "supervisor"]), ("executive", ["executive"])):
            assert [user.login for user in await receivers(session, case, recipient, now=world.time)] == heard


async def test_where_no_manager_sees_it_head_office_hears_of_it_and_no_other_branch(world: World) -> None:
    await strangers(world)
    receipt = await filed(world)
    await gone(world, "supervisor", "near")
    async with world.database.reading() as session:
        case = await session.get_one(Case, receipt.case_id)
        assert [user.login for user in await hearers.managers(session, case, now=world.time)] == ["narrowed"]


async def test_a_customer_who_waits_is_told_to_a_lead_who_may_look_into_the_talk(world: World) -> None:
    await strangers(world)
    office = UUID(await unit(world, "个人金融部"))
    await hired(world, "second-lead", roles=[str(Role.TEAM_LEAD)], organisation_id=office, staff_no="8106")
    waiting = await world.says("我要人工")
    agent = await Desk(world).browser("agent")
    assert (await agent.post(f"/api/v1/handoffs/{waiting.conversation_id}/take")).status_code == 200
    await gone(world, "lead")
    ticking = worker(world)
    world.wait(minutes=6)
    await ticking.lead()
    await ticking.tick()
    async with world.database.reading() as session:
        query = select(User.login).join(Notice, Notice.user_id == User.id).where(Notice.kind == "talk.waiting")
        assert list(await session.scalars(query)) == ["second-lead"]


async def narrowed(world: World, office: Office) -> None:
    """Of 个人金融部 a head who was narrowed to Jinan, and one whose group lost the function that shows a case."""
    home, jinan = UUID(await unit(world, "个人金融部")), UUID(await unit(world, "济南分行"))
    for login, number in (("narrow", "8111"), ("blind", "8112"), ("sees", "8113")):
        await hired(world, login, roles=["department_head"], organisation_id=home, staff_no=number)
    await approved(office, asked("less", "without", "cases.case"))
    await office.granted((await office.user("blind")).id, roles=["department_head"], groups=["less"])
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "narrow").values(scope_unit_id=jinan))


async def test_whose_view_was_narrowed_hears_no_more_of_demands_and_new_days(world: World) -> None:
    office = Office(world)
    await narrowed(world, office)
    receipt = await filed(world)
    await office.investigating(receipt.case_id)
    assert (await opened(office, receipt.number)).status_code == 201
    assert await told(world, "supervision.opened") == ["agent", "sees"]
    brought = {"text": "客户交来新的回单", "received_at": world.time.isoformat(), "is_new_fact": True}
    assert (await posts(office, "agent", f"/cases/{receipt.number}/materials", brought)).status_code == 201
    assert await told(world, "material.asked") == ["sees"]
    await gone(world, "agent", "sees")
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        extension = Extension(id=uuid4(), case_id=case.id, new_due_on=world.time.date(), state="approved")
        await telling.ask_staff(session, case, extension, 1, now=world.time)
    assert await told(world, "extension.tell") == ["executive"]


async def test_whose_view_was_narrowed_hears_no_more_of_praise_and_of_what_nobody_has(world: World) -> None:
    office = Office(world)
    await narrowed(world, office)
    home = await unit(world, "个人金融部")
    await Counter(world).sure(matter_type="praise", people=[], facts="柜员很热心", demand="", unit_id=home)
    assert "sees" in await told(world, "case.praised")
    receipt = await filed(world)
    await office.sure("lead", receipt.case_id, "accept")
    await office.sure("agent", receipt.case_id, "dispatch", handling_unit_id=home, opinion="请核查")
    world.wait(hours=3)
    assert await told(world, "case.unassigned") == ["sees"]
    assert {"narrow", "blind"}.isdisjoint(await told(world, "case.praised"))


async def test_a_case_given_to_one_who_may_open_none_is_told_to_the_head_who_gives_it_to_another(world: World) -> None:
    office = Office(world)
    await narrowed(world, office)
    receipt = await filed(world)
    await office.investigating(receipt.case_id)
    async with world.database.transaction() as session:
        case, blind = await session.get_one(Case, receipt.case_id), await office.user("blind")
        case.assignee_id, case.assigned_why = blind.id, []
        payload = {"case_id": str(case.id), "user_id": str(blind.id), "version": 7}
        await on_assigned(session, payload, world.time)
    async with world.database.reading() as session:
        query = select(User.login, Notice.template).join(Notice, Notice.user_id == User.id)
        rows = await session.execute(query.where(Notice.cause.startswith("assigned:"), Notice.cause.endswith(":7")))
        assert [tuple(row) for row in rows] == [("sees", "staff_assigned_unheard")]
