"""What the first version wrote is there after the upgrade, holds, and goes on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asgi_lifespan import LifespanManager
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case, CaseParticipant
from casebackend.check import check
from casebackend.clocks import service as clocks
from casebackend.clocks.model import Limit, ReminderRule, Timer
from casebackend.connection import open_database
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.database import Base
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.grading.model import GradingRule
from casebackend.notices.model import Notice, Threshold
from casebackend.notifications import words
from casebackend.organisations.model import Organisation
from casebackend.seed import seed
from casebackend.staff.model import User
from casebackend.workflow.model import ProfileUse, WorkflowStep
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, unit
from tests.casebackend.workers import worker
from tests.contracts.first_version import FIRST, case, first_version, now
from tests.contracts.installation import Installation
from tests.databases import empty_url
from tests.world import LOGINS, PASSWORD, World, configured

REFERENCE: dict[type[Base], tuple[str, ...]] = {
    DictionaryTerm: ("id", "dictionary", "seq", "name", "effective_from"),
    GradingRule: ("code", "effective_from"),
    Limit: ("code", "severity", "effective_from", "amount", "unit", "approver"),
    Organisation: ("code", "name"),
    ProfileUse: ("profile", "effective_from"),
    ReminderRule: ("clock_group", "seq", "effective_from"),
    Threshold: ("code", "effective_from"),
    WorkflowStep: ("profile", "chain", "seq", "code", "clock", "label"),
}


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[World]:
    settings = configured(url, folder)
    world = World(open_database(settings), settings)
    world.time = now() + timedelta(minutes=5)
    yield world
    await world.database.dispose()


@pytest_asyncio.fixture
async def upgraded(tmp_path: Path) -> AsyncIterator[World]:
    async with empty_url(tmp_path) as url, opened(url, tmp_path) as world:
        installation = Installation(world.database)
        await installation.upgrade(FIRST)
        await first_version(world.database)
        await installation.upgrade()
        await installation.difference()
        async with LifespanManager(world.app), world.channels, world.actions, world.tester:
            yield world


async def seeded(world: World) -> None:
    async with world.database.transaction() as session:
        await seed(session, now=world.time, passwords=dict.fromkeys(LOGINS, PASSWORD))


async def broken(world: World) -> list[str]:
    async with world.database.reading() as session:
        return await check(session, now=world.time)


async def _all(session: AsyncSession, kind: type[Base], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    rows = await session.scalars(select(kind))
    return sorted((tuple(str(getattr(row, name)) for name in names) for row in rows), key=str)


async def reference(world: World) -> dict[str, list[tuple[Any, ...]]]:
    async with world.database.reading() as session:
        found = {kind.__name__: await _all(session, kind, names) for kind, names in REFERENCE.items()}
        steps = await session.scalars(select(WorkflowStep))
        found["moves"] = sorted(
            (step.profile, step.chain, step.code, *sorted(step.starts_on), "–", *sorted(step.stops_on))
            for step in steps
        )
    return found


async def test_what_the_first_version_wrote_holds_after_the_upgrade_and_after_the_seed(upgraded: World) -> None:
    assert await broken(upgraded) == []
    await seeded(upgraded)
    assert await broken(upgraded) == []


async def test_the_seed_brings_what_a_new_installation_has_and_doubles_nothing(upgraded: World, tmp_path: Path) -> None:
    await seeded(upgraded)
    await seeded(upgraded)
    (tmp_path / "new").mkdir()
    async with empty_url(tmp_path / "new") as url, opened(url, tmp_path / "new") as fresh:
        await Installation(fresh.database).upgrade()
        await seeded(fresh)
        assert await reference(upgraded) == await reference(fresh)


async def test_rows_of_the_first_version_say_what_they_said_in_the_words_of_this_one(upgraded: World) -> None:
    async with upgraded.database.reading() as session:
        cases = {row.id: row for row in await session.scalars(select(Case))}
        assert {(row.matter_type, row.source, row.profile, row.group_size) for row in cases.values()} == {
            ("complaint", "direct", "four_step", 1)
        }
        intake = await unit(upgraded, "客户服务中心")
        assert {str(row.receiving_unit_id) for row in cases.values()} == {intake}
        assert cases[case("signing")].cosigners == [await unit(upgraded, "个人金融部")]
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
        took_part = select(CaseParticipant.case_id).where(CaseParticipant.user_id == agent.id)
        assert set(await session.scalars(took_part)) == cases.keys() - {case("pending"), case("late")}
        for notice in await session.scalars(select(Notice)):
            assert cases[notice.case_id or case("open")].number in words.words(notice.template, **notice.values)
            assert notice.link.startswith("/cases/TS")


async def test_every_running_clock_comes_out_as_before_when_it_is_computed_again(upgraded: World) -> None:
    """A pause, its rest, and the limit that each was begun with are known again."""
    await seeded(upgraded)
    async with upgraded.database.transaction() as session:
        running = (await session.scalars(select(Timer).where(Timer.stopped_at.is_(None)))).all()
        assert {timer.unit for timer in running} == {"calendar_days", "working_days", "minutes"}
        assert any(timer.paused_days == 2 for timer in running)
        for timer in running:
            before = timer.due_at
            await clocks.recompute(session, timer)
            assert timer.due_at == before


async def test_customers_from_then_are_found_by_paper_and_by_name_too(upgraded: World) -> None:
    async with upgraded.database.transaction() as session:
        named = len((await session.scalars(select(Customer.id).where(Customer.name_enc.is_not(None)))).all())
        customer = (await session.scalars(select(Customer).limit(1))).one()
        sealed = customers.vault(session).seal("customers", "id_number_enc", customer.id, "11010519491231002X")
        customer.id_number_enc = sealed
    async with upgraded.database.transaction() as session:
        assert await customers.index_customers(session) == named + 1
        assert await customers.index_customers(session) == 0
        found = await customers.found(session, name=None, phone=None, id_number="11010519491231002X")
        assert found is not None
        assert found.id == customer.id


async def test_the_reminders_come_and_what_was_told_is_not_told_again(upgraded: World) -> None:
    await seeded(upgraded)
    async with upgraded.database.reading() as session:
        told = set(await session.scalars(select(Notice.cause)))
    ticking = worker(upgraded)
    for _ in range(3):
        await ticking.tick()
    async with upgraded.database.reading() as session:
        new = [each for each in await session.scalars(select(Notice)) if each.cause not in told]
        assert not {each.cause.rpartition(":")[0] for each in new} & told
        assert {"clock.overdue", "clock.escalated"} <= {each.kind for each in new if each.case_id == case("open")}
        running = await session.scalars(select(Timer).where(Timer.stopped_at.is_(None)))
        assert all(timer.next_at is None or timer.next_at > upgraded.time for timer in running)
    assert await broken(upgraded) == []


@pytest.mark.parametrize("name", ["open", "resumed", "signing"])
async def test_a_case_from_then_goes_on_to_its_end(upgraded: World, name: str) -> None:
    await seeded(upgraded)
    desk, which = Desk(upgraded), case(name)
    if name == "signing":
        await desk.sure("lead", which, "countersign_done", opinion="会签单位已口头同意")
    await desk.sure("agent", which, "propose", **PROPOSAL)
    await desk.sure("executive", which, "sign", opinion="同意")
    await desk.sure("supervisor", which, "approve_opinion", opinion="同意")
    await desk.sure("supervisor", which, "approve_reply", opinion="同意办结")
    await desk.sure("agent", which, "reply", **REPLY, overdue_reason="系统升级")
    ticking = worker(upgraded)
    await ticking.tick()
    upgraded.time += timedelta(seconds=upgraded.settings.survey_delay_seconds + 20)
    await ticking.lead()
    await ticking.tick()
    assert await broken(upgraded) == []


async def test_a_case_that_waited_for_review_goes_on_and_a_closed_one_stays_closed(upgraded: World) -> None:
    await seeded(upgraded)
    desk = Desk(upgraded)
    await desk.investigating(case("pending"))
    refused = await desk.does("supervisor", case("closed"), "reopen", opinion="发现新的事实")
    assert refused.status_code == 403
    assert await broken(upgraded) == []
