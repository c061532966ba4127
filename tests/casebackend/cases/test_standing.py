"""Where a person stands towards a case: whose unit leads it, whose own work it is, in whose hands it lies."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from casebackend.access.principal import Kind, Principal
from casebackend.cases import views
from casebackend.cases.filing import CUSTOMER, SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import ADMIN, Move, Status
from casebackend.cases.standing import OnlyAsked, has_say, in_charge, own_work, require_scope
from tests.casebackend.cases.builders import unit
from tests.world import World

HEAD_OFFICE, HANDLING, COMPLAINED_OF, ABOVE, ELSEWHERE = (
    "稽核部",
    "济南历下支行",
    "北京朝阳支行",
    "济南分行",
    "青岛分行",
)


async def about(world: World, status: Status = Status.INVESTIGATING) -> Case:
    """A complaint of 朝阳支行 that 历下支行 handles. Nobody stores it."""
    return Case(
        id=uuid4(), status=status, status_changed_at=datetime(2026, 3, 2, tzinfo=UTC), creator="user:somebody",
        kind="first", matter_type="complaint", source="direct", channel="webchat", profile="four_step",
        severity="一般投诉", group_size=1, received_at=datetime(2026, 3, 2, tzinfo=UTC),
        unit_id=UUID(await unit(world, COMPLAINED_OF)), handling_unit_id=UUID(await unit(world, HANDLING)),
    )  # fmt: skip


async def of(world: World, name: str, *roles: str) -> Principal:
    return Principal(
        Kind.STAFF, "somebody", frozenset(roles), user_id=uuid4(), organisation_id=UUID(await unit(world, name))
    )


@pytest.mark.parametrize(
    ("name", "before", "move", "says"),
    [
        (HANDLING, True, Move.PROPOSE, True),
        (ABOVE, True, Move.PROPOSE, True),
        (HEAD_OFFICE, True, Move.PROPOSE, True),
        (COMPLAINED_OF, False, Move.PROPOSE, False),
        (COMPLAINED_OF, False, Move.TRANSFER, False),
        (COMPLAINED_OF, False, Move.WITHDRAW, True),
        (COMPLAINED_OF, False, None, True),
        (ELSEWHERE, False, Move.PROPOSE, False),
        (ELSEWHERE, False, None, False),
    ],
)
async def test_once_given_to_a_unit_that_unit_leads_it_and_who_stands_above(
    world: World, name: str, *, before: bool, move: Move | None, says: bool
) -> None:
    somebody = await of(world, name, "handler", "department_head", "intake")
    async with world.database.reading() as session:
        case = await about(world)
        assert await has_say(session, case, somebody, move) is says
        if not says:
            with pytest.raises(OnlyAsked):
                await require_scope(session, case, somebody, move)
        accepted = await about(world, Status.ACCEPTED)
        assert await has_say(session, accepted, somebody, Move.DISPATCH) is (before or name == COMPLAINED_OF)


async def test_whoever_has_it_in_hand_programs_and_administrators_are_not_asked_for_their_unit(world: World) -> None:
    async with world.database.reading() as session:
        case, stranger = await about(world), await of(world, ELSEWHERE, "handler")
        assert not await has_say(session, case, stranger, Move.PROPOSE)
        for place in ("handler_id", "assignee_id"):
            held = await about(world)
            setattr(held, place, stranger.user_id)
            assert await has_say(session, held, stranger, Move.PROPOSE)
        for anyone in (SYSTEM, CUSTOMER, replace(stranger, roles=frozenset({ADMIN}))):
            assert await has_say(session, case, anyone, Move.PROPOSE)
        nowhere = replace(stranger, organisation_id=None)
        assert not await has_say(session, case, nowhere, None)


async def test_in_hand_a_mere_handler_moves_only_his_own_and_a_head_every_case_of_the_unit(world: World) -> None:
    case, mere, head = (
        await about(world),
        await of(world, HANDLING, "handler"),
        await of(world, HANDLING, "handler", "department_head"),
    )
    assert [in_charge(case, Move.PROPOSE, each) for each in (mere, head)] == [False, True]
    case.handler_id = mere.user_id
    assert in_charge(case, Move.PROPOSE, mere)
    dispatched = await about(world, Status.DISPATCHED)
    assert in_charge(dispatched, Move.RECEIVE, mere)


async def test_nobody_decides_on_what_he_handled_judged_or_signed(world: World) -> None:
    somebody = await of(world, HEAD_OFFICE, "auditor")
    async with world.database.reading() as session:
        for place in ("handler_id", "judged_by", "signed_by"):
            case = await about(world, Status.PROPOSED)
            assert not await own_work(session, case, Move.APPROVE_OPINION, somebody)
            setattr(case, place, somebody.user_id)
            assert await own_work(session, case, Move.APPROVE_OPINION, somebody), place
            assert await own_work(session, case, Move.SIGN, somebody) is (place != "signed_by")


async def test_only_moves_of_ones_role_one_s_hands_and_the_matter_are_on_offer(world: World) -> None:
    case, handler = await about(world), await of(world, HANDLING, "handler")

    def offered(who: Principal) -> set[str]:
        return {each.move for each in views.allowed(case, who)}

    assert offered(handler) == set()
    case.handler_id = handler.user_id
    mine = offered(handler)
    assert {Move.PROPOSE, Move.PROPOSE_REPLY, Move.TRANSFER, Move.MERGE} <= mine
    assert {Move.SUSPEND, Move.SEND_BACK, Move.VOID, Move.SIGN}.isdisjoint(mine)
    case.matter_type = "suggestion"
    assert {Move.PROPOSE, Move.ASK_COUNTERSIGN}.isdisjoint(offered(handler))
    assert Move.PROPOSE_REPLY in offered(handler)
    assert offered(replace(handler, roles=frozenset({"curator"}))) == set()
