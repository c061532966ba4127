import base64
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.access.principal import Principal
from casebackend.cases import lists
from casebackend.cases.model import Case, CaseParticipant
from casebackend.cases.queues import IN_HAND, WAITS_FOR
from casebackend.cases.rules import LIFECYCLE, OPEN, Move
from casebackend.staff.model import User
from tests.casebackend.cases.builders import REPLY, Desk, case_of, filed, unit
from tests.casebackend.cases.copies import copied
from tests.casebackend.staff.logins import hired
from tests.world import World

ALWAYS = {Move.WITHDRAW, Move.MERGE, Move.VOID, Move.EDIT}


def test_each_open_step_waits_for_a_role_that_can_move_it_on_or_for_its_handler() -> None:
    for status in OPEN:
        movers = {role for (source, move), arrow in LIFECYCLE.items() if source is status and move not in ALWAYS
                  for role in arrow.by}  # fmt: skip
        assert WAITS_FOR.get(status, frozenset()) <= movers, status
        assert status in WAITS_FOR or status in IN_HAND or movers <= {"system"}, status


async def lists_of(desk: Desk, login: str, number: str) -> set[str]:
    """On which of the four lists of this person a case stands."""
    found = set()
    for queue in ("todo", "doing", "done", "closed"):
        items = (await desk.reads(login, f"/cases/?queue={queue}")).json()["items"]
        if number in [row["number"] for row in items]:
            found.add(queue)
    return found


async def test_a_case_goes_from_list_to_list_with_its_steps(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    assert await lists_of(desk, "lead", number) == {"todo"}
    assert await lists_of(desk, "agent", number) == set()
    await desk.sure("lead", number, "accept")
    assert await lists_of(desk, "lead", number) == {"todo"}
    assert await lists_of(desk, "agent", number) == {"todo"}
    await desk.sure("agent", number, "dispatch", handling_unit_id=await unit(world, "个人金融部"), opinion="归口")
    await desk.sure("agent", number, "receive")
    assert await lists_of(desk, "agent", number) == {"todo"}
    assert await lists_of(desk, "lead", number) == {"doing"}
    assert await lists_of(desk, "supervisor", number) == set()


async def test_the_reviewer_decides_then_the_handler_answers_and_both_have_done_it(world: World) -> None:
    number = (await filed(world)).number
    desk = Desk(world)
    await desk.reply_pending(number)
    assert await lists_of(desk, "agent", number) == {"todo"}
    assert await lists_of(desk, "supervisor", number) == {"doing"}
    await desk.sure("agent", number, "reply", **REPLY)
    assert await lists_of(desk, "supervisor", number) == {"done"}
    assert "doing" not in await lists_of(desk, "agent", number)
    assert await lists_of(desk, "executive", number) == {"done"}


async def test_only_who_took_part_has_it_on_the_list_of_what_is_done(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.sure("lead", receipt.number, "decline", decline_reason="not_a_complaint", opinion="仅为咨询")
    assert await lists_of(desk, "lead", receipt.number) == {"done", "closed"}
    assert await lists_of(desk, "supervisor", receipt.number) == {"closed"}


SEES_WHAT_IS_OVER = {
    "handler": False, "follow_up": False, "reviewer": False, "approver": False, "intake": False, "team_lead": True,
    "department_head": True, "complaint_manager": True, "auditor": True, "executive": True,
}  # fmt: skip


async def test_what_is_over_is_there_only_for_whoever_took_part_in_it_or_answers_for_the_unit(world: World) -> None:
    receipt = await filed(world)
    case, desk = await case_of(world, receipt.case_id), Desk(world)
    people = {
        role: await hired(world, f"a-{role}", roles=[role], organisation_id=case.unit_id) for role in SEES_WHAT_IS_OVER
    }
    both = await hired(world, "both", roles=["handler", "reviewer"], organisation_id=case.unit_id)
    await hired(world, "elsewhere", roles=["department_head"], organisation_id=UUID(await unit(world, "济南分行")))

    async def status(login: str, path: str = "") -> int:
        return (await desk.reads(login, f"/cases/{receipt.number}{path}")).status_code

    assert {role: await status(user.login) for role, user in people.items()} == dict.fromkeys(people, 200)
    await desk.sure("lead", receipt.number, "decline", decline_reason="not_a_complaint", opinion="仅为咨询")
    seen = {role: await status(user.login) == 200 for role, user in people.items()}
    assert seen == SEES_WHAT_IS_OVER
    assert (await status("both"), await status("elsewhere")) == (404, 404)
    for path in ("/timeline", "/clocks", "/tasks"):
        assert await status("a-handler", path) == 404
    assert (await (await desk.browser("a-handler")).get(f"/cases/{receipt.number}")).status_code == 404
    assert (await desk.reads("a-handler", "/cases/")).json()["items"] == []
    async with world.database.transaction() as session:
        session.add(CaseParticipant(case_id=receipt.case_id, user_id=both.id, last_at=world.time))
        (await session.get_one(Case, receipt.case_id)).handler_id = people["approver"].id
    assert (await status("both"), await status("a-approver"), await status("a-reviewer")) == (200, 200, 404)
    assert await lists_of(desk, "both", receipt.number) == {"done", "closed"}


async def test_the_desk_that_took_a_case_in_finds_it_again_when_the_customer_comes_back(world: World) -> None:
    receipt, desk = await filed(world), Desk(world)
    await desk.sure("lead", receipt.number, "decline", decline_reason="not_a_complaint", opinion="仅为咨询")
    path = f"/cases/{receipt.number}"
    assert [(await desk.reads(login, path)).status_code for login in ("agent", "outlet")] == [200, 404]


async def test_what_was_given_to_a_colleague_is_on_his_list_only(world: World) -> None:
    receipt = await filed(world)
    case = await case_of(world, receipt.case_id)
    mine = await hired(world, "one", roles=["handler"], organisation_id=case.unit_id)
    await hired(world, "two", roles=["handler"], organisation_id=case.unit_id)
    number = await copied(world, receipt.case_id, status="accepted", assignee_id=mine.id)
    desk = Desk(world)
    assert await lists_of(desk, "one", number) == {"todo"}
    assert await lists_of(desk, "two", number) == set()


async def test_to_do_runs_by_priority_then_by_due_day_over_all_pages(world: World) -> None:
    receipt = await filed(world)
    wanted = []
    for lane, day in (("优先办理", 9), ("优先办理", None), (None, 3), (None, 5), (None, None)):
        due = date(2026, 3, day) if day else None
        wanted.append(await copied(world, receipt.case_id, lane=lane, promised_on=due))
    wanted.insert(4, receipt.number)
    desk = Desk(world)
    cursor, seen = "", []
    while cursor is not None:
        page = (await desk.reads("lead", f"/cases/?queue=todo&limit=2&cursor={cursor}")).json()
        seen += [row["number"] for row in page["items"]]
        cursor = page["next"]
    assert seen == wanted


@pytest.mark.parametrize("cursor", ["x", "TS20260302000001", base64.urlsafe_b64encode(b'["1"]').decode(), "🙂", "W10"])
async def test_a_cursor_that_we_did_not_make_is_refused(world: World, cursor: str) -> None:
    answer = await Desk(world).reads("lead", f"/cases/?queue=todo&cursor={cursor}")
    assert (answer.status_code, answer.json()["filter"]) == (400, "cursor")


async def test_nobody_counts_further_than_the_cap(world: World) -> None:
    receipt = await filed(world)
    for _ in range(4):
        await copied(world, receipt.case_id)
    lead = await principal(world, "lead")
    async with world.database.reading() as session:
        found = await lists.count(session, lead, where=[], most=3)
    assert (found, lists.shown(found, 3), lists.shown(3, 3)) == (4, "3+", "3")


async def principal(world: World, login: str) -> Principal:
    async with world.database.reading() as session:
        return of_user((await session.scalars(select(User).where(User.login == login))).one())
