"""Who looked and who was refused stands in the audit, whatever the page."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
from sqlalchemy import select

from casebackend import failpoints
from casebackend.access.reads import AGAIN, Looks
from casebackend.audit.model import AuditEntry
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import filed
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import staff
from tests.statements import counted
from tests.world import START, World


def test_what_was_seen_long_ago_takes_no_room() -> None:
    looks = Looks()
    for number in range(500):
        looks.keep(("user:a", "case.viewed", str(number)), START)
    later = START + AGAIN
    looks.keep(("user:a", "case.viewed", "another"), later)
    assert list(looks._at) == [("user:a", "case.viewed", "another")]
    assert looks.again(("user:a", "case.viewed", "another"), later)


async def lines(world: World, *events: str) -> Sequence[AuditEntry]:
    async with world.database.transaction() as session:
        return (
            await session.scalars(
                select(AuditEntry).where(AuditEntry.event.in_(events)).order_by(AuditEntry.at, AuditEntry.seq)
            )
        ).all()


async def test_a_look_at_a_case_is_one_line_however_many_parts_of_the_page_are_asked_for(world: World) -> None:
    receipt = await filed(world)
    async with await staff(world, "agent") as agent, await staff(world, "lead") as lead:
        for path in ("", "/family", "/registration", "/tasks", "/evidence"):
            assert (await agent.get(f"/cases/{receipt.number}{path}")).status_code == 200
        await lead.get(f"/api/v1/cases/{receipt.case_id}/timeline")
        found = await lines(world, "case.viewed")
        assert sorted((each.actor, each.object) for each in found) == [
            ("staff:agent", receipt.number), ("staff:lead", f"case:{receipt.case_id}"),
        ]  # fmt: skip
        assert all(each.chain.startswith("reads:") for each in found)
        with counted(world) as said:
            await agent.get(f"/cases/{receipt.number}")
        assert not [each for each in said if each.startswith("INSERT")]
        world.wait(minutes=11)
        with counted(world) as said:
            await agent.get(f"/cases/{receipt.number}")
        assert len([each for each in said if " audit" in each]) <= 3
    assert len(await lines(world, "case.viewed")) == 3
    await world.channels.get(f"/api/v1/conversations/{receipt.case_id}")
    await holds(world)


async def test_the_name_of_a_report_is_nobodys_name(world: World) -> None:
    async with await staff(world, "supervisor") as supervisor:
        assert (await supervisor.get("/reports?name=region")).status_code == 200
    assert await lines(world, "case.searched") == []


async def test_a_search_by_something_personal_is_written_down_without_what_was_searched(world: World) -> None:
    await filed(world)
    async with await staff(world, "agent") as agent:
        sent = await agent.post("/query", data={"phone": "13800138000", "q": "张三丰", "purpose": "contact"})
        await agent.get(sent.headers["Location"])
        await agent.get("/api/v1/cases/?status=pending_review")
    [line] = await lines(world, "case.searched")
    assert line.object == "by:phone+q"
    assert line.detail["purpose"] == "contact"
    assert "13800138000" not in str(line.detail)


async def test_each_refusal_is_one_line_and_what_is_hidden_looks_like_what_is_not_there(world: World) -> None:
    number = (await Counter(world).sure())["number"]
    async with await staff(world, "outlet") as outlet, await staff(world, "executive") as executive:
        hidden = await outlet.get(f"/api/v1/cases/{number}")
        missing = await outlet.get("/api/v1/cases/TS20260302999999")
        personal = await outlet.get("/api/v1/cases/13800138000")
        assert [hidden.status_code, missing.status_code, personal.status_code] == [404, 404, 404]
        move = {"move": "accept"}
        by_matrix = await executive.post(f"/api/v1/cases/{number}/moves", json=move, headers={"If-Match": '"1"'})
        assert by_matrix.status_code == 403
    denied = await lines(world, "access.denied")
    assert [each.actor for each in denied] == ["staff:outlet"] * 3 + ["staff:executive"]
    assert [each.detail.get("about") for each in denied[:3]] == [[number], ["TS20260302999999"], ["case:?"]]
    async with await staff(world, "agent") as agent:
        away = await agent.post(f"/api/v1/cases/{number}/moves", json=move, headers={"If-Match": '"1"'})
        assert away.status_code == 403
    assert len(await lines(world, "access.denied")) == 5
    assert await lines(world, "case.viewed") == []


async def test_a_program_that_asks_for_what_is_not_there_is_not_refused_anything(world: World) -> None:
    assert (await world.actions.get(f"/api/v1/conversations/{uuid4()}/draft")).status_code in (404, 204, 405)
    assert await lines(world, "access.denied") == []


async def test_what_leaves_no_trace_is_not_shown(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = await filed(world)
    async with await staff(world, "agent") as agent:
        failpoints.arm("audit.before_append", "raise@1")
        try:
            answer = await agent.get(f"/cases/{receipt.number}")
        finally:
            failpoints.disarm()
        assert (answer.status_code, receipt.number in answer.text) == (503, False)
        assert (await agent.get(f"/cases/{receipt.number}")).status_code == 200
