"""Whether it is to be handled again, and nobody understands the answer: a colleague asks, and nothing is settled."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from casebackend.cases.model import Case
from casebackend.conversations.model import Message
from casebackend.customers.model import Customer
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import Desk, ask, case_of
from tests.casebackend.revisits.test_service import holds, revisit_of, says, surveyed
from tests.casebackend.revisits.test_silence import calls_asked, never_called
from tests.casebackend.workers import worker
from tests.world import World

UNCLEAR = ("要吧，还是算了", "今天天气")


async def unclear(world: World) -> UUID:
    """Not solved, two points, and two answers to 需要重新处理吗 that say neither yes nor no."""
    case_id = await surveyed(world)
    for words in ("没解决", "2分", "钱没退"):
        await says(world, words)
    first, second = [await says(world, words) for words in UNCLEAR]
    assert (first["next"], first["called"]) == ("again", False)
    assert (second["next"], second["understood"], second["called"]) == ("done", False, True)
    return case_id


async def nobody_to_call(world: World, case_id: UUID) -> None:
    """The customer left no number."""
    async with world.database.transaction() as session:
        case = await session.get_one(Case, case_id)
        nothing = {"phone_enc": None, "phone_masked": None, "phone_index": None}
        await session.execute(update(Customer).where(Customer.id == case.customer_id).values(**nothing))


@pytest.mark.parametrize("why", ["no number", "a bank that never calls"])
async def test_where_nobody_can_call_the_survey_ends_with_what_was_said_and_the_customer_is_told_how_to_go_on(
    world: World, why: str
) -> None:
    case_id = await surveyed(world)
    await (nobody_to_call(world, case_id) if why == "no number" else never_called(world))
    for words in ("没解决", "2分", "钱没退"):
        await says(world, words)
    first, second = [await says(world, words) for words in UNCLEAR]
    assert (first["next"], first["unsettled"]) == ("again", False)
    assert (second["next"], second["understood"], second["called"], second["unsettled"]) == ("done", False, False, True)
    await worker(world).tick()
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction) == ("closed", "unsatisfied")
    assert (revisit.state, revisit.solved, revisit.score, revisit.again) == ("no_answer", False, 2, None)
    assert "钱没退" in str(revisit.words)
    assert (await calls_asked(world, case_id), revisit.second_case_id) == (0, None)
    async with world.database.reading() as session:
        last = select(Message.text).where(Message.author == "system").order_by(Message.seq.desc()).limit(1)
        said = str(await session.scalar(last))
        assert "revisit.to_call" not in [entry.kind for entry in await of_case(session, case_id)]
    assert ("没有按“不需要”登记" in said, "重新投诉" in said, "转人工" in said, "与您联系" in said) == (
        True,
        True,
        True,
        False,
    )
    await holds(world)


@pytest.mark.usefixtures("known_senders")
async def test_who_could_not_be_called_has_it_handled_again_by_saying_so(world: World) -> None:
    case_id = await surveyed(world)
    await nobody_to_call(world, case_id)
    for words in ("没解决", "2分", "钱没退", *UNCLEAR):
        await says(world, words)
    for words, outcome in (("重新投诉", "reason"), ("钱还是没有退给我", "opened")):
        asks = await world.says(words)
        answer = await world.act(f"/conversations/{asks.conversation_id}/second", asks.message_id)
        assert answer.json()["outcome"] == outcome, answer.text
        await ask(world, asks.conversation_id, "second")
    await holds(world)


async def calls(desk: Desk, case_id: UUID, key: str, **said: object) -> int:
    browser = await desk.browser("agent")
    headers = {"Idempotency-Key": key}
    return (await browser.post(f"/api/v1/cases/{case_id}/surveys", json=said, headers=headers)).status_code


async def test_two_unclear_answers_settle_nothing_the_customer_is_told_and_a_colleague_calls(world: World) -> None:
    case_id = await unclear(world)
    await worker(world).tick()
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction) == ("follow_up", None)
    assert (revisit.state, revisit.solved, revisit.score, revisit.again) == ("by_person", False, 2, None)
    assert await calls_asked(world, case_id) == 1
    async with world.database.reading() as session:
        last = select(Message.text).where(Message.author == "system").order_by(Message.seq.desc()).limit(1)
        assert "同事与您联系确认" in str(await session.scalar(last))
        assert "revisit.to_call" in [entry.kind for entry in await of_case(session, case_id)]
    page = await (await Desk(world).browser("agent")).get(f"/cases/{case_id}/surveys")
    assert "会话中没有明确，请电话确认" in page.text
    await holds(world)


async def test_a_yes_on_the_telephone_opens_the_second_complaint_and_keeps_what_was_said_in_the_chat(
    world: World,
) -> None:
    case_id = await unclear(world)
    await worker(world).tick()
    assert await calls(Desk(world), case_id, "yes", outcome="answered", solved=False, again=True) == 201
    revisit = await revisit_of(world, case_id)
    assert (revisit.state, revisit.score, revisit.again) == ("done", 2, True)
    assert "钱没退" in str(revisit.words)
    assert revisit.second_case_id is not None
    await holds(world)


async def test_who_would_rather_not_say_on_the_telephone_stays_as_dissatisfied_as_he_was(world: World) -> None:
    case_id = await unclear(world)
    await worker(world).tick()
    assert await calls(Desk(world), case_id, "declined", outcome="declined") == 201
    case, revisit = await case_of(world, case_id), await revisit_of(world, case_id)
    assert (case.status, case.satisfaction, revisit.again) == ("closed", "unsatisfied", None)
    await holds(world)


async def test_a_clear_answer_in_the_chat_meanwhile_spares_him_the_call(world: World) -> None:
    case_id = await unclear(world)
    await worker(world).tick()
    await ask(world, (await case_of(world, case_id)).conversation_id, "survey.again")
    answer = await says(world, "需要重新处理")
    assert (answer["next"], answer["second_number"]) == ("done", "TS20260302000002")
    assert (await revisit_of(world, case_id)).again is True
    await holds(world)
