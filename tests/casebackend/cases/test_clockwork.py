from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.limits import UseProfile
from casebackend.cases import clockwork, rescheduling
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.check import check
from casebackend.clocks import service
from casebackend.clocks.model import Timer
from casebackend.clocks.queries import timers_of
from casebackend.clocks.rules import StopReason
from casebackend.workflow.service import use_profile
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.world import START, World


@dataclass
class Rig:
    """A case on paper: only its clocks run, through the arrows of the lifecycle."""

    session: AsyncSession
    case: Case
    now: datetime = START

    @classmethod
    async def of(cls, session: AsyncSession, *, now: datetime = START, **fields: object) -> "Rig":
        given: dict[str, object] = {"kind": "first", "matter_type": "complaint", "severity": "一般投诉"}
        rig = cls(session, Case(id=uuid4(), received_at=now, **given | fields), now)
        session.add_all(timers := await clockwork.first_clocks(session, rig.case, now=now))
        rig.case.promised_on = clockwork.promise(timers)
        await session.flush()
        return rig

    async def goes(self, source: Status, move: Move, **later: float) -> None:
        self.now += timedelta(**later)
        await clockwork.run(self.session, self.case, move, LIFECYCLE[source, move], at=self.now, now=self.now)

    async def running(self) -> dict[str, Timer]:
        return {t.kind: t for t in await timers_of(self.session, self.case.id) if t.stopped_at is None}


S, M = Status, Move


async def test_a_complaint_runs_the_limit_of_law_the_first_contact_and_the_step_in_hand(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        assert set(await rig.running()) == {"l1", "contact.first", "receive.review"}
        assert rig.case.promised_on == date(2026, 3, 17)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT, hours=1)
        assert set(await rig.running()) == {"l1", "contact.first", "internal.dispatch", "internal.total"}
        total = (await rig.running())["internal.total"]
        assert total.derivation == "内部总时限：3月2日 11:00 + 6个工作日 = 3月10日 17:30"
        await rig.goes(S.ACCEPTED, M.DISPATCH, hours=1)
        assert set(await rig.running()) == {
            "l1", "contact.first", "receive.node", "internal.investigate", "internal.total",
        }  # fmt: skip
        await rig.goes(S.DISPATCHED, M.SEND_BACK, hours=1)
        running = await rig.running()
        assert running["internal.total"].id == total.id, "sent back, the whole time goes on"
        assert running["internal.dispatch"].seq == 2
        await rig.goes(S.REPLY_PENDING, M.REPLY, days=1)
        assert await rig.running() == {}
        assert all(timer.next_at is None for timer in await timers_of(session, rig.case.id))


@pytest.mark.parametrize(
    ("matter", "kinds", "promised"),
    [
        ("suggestion", {"matter.suggestion", "receive.review"}, date(2026, 3, 4)),
        ("enquiry", {"matter.enquiry"}, date(2026, 3, 4)),
        ("objection", {"matter.objection", "receive.review"}, date(2026, 3, 17)),
        ("petition", {"matter.petition_tell", "receive.review"}, date(2026, 3, 17)),
        ("report", {"matter.report", "receive.review"}, date(2026, 5, 1)),
        ("personal_info", {"matter.personal_info", "receive.review"}, date(2026, 3, 17)),
        ("praise", set(), None),
    ],
)
async def test_what_is_no_complaint_runs_clocks_of_its_own_and_no_limit_of_law(
    world: World, matter: str, kinds: set[str], promised: date | None
) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session, matter_type=matter)
        assert set(await rig.running()) == kinds
        assert rig.case.promised_on == promised


async def test_a_petition_has_sixty_days_from_its_acceptance(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session, matter_type="petition")
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT, days=3)
        petition = (await rig.running())["matter.petition"]
        assert petition.derivation.startswith("受理 3月5日 + 60日 = 5月4日；")
        assert await clockwork.promised_on(session, rig.case) == date(2026, 5, 4)
        await rig.goes(S.INVESTIGATING, M.EDIT, days=1)
        await rig.goes(S.DRAFT, M.SUBMIT, days=1)
        assert (await rig.running())["matter.petition"].seq == 1
        tell = (await rig.running())["matter.petition_tell"]
        assert (tell.seq, tell.origin_at) == (1, START), "nobody is told by an acceptance, nor anew by a correction"
        service.halt([tell], at=rig.now, reason=StopReason.DONE)
        await rig.goes(S.PENDING_REVIEW, M.EDIT, days=1)
        await rig.goes(S.DRAFT, M.SUBMIT)
        assert "matter.petition_tell" not in await rig.running(), "told once"
        await rescheduling.extend(session, rig.case, "matter.petition_extended", now=rig.now)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT, days=1)
        assert {kind for kind in await rig.running() if kind.startswith("matter.")} == {"matter.petition_extended"}


async def test_an_appraisal_does_not_put_off_what_the_petitioner_is_to_be_told(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session, matter_type="petition")
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT)
        await rig.goes(S.INVESTIGATING, M.SUSPEND, days=1)
        assert set(await rig.running()) == {"matter.petition_tell"}
        await rig.goes(S.SUSPENDED, M.RESUME, days=2)
        running = await rig.running()
        assert (running["matter.petition_tell"].seq, running["matter.petition"].seq) == (1, 2)


async def test_a_day_set_from_outside_is_a_clock_that_no_appraisal_stops(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session, regulator_due_on=date(2026, 3, 9), referral_due_on=date(2026, 3, 10))
        referral = (await rig.running())["referral"]
        assert referral.derivation == "转办单要求 3月10日前反馈；最后一个工作日 3月9日提醒"
        assert referral.due_at == datetime(2026, 3, 10, 16, tzinfo=UTC)
        await service.recompute(session, referral)
        assert referral.derivation == "转办单要求 3月10日前反馈；最后一个工作日 3月9日提醒"
        regulator = (await rig.running())["regulator"]
        assert regulator.derivation == "监管要求办结 3月9日；最后一个工作日 3月6日提醒"
        assert regulator.due_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
        await rig.goes(S.INVESTIGATING, M.SUSPEND, days=1)
        assert set(await rig.running()) == {"regulator", "referral"}
        rig.case.regulator_due_on = date(2026, 3, 12)
        await rescheduling.regulator_due(session, rig.case, rig.now)
        assert (await rig.running())["regulator"].seq == 2


async def test_an_urgent_case_has_shorter_steps_from_their_own_start_and_the_same_limit_of_law(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT)
        await rig.goes(S.ACCEPTED, M.DISPATCH)
        before = {kind: timer.due_at for kind, timer in (await rig.running()).items()}
        rig.case.severity = "紧急投诉"
        changed = await rescheduling.recompute_for_severity(session, rig.case, rig.now + timedelta(hours=1))
        running = await rig.running()
        assert changed == 4
        assert running["l1"].due_at == before["l1"]
        investigate = running["internal.investigate"]
        assert investigate.derivation == "调查处理：3月2日 10:00 + 1个工作日 = 3月3日 17:30"
        assert investigate.next_at is not None
        assert investigate.next_at <= investigate.due_at
        assert await rescheduling.recompute_for_severity(session, rig.case, rig.now) == 0

        await rig.goes(S.INVESTIGATING, M.SUSPEND, hours=3)
        await rig.goes(S.SUSPENDED, M.RESUME, days=2)
        rest = (await rig.running())["internal.investigate"]
        left = rest.amount
        rig.case.severity = "重大投诉"
        await rescheduling.recompute_for_severity(session, rig.case, rig.now)
        assert (await rig.running())["internal.investigate"].amount == left + 420


async def test_what_a_merge_took_back_or_a_correction_runs_on_from_its_origin(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT)
        await rig.goes(S.ACCEPTED, M.MERGE, days=1)
        assert await rig.running() == {}
        await rig.goes(S.MERGED, M.UNMERGE, days=1)
        running = await rig.running()
        assert running["l1"].derivation.startswith("收到 3月2日 + 15日 = 3月17日")
        assert running["l1"].seq == 2
        assert "receive.review" in running

        await rig.goes(S.INVESTIGATING, M.SUSPEND, days=1)
        await rig.goes(S.SUSPENDED, M.EDIT, days=4)
        assert (await rig.running())["l1"].derivation.startswith("收到 3月2日 + 15日 + 暂停 4日 = 3月21日")
        await rig.goes(S.DRAFT, M.SUBMIT)
        assert (await rig.running())["l1"].seq == 3


async def test_a_complaint_that_turns_out_to_be_something_else_gives_up_the_limit_of_law_and_takes_it_up_again(
    world: World,
) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT, days=2)
        rig.case.matter_type = "objection"
        timers = await rescheduling.rematter(session, rig.case, (M.SUBMIT, M.ACCEPT), now=rig.now)
        assert [timer.derivation for timer in timers] == ["收到 3月2日 + 15日 = 3月17日；最后一个工作日 3月16日提醒"]
        await session.flush()
        rig.case.matter_type = "complaint"
        timers = await rescheduling.rematter(session, rig.case, (M.SUBMIT, M.ACCEPT), now=rig.now)
        legal = next(timer for timer in timers if timer.kind == "l1")
        assert (legal.seq, clockwork.promise(timers)) == (2, date(2026, 3, 17))


async def test_a_reopened_case_counts_anew(world: World) -> None:
    async with world.database.transaction() as session:
        rig = await Rig.of(session)
        await rig.goes(S.REPLY_PENDING, M.REPLY, days=2)
        await rig.goes(S.CLOSED, M.REOPEN, days=20)
        assert (await rig.running())["l1"].derivation.startswith("重新办理 3月24日 + 15日 = 4月8日")
        for matter, kind, counted in (
            ("report", "matter.report", "重新办理 3月24日 + 60日"),
            ("objection", "matter.objection", "重新办理 3月24日 + 15日"),
            ("petition", "matter.petition", "受理 3月24日 + 60日"),
        ):
            rig = await Rig.of(session, matter_type=matter)
            await rig.goes(S.REPLY_PENDING, M.REPLY, days=2)
            await rig.goes(S.CLOSED, M.REOPEN, days=20)
            assert (await rig.running())[kind].derivation.startswith(counted)


async def test_a_case_keeps_the_profile_of_its_unit_on_the_day_of_receipt(world: World) -> None:
    outlet = UUID(await unit(world, "北京朝阳支行"))
    command = UseProfile(
        unit_id=UUID(await unit(world, "北京分行")), profile="two_level", effective_from=START.date(), source="试行"
    )
    async with world.database.transaction() as session:
        await use_profile(session, command, by=SYSTEM, now=world.time)
        rig = await Rig.of(session, unit_id=outlet)
        assert rig.case.profile == "two_level"
        await rig.goes(S.PENDING_REVIEW, M.ACCEPT)
        running = await rig.running()
        assert {"internal.branch_dispatch", "internal.total_two_level"} <= running.keys()
        assert {timer.profile for timer in running.values()} == {"two_level"}
        earlier = await Rig.of(session, unit_id=outlet, now=START - timedelta(days=30))
        assert earlier.case.profile == "four_step"


async def test_a_filed_case_shows_all_its_clocks_and_every_check_holds(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.number)
    clocks = (await desk.reads("lead", f"/cases/{receipt.number}/clocks")).json()["clocks"]
    assert {"l1", "contact.first", "internal.investigate", "internal.total"} <= {clock["kind"] for clock in clocks}
    assert (await case_of(world, receipt.case_id)).promised_on == date(2026, 3, 17)
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []
