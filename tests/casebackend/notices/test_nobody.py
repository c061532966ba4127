"""A word that nobody is there for goes to those who manage complaints; where they are none either, it is seen."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from casebackend.attachments.model import Attachment
from casebackend.cases.model import Case
from casebackend.check import check
from casebackend.extensions import telling
from casebackend.extensions.model import Extension
from casebackend.metrics.queries import standing
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify
from casebackend.outbox import service as outbox
from casebackend.staff.model import User
from casebackend.staff.rules import Role
from tests.casebackend.cases.around import holds, posts, ticked, user
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.notices.test_routes import mine
from tests.casebackend.staff.logins import hired
from tests.casebackend.supervision.test_routes import does, opened
from tests.world import World

NOWHERE: dict[str, Any] = {"unit_id": None, "handling_unit_id": None, "handler_id": None, "assignee_id": None}


async def told(world: World) -> Mapping[str, list[str | None]]:
    """By kind, in the order of their logins; None is a note that waits for a unit."""
    async with world.database.reading() as session:
        query = select(Notice.kind, User.login).outerjoin(User, User.id == Notice.user_id)
        found: dict[str, set[str | None]] = {}
        for kind, login in await session.execute(query):
            found.setdefault(kind, set()).add(login)
        return {kind: sorted(logins, key=str) for kind, logins in found.items()}


async def managers(world: World) -> None:
    """One more at head office, one of the branch Beijing and one of another branch."""
    places = {"second": "消费者权益保护部", "near": "北京分行", "far": "济南分行"}
    for number, (login, name) in enumerate(places.items()):
        roles, place = [str(Role.COMPLAINT_MANAGER)], UUID(await unit(world, name))
        await hired(world, login, roles=roles, organisation_id=place, staff_no=f"820{number}")


async def gone(world: World, *logins: str) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login.in_(logins)).values(active=False))


async def without_a_unit(world: World) -> tuple[UUID, str]:
    receipt = await filed(world)
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == receipt.case_id).values(NOWHERE))
    return receipt.case_id, receipt.number


async def test_of_a_case_without_a_unit_the_managers_of_head_office_are_told_everything(world: World) -> None:
    await managers(world)
    case_id, number = await without_a_unit(world)
    desk = Desk(world)
    async with world.database.transaction() as session:
        for topic, more in (("case.urged", {"count": 9}), ("case.supplemented", {"message_id": str(uuid4())})):
            outbox.emit(session, topic, {"case_id": str(case_id), **more}, now=world.time)
        case = await session.get_one(Case, case_id)
        extension = Extension(id=uuid4(), case_id=case_id, new_due_on=world.time.date(), state="approved")
        await telling.ask_staff(session, case, extension, 1, now=world.time)
    assert (await opened(desk, number)).status_code == 201
    await ticked(world)
    world.wait(hours=5)
    await ticked(world)
    world.wait(days=70)
    await ticked(world)
    found = dict(await told(world))
    found.pop("digest.daily", None)
    for kind in (
        "case.urged", "case.supplemented", "extension.tell", "supervision.opened", "supervision.unread",
        "clock.overdue", "clock.escalated",
    ):  # fmt: skip
        reviewing = kind in ("case.urged", "clock.overdue")
        least = {"lead"} if reviewing else {"second", "supervisor"}
        assert least <= set(found[kind]) <= {"second", "supervisor", "executive", "lead"}, kind
    assert all(None not in logins and "far" not in logins for logins in found.values()), found


async def test_a_virus_in_a_file_of_a_case_that_nobody_has_is_told_to_them_as_well(world: World) -> None:
    await managers(world)
    case_id, _ = await without_a_unit(world)
    async with world.database.transaction() as session:
        file = Attachment(
            id=uuid4(), case_id=case_id, origin="customer", name="a.txt", content_type="text/plain", size=1,
            sha256="0" * 64, stored_as="1" * 64, added_at=world.time, added_by_name="客户",
        )  # fmt: skip
        session.add(file)
        outbox.emit(session, "attachment.infected", {"attachment_id": str(file.id)}, now=world.time)
    await ticked(world)
    assert (await told(world))["attachment.infected"] == ["second", "supervisor"]


async def test_an_answer_to_a_demand_whose_supervisor_is_gone_is_told_to_the_managers_of_the_place(
    world: World,
) -> None:
    await managers(world)
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    item = (await opened(desk, receipt.number, login="executive")).json()
    await gone(world, "executive")
    assert (await does(desk, "agent", item, "replies", text="已查明")).status_code == 201
    await ticked(world)
    assert (await told(world))["supervision.replied"] == ["second", "supervisor"]
    await holds(world)


@pytest.mark.parametrize(
    ("place", "heard"),
    [("北京朝阳支行", ["near"]), ("济南分行", ["far"]), ("个人金融部", ["second", "supervisor"])],
)
async def test_the_managers_of_the_own_branch_come_before_those_of_head_office(
    world: World, place: str, heard: list[str]
) -> None:
    await managers(world)
    async with world.database.transaction() as session:
        word = Word("c:1", "case.todo", "staff_talk_waiting", {"minutes": 5, "handler": "—"}, "/")
        await notify(session, word, to=[], unit_id=UUID(await unit(world, place)), now=world.time)
    assert await told(world) == {"case.todo": heard}


async def test_what_concerns_only_one_who_is_gone_is_told_to_nobody_else(world: World) -> None:
    user = await hired(world, "left")
    async with world.database.transaction() as session:
        word = Word("d:1", "login.locked", "staff_talk_waiting", {"minutes": 5, "handler": "—"}, "/", own=True)
        left = await session.get_one(User, user.id)
        left.active = False
        await notify(session, word, to=[left], now=world.time)
    assert await told(world) == {}


async def test_where_nobody_at_all_can_hear_the_log_the_metric_and_the_check_say_so(world: World) -> None:
    await gone(world, "supervisor", "executive")
    with capture_logs() as logs:
        async with world.database.transaction() as session:
            word = Word("c:2", "clock.overdue", "staff_talk_waiting", {"minutes": 5, "handler": "—"}, "/")
            await notify(session, word, to=[], unit_id=None, now=world.time)
    assert [(each["event"], each["reason"]) for each in logs if each["event"] == "notice.nobody"] == [
        ("notice.nobody", "clock.overdue")
    ]
    async with world.database.reading() as session:
        assert (await standing(session, world.time))["notices_for_nobody"] == 1
        assert "1 条提醒（clock.overdue）没有收件人" in await check(session, now=world.time)


async def waits_for_the_unit(world: World, case_id: UUID, place: str) -> None:
    """A word about a case that waits for whoever comes to the unit."""
    async with world.database.transaction() as session:
        note = Notice(
            case_id=case_id, cause="waits", kind="clock.overdue", template="staff_talk_waiting",
            values={"minutes": 5, "handler": "—"}, link="/", unit_id=UUID(await unit(world, place)), at=world.time,
        )  # fmt: skip
        session.add(note)


async def test_who_comes_to_a_unit_finds_what_waits_there_unless_he_has_to_stay_away_from_the_case(
    world: World,
) -> None:
    desk, receipt = Desk(world), await filed(world)
    office = UUID(await unit(world, "个人金融部"))
    await waits_for_the_unit(world, receipt.case_id, "个人金融部")
    person = {"kind": "staff", "value": "被投诉员工", "user_id": str((await user(world, "agent")).id)}
    assert (await posts(desk, "supervisor", f"/cases/{receipt.number}/objects", person)).status_code == 201
    async with world.database.transaction() as session:
        await session.execute(update(User).where(User.login == "agent").values(organisation_id=office))
    await hired(world, "newcomer", roles=["handler"], organisation_id=office)
    seen, kept_from = await mine(desk, "newcomer"), await mine(desk, "agent")
    assert [each["kind"] for each in seen["items"] if each["kind"] == "clock.overdue"] == ["clock.overdue"]
    assert [each["kind"] for each in kept_from["items"] if each["kind"] == "clock.overdue"] == []
    assert seen["unread"] == kept_from["unread"] + 1
    notice = next(each for each in seen["items"] if each["kind"] == "clock.overdue")
    tag = {"If-Match": f'"{notice["version"]}"'}
    path = f"/api/v1/notices/{notice['id']}/acknowledge"
    assert (await (await desk.browser("agent")).post(path, headers=tag)).status_code == 404
    assert (await (await desk.browser("agent")).post("/notices/read")).status_code == 303
    assert (await mine(desk, "newcomer"))["unread"] == seen["unread"], "nobody else read it for them"
    assert (await (await desk.browser("newcomer")).post(path, headers=tag)).status_code == 200
