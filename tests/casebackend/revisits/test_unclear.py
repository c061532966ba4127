"""Whether it is to be handled again, and nobody understands the answer: a colleague asks, and nothing is settled."""

from uuid import UUID

from sqlalchemy import select

from casebackend.conversations.model import Message
from casebackend.timeline.queries import of_case
from tests.casebackend.cases.builders import Desk, ask, case_of
from tests.casebackend.revisits.test_service import holds, revisit_of, says, surveyed
from tests.casebackend.revisits.test_silence import calls_asked
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
