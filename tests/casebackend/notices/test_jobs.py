from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from casebackend import editions, failpoints
from casebackend.notices import thresholds
from casebackend.notices.doubles import RecordingSender
from casebackend.notices.model import Notice, StaffMessage, Threshold
from casebackend.notices.ports import NotSent, Refused
from casebackend.notices.rules import LEASE, MOST_TRIES, Channel, State
from casebackend.notices.service import Word, notify
from casebackend.staff.model import User
from casebackend.worker import Worker
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.workers import worker
from tests.world import World

WORD = Word(
    cause="urged:1",
    kind="case.urged",
    template="staff_urged",
    values={"number": "TS20260302000001", "count": 1},
    link="/cases/TS20260302000001",
)


async def tell(world: World, word: Word = WORD, login: str = "lead", *, mobile: str | None = None) -> bool:
    """To one who has a mailbox and, unless told otherwise, no mobile."""
    async with world.database.transaction() as session:
        receiver = (await session.scalars(select(User).where(User.login == login))).one()
        receiver.mobile = mobile
        return await notify(session, word, to=[receiver], now=world.time)


async def messages(world: World) -> list[StaffMessage]:
    async with world.database.transaction() as session:
        return list(await session.scalars(select(StaffMessage).order_by(StaffMessage.channel, StaffMessage.created_at)))


async def poster(world: World, name: str = "w") -> tuple[Worker, RecordingSender]:
    """A leading worker whose mail and SMS are recorded."""
    ticking, recorder = worker(world, name), RecordingSender()
    ticking.senders = dict.fromkeys(Channel, recorder)
    await ticking.lead()
    return ticking, recorder


async def test_one_cause_is_told_once_and_each_way_is_sent_once(world: World) -> None:
    assert (await tell(world), await tell(world)) == (True, False)
    ticking, recorder = await poster(world)
    for _ in range(3):
        await ticking.post()
    assert [sent.address for sent in recorder.sent] == ["lead@bank.example"]
    assert "TS20260302000001" in recorder.sent[0].subject
    assert [(each.state, each.sent_at) for each in await messages(world)] == [("sent", world.time)]
    assert "bank.example" not in (await messages(world))[0].address


async def test_what_is_urgent_goes_by_mail_by_sms_and_to_the_office_each_with_its_own_address(world: World) -> None:
    values = {"number": "TS20260302000001", "clock": "调查处理", "due": "3月5日 17:30"}
    await tell(world, replace(WORD, template="staff_near_due", values=values), mobile="19900009999")
    ticking, recorder = await poster(world)
    await ticking.post()
    assert {sent.address for sent in recorder.sent} == {"lead@bank.example", "19900009999", "8002"}
    assert [each.channel for each in await messages(world)] == ["mail", "oa", "sms"]


async def test_the_doubles_of_the_demo_show_what_would_have_left(world: World) -> None:
    values = {"number": "TS20260302000001", "clock": "调查处理", "due": "3月5日 17:30"}
    await tell(world, replace(WORD, template="staff_overdue", values=values), mobile="19900009999")
    ticking = worker(world)
    await ticking.lead()
    await ticking.post()
    for channel in ("mail", "sms", "oa"):
        shown = (world.settings.var_dir / "log" / f"{channel}.jsonl").read_text(encoding="utf-8")
        assert "TS20260302000001" in shown
        assert "19900009999" not in shown


async def test_at_night_the_console_knows_at_once_and_the_mail_leaves_in_the_morning(world: World) -> None:
    world.time = datetime(2026, 3, 2, 15, tzinfo=UTC)
    await tell(world)
    async with world.database.reading() as session:
        assert (await session.scalars(select(Notice.at))).one() == world.time
    ticking, recorder = await poster(world)
    await ticking.post()
    assert recorder.sent == []
    world.time = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    await ticking.lead()
    await ticking.post()
    assert len(recorder.sent) == 1


async def test_the_quiet_hours_are_dated_rows(world: World) -> None:
    async with world.database.transaction() as session:
        for code in ("quiet.from", "quiet.to"):
            row = {"value": "00:00", "effective_from": world.time.date(), "source": "本行规定", "evidence": "D"}
            session.add(Threshold(code=code, label="免打扰", **row))
        await session.flush()
        await editions.changed(session, thresholds.EDITION)
    world.time = datetime(2026, 3, 2, 15, tzinfo=UTC)
    await tell(world)
    ticking, recorder = await poster(world)
    await ticking.post()
    assert len(recorder.sent) == 1


async def test_whoever_dies_between_sending_and_noting_leaves_a_doubt_and_no_second_mail(world: World) -> None:
    await tell(world)
    ticking, recorder = await poster(world)
    failpoints.arm("notice.sent", "raise@1")
    try:
        await ticking.posted()
    finally:
        failpoints.disarm()
    assert ticking.trouble == "InjectedFault"
    assert [each.state for each in await messages(world)] == [State.CLAIMED]
    world.wait(seconds=LEASE.total_seconds() + 1)
    await ticking.lead()
    for _ in range(3):
        await ticking.posted()
        world.wait(hours=1)
        await ticking.lead()
    assert [each.state for each in await messages(world)] == [State.MAYBE_SENT]
    assert len(recorder.sent) == 1


async def test_a_broken_line_is_a_doubt_and_a_refused_one_is_tried_again_ever_more_rarely(world: World) -> None:
    await tell(world)
    ticking, recorder = await poster(world)
    recorder.failing = [NotSent("down"), NotSent("down")]
    tried = []
    for _ in range(6):
        await ticking.post()
        tried.append(len(recorder.failing))
        world.wait(seconds=61)
        await ticking.lead()
    assert tried == [1, 0, 0, 0, 0, 0]
    assert len(recorder.sent) == 1
    await tell(world, replace(WORD, cause="urged:2"))
    recorder.failing = [ConnectionResetError()]
    for _ in range(3):
        await ticking.post()
        world.wait(hours=1)
        await ticking.lead()
    assert sorted(each.state for each in await messages(world)) == [State.MAYBE_SENT, State.SENT]
    assert len(recorder.sent) == 1


async def test_no_such_mailbox_fails_at_once_and_a_dead_server_in_the_end(world: World) -> None:
    await tell(world)
    ticking, recorder = await poster(world)
    recorder.failing = [Refused("550")]
    await ticking.post()
    assert [(each.state, each.error) for each in await messages(world)] == [(State.FAILED, "550")]
    await tell(world, replace(WORD, cause="urged:2"))
    recorder.failing = [NotSent("down")] * 20
    for _ in range(MOST_TRIES + 3):
        await ticking.post()
        world.wait(hours=1)
        await ticking.lead()
    assert [each.state for each in await messages(world)] == [State.FAILED] * 2
    assert len(recorder.failing) == 20 - MOST_TRIES


async def test_a_clock_that_stopped_over_night_sends_nothing_in_the_morning(world: World) -> None:
    receipt = await filed(world)
    world.time = datetime(2026, 3, 17, 16, tzinfo=UTC)
    ticking, recorder = await poster(world)
    await ticking.tick()
    waiting = [each for each in await messages(world) if each.about is not None]
    assert waiting
    await Desk(world).sure("lead", receipt.case_id, "decline", decline_reason="already_decided", opinion="重复")
    world.wait(hours=9)
    await ticking.lead()
    await ticking.post()
    assert {each.state for each in await messages(world) if each.about is not None} == {State.CANCELLED}
    assert not any("时限" in sent.text for sent in recorder.sent)


async def test_what_is_done_while_its_mail_is_tried_is_not_mailed_afterwards(world: World) -> None:
    receipt, desk = await filed(world), Desk(world)
    await desk.sure("lead", receipt.case_id, "accept")
    target = await unit(world, "个人金融部")
    await desk.sure("agent", receipt.case_id, "dispatch", handling_unit_id=target, opinion="请核查")
    ticking, recorder = await poster(world)
    await ticking.tick()

    async def todo() -> set[str]:
        return {each.state for each in await messages(world) if each.template == "staff_todo"}

    tried: list[object] = []

    class Down(RecordingSender):
        async def send(self, message: object) -> None:
            tried.append(message)
            if len(tried) == 1:
                await desk.sure("agent", receipt.case_id, "receive")
            raise NotSent("down")

    assert await todo() == {State.PENDING}
    ticking.senders = dict.fromkeys(Channel, Down())
    await ticking.post()
    assert (await case_of(world, receipt.case_id)).status == "investigating"
    assert await todo() == {State.PENDING}
    ticking.senders = dict.fromkeys(Channel, recorder)
    world.wait(minutes=5)
    await ticking.lead()
    await ticking.post()
    assert await todo() == {State.CANCELLED}
    assert not any(receipt.number in sent.text for sent in recorder.sent)


async def test_a_leader_that_slept_while_sending_notes_nothing_any_more(world: World) -> None:
    await tell(world)
    sleeper, recorder = await poster(world, "sleeper")
    successor, second = await poster(world, "successor")
    assert successor.epoch is None

    class Sleeping(RecordingSender):
        async def send(self, message: object) -> None:
            world.wait(seconds=LEASE.total_seconds() + 60)
            assert await successor.lead()
            await successor.post()

    sleeper.senders = {Channel.MAIL: Sleeping(), Channel.SMS: recorder}
    await sleeper.posted()
    assert sleeper.epoch is None
    assert [(each.state, each.sent_at) for each in await messages(world)] == [(State.MAYBE_SENT, None)]
    assert second.sent == []


@pytest.mark.parametrize("pause", [timedelta(), timedelta(days=1)])
async def test_missing_rows_are_said_and_not_guessed(world: World, pause: timedelta) -> None:
    async with world.database.reading() as session:
        found = await thresholds.in_force(session, world.time + pause)
    with pytest.raises(thresholds.ThresholdMissing):
        found.number("no.such.number")
