from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from casebackend.api.limits import GiveDuty, UseProfile
from casebackend.cases.filing import SYSTEM
from casebackend.editions import changed
from casebackend.organisations.model import Organisation
from casebackend.workflow import duties
from casebackend.workflow.model import UnitDuty, WorkflowStep
from casebackend.workflow.queries import EDITION, chain_on, deciding_unit, profile_of
from casebackend.workflow.rules import FOUR_STEP, nodes, started_by
from casebackend.workflow.service import UnitUnknown, UnknownProfile, UseKnown, duty_names, use_profile
from tests.casebackend.cases.builders import Desk, unit
from tests.world import World

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(("day", "steps"), [(date(2025, 12, 31), 4), (date(2026, 3, 2), 4), (date(2027, 1, 1), 1)])
async def test_the_chain_is_the_version_of_the_day_and_before_the_first_the_first(
    world: World, day: date, steps: int
) -> None:
    async with world.database.transaction() as session:
        later = {"label": "一步办结", "who": "客服中心", "starts_on": ["accept"], "stops_on": ["reply"]}
        session.add(
            WorkflowStep(
                chain="first", seq=1, code="all", clock="internal.all", effective_from=date(2027, 1, 1), **later
            )
        )
        await session.flush()
        await changed(session, EDITION)
        assert len(nodes(await chain_on(session, FOUR_STEP, "first", day))) == steps


async def test_the_unit_with_the_duty_of_the_last_step_decides_whatever_it_is_called(world: World) -> None:
    async with world.database.reading() as session:
        assert str(await deciding_unit(session, FOUR_STEP, "second", DAY)) == await unit(world, "稽核部")
        two_level = await deciding_unit(session, "two_level", "second", DAY)
        assert str(two_level) == await unit(world, "消费者权益保护部")
        assert await deciding_unit(session, FOUR_STEP, "first", DAY) is None
        assert await deciding_unit(session, FOUR_STEP, "third", DAY) is None


async def test_a_profile_holds_for_a_unit_and_all_under_it_from_its_day_on(world: World) -> None:
    branch, outlet, other = [UUID(await unit(world, name)) for name in ("北京分行", "北京朝阳支行", "济南分行")]
    async with world.database.transaction() as session:

        async def use(unit_id: UUID, profile: str, day: str) -> None:
            command = UseProfile(
                unit_id=unit_id, profile=profile, effective_from=date.fromisoformat(day), source="总行发文（假设）"
            )
            await use_profile(session, command, by=SYSTEM, now=world.time)

        await use(branch, "two_level", "2026-04-01")
        found = [await profile_of(session, each, date(2026, 4, 1)) for each in (branch, outlet, other, None)]
        assert found == ["two_level", "two_level", FOUR_STEP, FOUR_STEP]
        assert await profile_of(session, outlet, date(2026, 3, 31)) == FOUR_STEP
        await use(outlet, FOUR_STEP, "2026-05-01")
        assert await profile_of(session, outlet, date(2026, 5, 1)) == FOUR_STEP
        with pytest.raises(UseKnown):
            await use(outlet, "two_level", "2026-05-01")
        with pytest.raises(UnknownProfile):
            await use(outlet, "three_step", "2026-06-01")
        with pytest.raises(UnitUnknown):
            await use(uuid4(), FOUR_STEP, "2026-06-01")


async def test_what_a_profile_does_not_say_the_four_steps_say(world: World) -> None:
    async with world.database.reading() as session:
        suggestion = await chain_on(session, "two_level", "suggestion", DAY)
        assert started_by(suggestion, "submit") == ["matter.suggestion", "receive.review"]
        two_level = await chain_on(session, "two_level", "first", DAY)
        assert [step.label for step in nodes(two_level)] == [
            "分行分派", "承办机构调查", "分行审核", "总行审定", "承办机构答复",
        ]  # fmt: skip


async def test_a_duty_is_held_from_its_day_on_and_goes_with_the_unit_that_takes_over(world: World) -> None:
    auditors, personal, protection = [
        UUID(await unit(world, name)) for name in ("稽核部", "个人金融部", "消费者权益保护部")
    ]
    later = date(2026, 4, 1)
    async with world.database.transaction() as session:
        wanted = GiveDuty(duty="audit", unit_id=personal, effective_from=later, source="总行发文（假设）")

        async def give(**other: object) -> None:
            command = wanted.model_copy(update=other)
            await duties.give(session, command, duty_names(), by=SYSTEM, now=world.time)

        await give()
        assert await deciding_unit(session, FOUR_STEP, "second", DAY) == auditors
        assert await deciding_unit(session, FOUR_STEP, "second", later) == personal
        for other, refusal in (
            ({}, duties.DutyKnown), ({"duty": "none"}, duties.UnknownDuty), ({"unit_id": uuid4()}, duties.NoSuchUnit),
        ):  # fmt: skip
            with pytest.raises(refusal):
                await give(**other)
        unit_now = await session.get_one(Organisation, personal)
        unit_now.closed_on, unit_now.successor_id = later, protection
        await session.flush()
        assert await deciding_unit(session, FOUR_STEP, "second", later) == protection
        unit_now.successor_id = None
        await session.flush()
        assert await deciding_unit(session, FOUR_STEP, "second", later) is None
        assert [label[:2] for label in await duties.unheld(session, duty_names(), later)] == ["稽核"]
        assert await duties.unheld(session, duty_names(), DAY) == []


async def test_a_bank_with_other_codes_gets_its_duties_by_name_once_and_keeps_what_it_said(world: World) -> None:
    row = {
        "duty": "audit",
        "unit": "0004",
        "called": "稽核部",
        "effective_from": DAY,
        "source": "默认",
        "evidence": "D",
    }
    async with world.database.transaction() as session:
        before = {each.duty: each.unit_id for each in await session.scalars(select(UnitDuty))}
        await duties.seed(session, [row | {"called": "个人金融部"}])
        await session.flush()
        assert {each.duty: each.unit_id for each in await session.scalars(select(UnitDuty))} == before
        await session.execute(delete(UnitDuty))
        await duties.seed(session, [row])
        await session.flush()
        found = (await session.scalars(select(UnitDuty))).all()
        assert [str(each.unit_id) for each in found] == [await unit(world, "稽核部")]


async def test_a_duty_is_given_on_the_page_and_by_the_interface_and_a_missing_one_is_an_alarm(
    world: World,
) -> None:
    desk = Desk(world)
    manager, clerk = await desk.browser("supervisor"), await desk.browser("agent")
    form = {
        "duty": "audit",
        "unit_id": await unit(world, "个人金融部"),
        "effective_from": "2026-03-03",
        "source": "发文",
    }
    done = await manager.post("/limits/duties", data=form)
    assert (done.status_code, done.headers["Location"]) == (303, "/limits#duties")
    assert (await clerk.post("/limits/duties", data=form)).status_code == 403
    shown = (await manager.get("/limits")).text
    assert ("个人金融部" in shown, "没有机构承担" in shown) == (True, False)
    body = form | {"effective_from": "2026-03-04"}
    given = await manager.post("/api/v1/profiles/duties", json=body, headers={"Idempotency-Key": "d1"})
    assert (given.status_code, given.json()["unheld"], len(given.json()["holders"])) == (201, [], 4)
    assert (await clerk.get("/api/v1/profiles/duties")).json() == given.json()
    async with world.database.transaction() as session:
        await session.execute(delete(UnitDuty))
        await changed(session, EDITION)
    assert "没有机构承担“稽核（二次投诉最终处理）”" in (await manager.get("/limits")).text
