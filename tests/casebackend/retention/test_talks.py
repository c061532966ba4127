"""What was said where no case came of it has an end: after its time the words go, and then who said them."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.cases.filing import SYSTEM
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Owner
from casebackend.customers.model import ChannelIdentity, PersonalValue
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import DraftState
from casebackend.registration.model import Registration
from casebackend.retention import talks
from casebackend.retention.model import TalkEnd
from casebackend.retention.redacting import GONE
from casebackend.retention.rules import first_kept, kept_until
from tests.casebackend.cases.builders import filed
from tests.casebackend.registration.takers import STORY, Counter
from tests.casebackend.retention.test_policies import sets
from tests.casebackend.retention.test_service import FORM, kept_raw
from tests.casebackend.staff.logins import staff
from tests.casebackend.workers import worker
from tests.world import World

PHONE = "13911112222"


@given(said=some.dates(date(2020, 1, 1), date(2060, 1, 1)), years=some.integers(1, 9), more=some.integers(-3, 3))
def test_the_first_kept_day_is_the_first_whose_time_is_not_over(said: date, years: int, more: int) -> None:
    today = kept_until(said, years) + timedelta(days=more)
    assert (kept_until(said, years) < today) is (said < first_kept(today, years))


async def night(world: World) -> int:
    async with world.database.transaction() as session:
        return await talks.end_words(session, now=world.time)


async def words(world: World, conversation: UUID) -> list[str]:
    async with world.database.reading() as session:
        mine = select(Message.text).where(Message.conversation_id == conversation).order_by(Message.seq)
        return list(await session.scalars(mine))


async def talk(world: World, conversation: UUID) -> Conversation:
    async with world.database.reading() as session:
        return await session.get_one(Conversation, conversation)


async def test_words_go_day_by_day_and_the_person_with_the_last_of_them(world: World) -> None:
    first = (await world.says(f"独角鲸网点几点开门，回电{PHONE}", sender="somebody")).conversation_id
    world.wait(days=300)
    await world.says("独角鲸周末开吗，邮箱a.b@example.com", sender="somebody")
    world.wait(days=65)
    assert await night(world) == 0  # the last day of the year is kept
    world.wait(days=1)
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()
    said = await words(world, first)
    assert GONE in said
    assert any("周末" in each for each in said)
    async with world.database.reading() as session:
        left = (await session.scalars(select(PersonalValue.kind))).all()
    assert left == ["邮箱"]  # what a token stood for goes with the last words that name it
    assert (await talk(world, first)).sender == "somebody"
    assert await night(world) == 0
    world.wait(days=300)
    assert (await night(world), await night(world)) == (1, 0)
    assert set(await words(world, first)) == {GONE}
    assert await kept_raw(world, "独角鲸") == []
    assert (await talk(world, first)).sender == f"gone:{first}"
    assert (await world.says("又来了", sender="somebody")).conversation_id != first
    async with world.database.reading() as session:
        assert (await session.scalars(select(PersonalValue))).all() == []
        told = await session.scalars(
            select(AuditEntry.detail).where(AuditEntry.event == "retention.words_ended").order_by(AuditEntry.seq)
        )
        assert [set(detail) for detail in told] == [{"talks", "messages", "years"}] * 2  # counts, nobody's name


async def test_the_period_is_the_banks_dated_row(world: World) -> None:
    assert (await sets(world, matter_type="talk_text", years=3)).status_code == 201
    somebody = (await world.says("你好", sender="somebody")).conversation_id
    world.wait(days=3 * 365)
    assert await night(world) == 0
    world.wait(days=3)
    assert await night(world) == 1
    assert set(await words(world, somebody)) == {GONE}
    async with await staff(world, "supervisor") as supervisor:
        assert "未形成投诉的会话（文字）" in (await supervisor.get("/retention")).text


async def test_what_is_around_a_complaint_stays_with_it(world: World) -> None:
    receipt = await filed(world)
    async with world.database.reading() as session:
        conversation = await session.scalar(select(Conversation).where(Conversation.sender == "customer-1"))
        assert conversation is not None
    before = await words(world, conversation.id)
    world.wait(days=2 * 365)
    assert await night(world) == 0
    assert await words(world, conversation.id) == before
    assert receipt.number


async def test_a_hold_on_a_complaint_keeps_what_the_same_person_said_elsewhere(world: World) -> None:
    receipt = await filed(world)
    other = (await world.says("另一个号码问一下", sender="second-phone")).conversation_id
    async with world.database.transaction() as session:
        mine = await session.scalar(select(ChannelIdentity).where(ChannelIdentity.sender == "customer-1"))
        assert mine is not None
        session.add(ChannelIdentity(channel=mine.channel, sender="second-phone", customer_id=mine.customer_id))
    async with await staff(world, "supervisor") as supervisor:
        held = await supervisor.post(f"/cases/{receipt.number}/holds", data={"reason": "诉讼保全"}, headers=FORM)
        assert held.status_code == 204
        section = (await supervisor.get(f"/cases/{receipt.number}/retention", headers=FORM)).text
    world.wait(days=2 * 365)
    assert await night(world) == 0
    assert GONE not in await words(world, other)
    lift = f"/cases/{receipt.number}/holds/{section.split('/lift')[0].rsplit('/', 1)[-1]}/lift"
    async with await staff(world, "supervisor") as supervisor:
        assert (await supervisor.post(lift, data={"reason": "诉讼已结束"}, headers=FORM)).status_code == 204
    assert await night(world) == 1
    assert set(await words(world, other)) == {GONE}


async def test_a_draft_that_somebody_still_writes_keeps_its_words_and_a_forgotten_one_goes(world: World) -> None:
    receipt = await world.says("我要投诉，ATM吞卡", sender="somebody")
    assert (await world.act(f"/conversations/{receipt.conversation_id}/draft/absorb", receipt.message_id)).is_success
    world.wait(days=370)
    async with world.database.transaction() as session:
        draft = (await session.scalars(select(Draft))).one()
        draft.touched_at = world.time
    assert await night(world) == 0
    world.wait(days=370)
    assert await night(world) == 1
    async with world.database.reading() as session:
        draft = (await session.scalars(select(Draft))).one()
        assert draft.state == DraftState.CANCELLED
        assert {each.value for each in await session.scalars(select(DraftField))} == {GONE}
    assert not (await talk(world, receipt.conversation_id)).has_draft


async def test_a_talk_that_a_colleague_holds_loses_its_old_words_but_not_its_sender(world: World) -> None:
    somebody = (await world.says("人工", sender="somebody")).conversation_id
    async with world.database.transaction() as session:
        (await session.get_one(Conversation, somebody)).owner = Owner.PERSON
    world.wait(days=370)
    assert (await night(world), await night(world)) == (1, 0)
    assert set(await words(world, somebody)) == {GONE}
    assert (await talk(world, somebody)).sender == "somebody"
    world.wait(days=1)
    assert await night(world) == 1  # looked at again: once nobody holds it, the sender goes too
    async with world.database.transaction() as session:
        (await session.get_one(Conversation, somebody)).owner = Owner.BOT
    world.wait(days=1)
    assert await night(world) == 1
    assert (await talk(world, somebody)).sender == f"gone:{somebody}"
    async with world.database.reading() as session:
        assert (await session.get_one(TalkEnd, somebody)).next_on is None


async def test_what_a_colleague_put_aside_and_nobody_touched_goes_after_the_same_time(world: World) -> None:
    counter = Counter(world)
    old = (await counter.sends("agent", "/registrations/", STORY)).json()["id"]
    world.wait(days=200)
    counter.desk.browsers.clear()
    young = (await counter.sends("agent", "/registrations/", STORY)).json()["id"]
    world.wait(days=166)
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()
    async with world.database.reading() as session:
        rows = {str(row.id): row for row in await session.scalars(select(Registration))}
        assert (rows[old].state, rows[old].content_enc, rows[old].typed_enc, rows[old].complainant) == (
            "reset", None, None, None,
        )  # fmt: skip
        assert (rows[young].state, rows[young].content_enc is None) == ("saved", False)
        done = await session.scalars(select(AuditEntry).where(AuditEntry.event == "registration.reset"))
        assert [(each.object, each.actor) for each in done] == [(old, SYSTEM.actor)]
    counter.desk.browsers.clear()
    assert (await counter.desk.reads("agent", f"/registrations/{old}")).status_code == 409
