"""A closed complaint whose outcome was told becomes a candidate, and nothing of its people goes with it."""

from sqlalchemy import select, update

from casebackend.candidates.rules import State
from casebackend.customers.model import PersonalValue
from casebackend.outbox.model import OutboxMessage
from tests.casebackend.canaries import in_bytes, people
from tests.casebackend.candidates.builders import candidate_of, candidates, ended, reopened
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.families.builders import closed, closes
from tests.casebackend.workers import worker
from tests.world import World


async def test_an_answered_complaint_is_offered_once_and_an_open_one_is_not(world: World) -> None:
    case_id, _ = await closed(world)
    open_one = await filed(world, sender="customer-2")
    await ticked(world)
    row = await candidate_of(world, case_id)
    assert row is not None
    assert await candidate_of(world, open_one.case_id) is None
    assert row.topic == f"{row.category}｜因定价收费引起的投诉"
    assert (row.state, row.outcome, row.days, row.amount_band) == (State.NEW, "valid", 0, "数百元")
    assert "张三丰" not in row.facts + row.demand + row.result
    assert "朝阳" not in row.facts
    assert "3月1日" not in row.facts + str(row.report)
    made = row.made_at
    world.wait(days=200)  # filed away meanwhile
    await ticked(world)
    [same] = await candidates(world)
    assert same.made_at == made


async def test_what_was_declined_is_no_case_to_learn_from(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure(
        "lead", receipt.number, "decline", decline_reason="not_a_complaint", opinion="不属于投诉", told_by="phone",
        told_at=world.time.isoformat(), told_proof="通话录音 0301",
    )  # fmt: skip
    await ticked(world)
    assert await candidates(world) == []


async def test_nobody_who_went_in_is_in_the_candidate(world: World) -> None:
    [canary] = people(1)
    person = {"role": "complainant", "name": canary.name, "phone": canary.phone, "id_number": canary.id_number}
    said = canary.says("{name}来电称多扣年费，回电{phone}，证件{id_number}，卡{card}，邮箱{email}，柜员陈网点推诿")
    case_id, number = await ended(
        world, facts=said, demand=f"退回{canary.name}的年费", people=[person],
        objects=[{"kind": "card", "value": canary.card}, {"kind": "staff", "value": "8006"}],
    )  # fmt: skip
    row = await candidate_of(world, case_id)
    assert row is not None
    left = str(vars(row)).encode()
    assert list(in_bytes(left, [canary])) == []
    for other in ("陈网点", "8006", number):
        assert other not in row.facts + row.demand + row.result + str(row.report), other
    assert row.days == 3
    desk = Desk(world)
    shown = [await desk.reads("curator", path) for path in (f"/candidates/{row.id}", "/precedents?q=多扣年费退回")]
    assert [answer.status_code for answer in shown] == [200, 200]
    assert shown[1].json()["precedents"]
    assert list(in_bytes("".join(answer.text for answer in shown).encode(), [canary])) == []
    assert row.report["total"] >= 5


async def test_a_candidate_that_cannot_be_made_holds_up_nothing_else(world: World) -> None:
    """A value that the vault cannot open any more: the case is closed all the same, and the message waits alone."""
    receipt = await filed(world)
    await Desk(world).replied(receipt.case_id)
    async with world.database.transaction() as session:
        await session.execute(update(PersonalValue).values(value_enc="broken"))
    await closes(world, receipt.case_id)
    await ticked(world)
    assert await candidates(world) == []
    async with world.database.reading() as session:
        waiting = list(await session.scalars(select(OutboxMessage.topic).where(OutboxMessage.error.is_not(None))))
    assert waiting == ["candidate.due"]


async def test_what_is_taken_up_again_is_no_candidate_any_more(world: World) -> None:
    case_id, _ = await closed(world)
    await ticked(world)
    assert await candidate_of(world, case_id) is not None
    await reopened(world, case_id)
    assert await candidate_of(world, case_id) is None


async def test_what_was_closed_before_there_were_candidates_is_made_up_for(world: World) -> None:
    case_id, _ = await closed(world)
    ticking = worker(world)
    await ticking.lead()
    await ticking.hourly()
    assert await candidate_of(world, case_id) is not None
