from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from casebackend.cases.model import Case
from casebackend.clocks.model import Timer
from casebackend.digests.jobs import missing
from casebackend.digests.model import Digest
from casebackend.notices.model import Notice
from casebackend.staff.model import User
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.cases.copies import copied
from tests.casebackend.notices.test_jobs import poster
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

LEADERS = ["branch", "executive", "lead", "supervisor"]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Shanghai time in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


async def digests(world: World) -> dict[tuple[int, str], dict[str, Any]]:
    async with world.database.reading() as session:
        rows = await session.execute(select(Digest, User.login).join(User, User.id == Digest.user_id))
        return {(digest.day.day, login): digest.counts for digest, login in rows}


async def test_every_leader_is_told_once_a_day_from_half_past_seven_on(world: World) -> None:
    await filed(world)
    ticking, recorder = await poster(world)
    world.time = at(3, 7, 29)
    await ticking.tick()
    assert await digests(world) == {}
    world.time = at(3, 7, 30)
    await ticking.tick()
    world.wait(seconds=11)
    await ticking.tick()
    found = await digests(world)
    assert sorted(login for _, login in found) == LEADERS
    assert (found[3, "supervisor"]["new"], found[3, "branch"]["new"], found[3, "lead"]["new"]) == (1, 1, 0)
    await ticking.post()
    told = [sent for sent in recorder.sent if "每日汇总" in sent.subject]
    async with world.database.reading() as session:
        leaders = (await session.execute(select(User.email, User.mobile).where(User.login.in_(LEADERS)))).all()
    assert sorted(sent.address for sent in told) == sorted(address or "" for row in leaders for address in row)
    assert all("/queue" in sent.text or "/query" in sent.text for sent in told)
    world.time = at(4, 9)
    await ticking.lead()
    await ticking.tick()
    found = await digests(world)
    assert len(found) == 2 * len(LEADERS)
    assert found[4, "supervisor"]["new"] == 0


async def test_a_digest_that_was_missed_comes_the_same_day_and_not_the_next(world: World) -> None:
    world.time = at(3, 23, 50)
    await worker(world).tick()
    world.time = at(5, 8)
    await worker(world, "next").tick()
    assert {day for day, _ in await digests(world)} == {3, 5}
    async with world.database.reading() as session:
        causes = (await session.scalars(select(Notice.cause).where(Notice.kind == "digest.daily"))).all()
    assert len(causes) == len(set(causes)) == 2 * len(LEADERS)


async def test_one_that_has_not_left_by_half_past_eight_raises_an_alarm(world: World) -> None:
    async def alarm() -> int:
        async with world.database.reading() as session:
            return (await missing(session, now=world.time)).count

    world.time = at(3, 8, 29)
    assert await alarm() == 0
    world.time = at(3, 8, 30)
    assert await alarm() == len(LEADERS)
    ticking, _ = await poster(world)
    await ticking.tick()
    assert (await alarm(), ticking.alarmed_on) == (0, None)
    world.wait(minutes=10)
    assert await alarm() == len(LEADERS)
    await ticking.tick()
    assert ticking.alarmed_on == at(3, 9).date()
    await ticking.lead()
    await ticking.post()
    assert await alarm() == 0


async def test_whoever_was_narrowed_to_a_unit_is_told_of_that_unit_and_what_lies_below_only(world: World) -> None:
    """One manager of head office sees the bank, the other one was narrowed to a branch, a head to a branch as well."""
    rights, jinan, beijing = [UUID(await unit(world, name)) for name in ("消费者权益保护部", "济南分行", "北京分行")]
    manages, leads = ["complaint_manager"], ["department_head"]
    people = (("wide", manages, None), ("narrow", manages, jinan), ("near", manages, beijing), ("head", leads, jinan))
    for number, (login, roles, scope) in enumerate(people):
        user = await hired(world, login, roles=roles, organisation_id=rights, staff_no=f"830{number}")
        async with world.database.transaction() as session:
            (await session.get_one(User, user.id)).scope_unit_id = scope
    await filed(world)
    world.time = at(3, 8)
    await worker(world).tick()
    found = await digests(world)
    assert [found[3, login]["new"] for login in ("wide", "narrow", "near", "head")] == [1, 0, 1, 0]
    async with world.database.reading() as session:
        query = select(Notice.values).join(User, User.id == Notice.user_id).where(Notice.kind == "digest.daily")
        assert (await session.scalars(query.where(User.login == "narrow"))).one()["unit"] == "济南分行"


async def test_what_is_nearly_late_is_as_many_as_the_link_opens_for_each_leader(world: World) -> None:
    """A head of a department at head office sees the whole bank, and is told of his department."""
    bank, jinan = UUID(await unit(world, "个人金融部")), UUID(await unit(world, "济南分行"))
    for number, (login, where) in enumerate((("dept", bank), ("jinan", jinan))):
        await hired(world, login, roles=["department_head"], organisation_id=where, staff_no=f"840{number}")
    receipt = await filed(world)
    late = await copied(world, receipt.case_id, handling_unit_id=bank)
    soon = await copied(world, receipt.case_id, handling_unit_id=bank)
    elsewhere = await copied(world, receipt.case_id, handling_unit_id=None)
    async with world.database.transaction() as session:
        await session.execute(delete(Timer))
        for case, days in ((late, 0), (soon, 3), (elsewhere, 3)):
            case_id = (await session.scalars(select(Case.id).where(Case.number == case))).one()
            session.add(Timer(
                case_id=case_id, kind="internal.total", label="办理", amount=1, unit="calendar_days",
                origin_at=world.time, started_at=world.time, near_at=world.time, derivation="",
                due_at=world.time + timedelta(days=days),
            ))  # fmt: skip
    world.time = at(3, 8)
    await worker(world).tick()
    desk, found = Desk(world), await digests(world)
    async with world.database.reading() as session:
        query = select(Notice.link, User.login).join(User, User.id == Notice.user_id)
        links = {login: link for link, login in await session.execute(query.where(Notice.kind == "digest.daily"))}
    for login in ("supervisor", "dept", "jinan", "branch"):
        listed = (await desk.reads(login, f"/cases/?{links[login].removeprefix('/query?')}")).json()["items"]
        assert len(listed) == found[3, login]["near_due"], login
    assert [found[3, login]["near_due"] for login in ("supervisor", "dept", "jinan")] == [3, 2, 0], "with what is late"
    assert [found[3, login]["overdue"] for login in ("supervisor", "dept", "jinan")] == [1, 1, 0]


async def test_a_leader_without_mail_and_mobile_is_missed_and_named_to_who_runs_the_system(world: World) -> None:
    rights = UUID(await unit(world, "消费者权益保护部"))
    people = (("silent", "无址经理", None), ("reached", "有址经理", "19900008501"))
    for number, (login, name, mobile) in enumerate(people):
        user = await hired(
            world, login, roles=["department_head"], organisation_id=rights, staff_no=f"850{number}", display_name=name
        )
        async with world.database.transaction() as session:
            (await session.get_one(User, user.id)).mobile = mobile
    world.time = at(3, 8)
    ticking, _ = await poster(world)
    await ticking.tick()
    await ticking.post()
    assert (3, "silent") in await digests(world)
    world.time = at(3, 8, 31)
    async with world.database.reading() as session:
        found = await missing(session, now=world.time)
    assert (found.count, found.unreachable) == (1, ("无址经理",))
    await ticking.lead()
    await ticking.tick()
    async with world.database.reading() as session:
        notice = (await session.scalars(select(Notice).where(Notice.kind == "digest.missing"))).one()
        assert (notice.template, notice.values["names"]) == ("staff_digests_unreachable", "无址经理")
    assert "没有登记邮箱和手机号码的：无址经理" in (await (await Desk(world).browser("supervisor")).get("/board")).text
