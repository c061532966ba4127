from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import select, update

from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.outbox.model import OutboxMessage
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, case_of
from tests.casebackend.families.builders import closes
from tests.casebackend.identity.checks import Carrier
from tests.casebackend.identity.test_core import PAPER, banking
from tests.casebackend.pickups.visits import Guest, asked_again, receipt_with_code
from tests.world import World

SAID = "我补充一下，当天柜台的小票我找到了，我的手机是13911112222"


async def opened(world: World) -> tuple[UUID, Guest]:
    receipt, code = await receipt_with_code(world)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    assert (await guest.answers(await carrier.code()))["next"] == "done"
    return receipt.case_id, guest


async def history(world: World, case_id: UUID, kind: str) -> list[TimelineEntry]:
    async with world.database.reading() as session:
        mine = select(TimelineEntry).where(TimelineEntry.case_id == case_id, TimelineEntry.kind == kind)
        return list((await session.scalars(mine)).all())


async def outcome(guest: Guest, what: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> str:
    said = await guest.does(what, body, key=key)
    assert said.status_code == 200, said.text
    return cast(str, said.json()["outcome"])


async def test_urging_counts_once_a_day_and_says_how_sure_we_were(world: World) -> None:
    case_id, guest = await opened(world)
    assert [await outcome(guest, "urge") for _ in range(2)] == ["urged", "too_soon"]
    [entry] = await history(world, case_id, "case.urged")
    assert entry.detail == {"count": 1, "level": 1}


async def test_what_is_added_stands_in_the_history_without_personal_data_and_whoever_has_the_case_is_told(
    world: World,
) -> None:
    case_id, guest = await opened(world)
    assert [await outcome(guest, "supplement", {"text": SAID}, key="same") for _ in range(2)] == ["added", "added"]
    [entry] = await history(world, case_id, "case.supplemented")
    assert entry.opinion is not None
    assert "小票我找到了" in entry.opinion
    assert "13911112222" not in entry.opinion
    async with world.database.reading() as session:
        told = (await session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "case.supplemented"))).all()
    assert len(told) == 1
    assert (await guest.does("supplement", {"text": "  "})).status_code == 422


async def test_withdrawing_ends_the_procedure_and_afterwards_nothing_can_be_done(world: World) -> None:
    case_id, guest = await opened(world)
    assert await outcome(guest, "withdraw") == "withdrawn"
    assert (await case_of(world, case_id)).status == Status.WITHDRAWN
    async with world.database.reading() as session:
        [detail] = await session.scalars(select(AuditEntry.detail).where(AuditEntry.event == "case.withdrawn"))
    assert detail["level"] == 1
    for what, body in (("urge", None), ("supplement", {"text": "还有话说"}), ("withdraw", None)):
        assert await outcome(guest, what, body) == "closed"
    seen = (await guest.sees()).json()
    assert (seen["may"], seen["promised"], seen["days_left"]) == ([], None, None)


async def test_what_was_registered_for_somebody_else_is_withdrawn_only_by_whom_core_banking_has_confirmed(
    world: World,
) -> None:
    case_id, guest = await opened(world)
    async with world.database.transaction() as session:
        (await session.get_one(Case, case_id)).capacity = "agent"
    assert (await guest.sees()).json()["may"] == ["urge", "supplement"]
    refused = await guest.does("withdraw")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/level-too-low")
    async with banking() as (_, bank):
        world.app.ctx.core_bank = bank
        await guest.does("confirm", {"name": "王小明", "id_number": PAPER})
    assert (await guest.sees()).json()["may"] == ["urge", "supplement", "withdraw"]
    assert await outcome(guest, "withdraw") == "withdrawn"


async def test_amount_and_words_are_shown_only_after_core_banking_has_confirmed(world: World) -> None:
    _, guest = await opened(world)
    claims = {"name": "王小明", "id_number": PAPER}
    assert (await guest.does("confirm", claims)).json()["next"] == "unavailable"
    assert (await guest.sees()).json()["details"] is None
    async with banking() as (_, bank):
        world.app.ctx.core_bank = bank
        assert (await guest.does("confirm", claims | {"name": "王大明"})).json() == {
            "next": "wrong", "left": 2, "until": None,
        }  # fmt: skip
        assert (await guest.sees()).json()["confirmed"] is False
        assert (await guest.does("confirm", claims)).json()["next"] == "done"
    seen = (await guest.sees()).json()
    assert seen["confirmed"] is True
    assert seen["details"]["facts"]
    assert "13800138000" not in str(seen)
    assert "王小明" not in str(seen)


async def test_the_page_is_told_no_name_of_a_colleague(world: World) -> None:
    _, guest = await opened(world)
    seen = (await guest.sees()).json()
    assert set(seen) == {
        "number", "stage", "next_step", "unit", "promised_on", "promised", "days_left", "filed_at", "ends_at", "may",
        "confirmed", "details", "second",
    }  # fmt: skip


@pytest.mark.usefixtures("known_senders")
async def test_the_code_of_a_closed_first_complaint_shows_the_second_one_after_the_same_one_time_code(
    world: World,
) -> None:
    receipt, code = await receipt_with_code(world)
    await Desk(world).replied(receipt.case_id)
    await closes(world, receipt.case_id)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    await guest.answers(await carrier.code())
    before = (await guest.sees()).json()
    assert (before["second"], before["next_step"]) == (None, "如有新的情况可以再次投诉")
    asks = await world.says(f"要重新投诉{receipt.number}，因为多扣的年费没有退")
    said = await world.act(f"/conversations/{asks.conversation_id}/second", asks.message_id)
    number = said.json()["case"]["number"]
    seen = (await guest.sees()).json()
    assert (seen["number"], seen["stage"]) == (receipt.number, "已结案")
    assert seen["next_step"] == f"您已就此再次投诉，编号 {number}，请按该编号查询进度"
    assert (seen["second"]["number"], seen["second"]["stage"]) == (number, said.json()["case"]["stage"])
    assert seen["second"]["promised"].startswith("最晚 ")
    assert seen["second"]["days_left"] > 0
    own = (await asked_again(world, asks.conversation_id, asks.message_id, number)).json()["code"]
    assert own not in (None, code)
    another = Guest(world)
    await another.comes_with(own)
    assert (await another.sees()).status_code == 403
    await another.answers(await carrier.code())
    assert (await another.sees()).json()["number"] == number


@pytest.mark.usefixtures("known_senders")
async def test_a_second_complaint_that_is_void_or_somebody_elses_is_not_shown_with_the_first(world: World) -> None:
    receipt, code = await receipt_with_code(world)
    await Desk(world).replied(receipt.case_id)
    await closes(world, receipt.case_id)
    carrier, guest = await Carrier.ready(world), Guest(world)
    await guest.comes_with(code)
    await guest.answers(await carrier.code())
    asks = await world.says("要，因为多扣的年费没有退")
    await world.act(f"/conversations/{asks.conversation_id}/second", asks.message_id)
    for changed in ({"customer_id": None}, {"status": Status.VOIDED}):
        async with world.database.transaction() as session:
            second = select(Case.id).where(Case.parent_id == receipt.case_id).scalar_subquery()
            await session.execute(update(Case).where(Case.id == second).values(**changed))
        assert (await guest.sees()).json()["second"] is None
    assert (await guest.sees()).json()["next_step"] == "如有新的情况可以再次投诉"
