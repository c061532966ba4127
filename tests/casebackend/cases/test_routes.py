from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.api.cases import CasePage
from casebackend.cases import lists
from casebackend.cases.queues import Queue
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.cases.copies import copied
from tests.casebackend.staff.logins import hired
from tests.world import World


async def test_staff_read_a_case_by_number_or_id_with_masked_data_and_allowed_moves(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    by_number = (await desk.reads("lead", f"/cases/{receipt.number}")).json()
    assert by_number == (await desk.reads("lead", f"/cases/{receipt.case_id}")).json()
    assert by_number["customer_name"] == "张**"
    assert "13800138000" not in str(by_number)
    moves = {move["move"]: move["requires"] for move in by_number["allowed"]}
    assert moves["accept"] == []
    assert moves["decline"] == ["decline_reason", "opinion"]
    assert "reply" not in moves


async def test_the_list_is_filtered_and_paged(world: World) -> None:
    receipts = [await filed(world, sender=f"c{count}") for count in range(3)]
    desk = Desk(world)
    await desk.sure("lead", receipts[0].case_id, "accept")
    page = (await desk.reads("lead", "/cases/?limit=2")).json()
    assert [row["number"] for row in page["items"]] == [receipts[2].number, receipts[1].number]
    rest = (await desk.reads("lead", f"/cases/?limit=2&cursor={page['next']}")).json()
    assert ([row["number"] for row in rest["items"]], rest["next"]) == ([receipts[0].number], None)
    accepted = (await desk.reads("lead", "/cases/?status=accepted")).json()["items"]
    assert [row["number"] for row in accepted] == [receipts[0].number]
    assert len((await desk.reads("lead", f"/cases/?q={receipts[1].number}")).json()["items"]) == 1
    assert len((await desk.reads("lead", "/cases/?q=年费")).json()["items"]) == 3
    assert (await desk.reads("lead", "/cases/?q=%25")).json()["items"] == []
    branch = (await case_of(world, receipts[0].case_id)).unit_id
    assert len((await desk.reads("lead", f"/cases/?unit={branch}")).json()["items"]) == 3


async def test_a_list_is_written_as_its_wire_type_says(world: World) -> None:
    receipt = await filed(world)
    await copied(world, receipt.case_id, kind="second", lane="优先办理", promised_on=None, facts='回电[手机#1]，"快"')
    for query in ("", "?limit=1", "?status=closed"):
        said = (await Desk(world).reads("lead", f"/cases/{query}")).text
        assert said == CasePage.model_validate_json(said).model_dump_json()


async def test_two_with_the_same_roles_share_a_statement_and_not_what_it_finds(world: World) -> None:
    """Whoever asks first has the statement made; the next one brings his own unit, person and conditions."""
    receipt = await filed(world)
    case = await case_of(world, receipt.case_id)
    elsewhere = UUID(await unit(world, "济南分行"))
    other = await copied(world, receipt.case_id, unit_id=elsewhere, handling_unit_id=elsewhere)
    mine = await hired(world, "here", roles=["handler"], organisation_id=case.unit_id)
    await hired(world, "there", roles=["handler"], organisation_id=elsewhere)
    await hired(world, "beside", roles=["handler"], organisation_id=UUID(await unit(world, "青岛分行")))
    desk = Desk(world)

    async def found(login: str, query: str = "") -> list[str]:
        return [row["number"] for row in (await desk.reads(login, f"/cases/?{query}")).json()["items"]]

    assert [await found(login) for login in ("here", "there", "beside")] == [[receipt.number], [other], []]
    given = await copied(
        world, receipt.case_id, status="accepted", unit_id=None, handling_unit_id=None, assignee_id=mine.id
    )
    assert [given in await found(login, "queue=todo") for login in ("there", "beside", "here")] == [False, False, True]
    one, both = f"unit={elsewhere}", f"unit={elsewhere}&unit={case.unit_id}"
    assert [await found("lead", query) for query in (one, both, f"unit={case.unit_id}", "unit=none")] == [
        [other], sorted((receipt.number, other), reverse=True), [receipt.number], [given],
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["status=nonsense", "unit=1", "limit=x", "queue=mine2"])
async def test_a_wrong_filter_is_refused(world: World, query: str) -> None:
    assert (await Desk(world).reads("lead", f"/cases/?{query}")).status_code == 400


async def test_a_branch_sees_its_own_cases_only(world: World) -> None:
    receipt = await filed(world)
    case = await case_of(world, receipt.case_id)
    async with world.database.reading() as session:
        sisters = select(Organisation.id).where(Organisation.level == "subbranch", Organisation.id != case.unit_id)
        elsewhere = await session.scalar(sisters.limit(1))
    await hired(world, "own", roles=["handler"], organisation_id=case.unit_id)
    await hired(world, "other", roles=["handler"], organisation_id=elsewhere)
    await hired(world, "nobody", roles=["handler"], organisation_id=None)
    desk = Desk(world)
    assert (await desk.reads("own", f"/cases/{receipt.number}")).status_code == 200
    for login in ("other", "nobody"):
        for path in ("", "/timeline", "/clocks"):
            assert (await desk.reads(login, f"/cases/{receipt.number}{path}")).status_code == 404
        assert (await desk.reads(login, "/cases/")).json()["items"] == []
        assert (await desk.does(login, receipt.number, "receive")).status_code == 404


async def test_the_queues_of_the_console_count_what_they_list(world: World) -> None:
    one, two, _ = [await filed(world, sender=f"c{count}") for count in range(3)]
    desk = Desk(world)
    await desk.sure("lead", one.case_id, "accept")
    await desk.investigating(two.case_id)
    world.wait(days=15)
    async with world.database.transaction() as session:
        agent = (await session.scalars(select(User).where(User.login == "agent"))).one()
        principal = of_user(agent)
        counts = await lists.counts(session, principal, now=world.time)
        for queue in Queue:
            found, _ = await lists.page(session, principal, now=world.time, queue=queue)
            assert len(found) == counts[queue], queue
    assert counts == {
        Queue.TODO: 2, Queue.DOING: 0, Queue.DONE: 0, Queue.CLOSED: 0, Queue.REVIEW: 1, Queue.UNASSIGNED: 1,
        Queue.UNIT: 0, Queue.NEAR_DUE: 3, Queue.ALL: 3,
    }  # fmt: skip


async def test_timeline_and_clocks_can_be_read_by_anybody(world: World) -> None:
    receipt = await filed(world)
    desk = Desk(world)
    await desk.investigating(receipt.case_id)
    entries = (await desk.reads("lead", f"/cases/{receipt.number}/timeline")).json()["entries"]
    assert [(entry["label"], entry["actor_name"]) for entry in entries] == [
        ("登记投诉", "客户"), ("受理", "李班长"), ("转办", "王受理"), ("接收", "王受理"),
    ]  # fmt: skip
    clocks = (await desk.reads("lead", f"/cases/{receipt.number}/clocks")).json()["clocks"]
    by_kind = {clock["kind"]: clock for clock in clocks}
    assert by_kind["internal.dispatch"]["derivation"] == "转办：3月2日 10:00 + 0.5个工作日 = 3月2日 15:00"
    assert by_kind["internal.dispatch"]["stopped_at"] is not None
    assert by_kind["internal.investigate"]["derivation"] == "调查处理：3月2日 10:00 + 3个工作日 = 3月5日 17:30"


async def test_steps_clocks_and_tasks_of_one_case_are_read_page_by_page_and_nothing_is_lost(world: World) -> None:
    receipt, desk = await filed(world), Desk(world)
    await desk.investigating(receipt.case_id)
    for unit_name in ("稽核部", "北京分行", "北京朝阳支行"):
        body = {"unit_id": await unit(world, unit_name), "demand": "请提供材料"}
        headers = {"Idempotency-Key": uuid4().hex}
        asked = await (await desk.browser("agent")).post(
            f"/api/v1/cases/{receipt.number}/tasks", json=body, headers=headers
        )
        assert asked.status_code == 201, asked.text
    for what, items in (("timeline", "entries"), ("clocks", "clocks"), ("tasks", "consultations")):
        path = f"/cases/{receipt.number}/{what}"
        whole = (await desk.reads("lead", path)).json()
        found: list[object] = []
        cursor, pages = "", 0
        while cursor is not None:
            page = (await desk.reads("lead", f"{path}?limit=2&cursor={cursor}")).json()
            found += page[items]
            cursor, pages = page["next"], pages + 1
            assert len(page[items]) <= 2
        assert (found, whole["next"]) == (whole[items], None), what
        assert pages == (len(found) + 1) // 2 > 1, what
        for bad in ("cursor=x", "limit=0", "limit=201"):
            assert (await desk.reads("lead", f"{path}?{bad}")).status_code == 400, (what, bad)


async def test_the_tester_reads_and_never_moves(world: World) -> None:
    receipt = await filed(world)
    assert (await world.tester.get(f"/api/v1/cases/{receipt.number}")).status_code == 200
    response = await world.tester.post(f"/api/v1/cases/{receipt.number}/moves", json={"move": "accept"})
    assert response.status_code == 403
