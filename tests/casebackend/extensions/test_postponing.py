"""The appraiser needs longer: another day on which a suspended case is expected back, on his paper."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update

from casebackend.cases.model import Case
from tests.casebackend.cases.around import holds, posts, refused, ticked, user
from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.escalations.test_jobs import told
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest.fixture
async def desk(world: World) -> Desk:
    """With a head of the department that handles the complaint."""
    await hired(world, "head", roles=["department_head"], organisation_id=UUID(await unit(world, "个人金融部")))
    return Desk(world)


async def suspended(desk: Desk, until: str = "2026-03-20") -> tuple[UUID, str]:
    receipt = await filed(desk.world)
    await desk.investigating(receipt.case_id)
    papers = await desk.appraisal(receipt.case_id) | {"expected_back_on": until}
    await desk.sure("supervisor", receipt.case_id, "suspend", **papers)
    return receipt.case_id, receipt.number


async def letter(desk: Desk, number: str) -> str:
    """The handler puts what the appraiser wrote among the evidence."""
    paper = {"kind": "document", "title": "鉴定机构延期函", "source": "档案室 2026-31"}
    added = await posts(desk, "agent", f"/cases/{number}/evidence", paper)
    assert added.status_code == 201, added.text
    identity: str = added.json()["id"]
    return identity


async def expects(desk: Desk, login: str, number: str, day: str, paper: str, **more: Any) -> httpx.Response:
    browser = await desk.browser(login)
    url = f"/api/v1/cases/{number}"
    tag = more.pop("tag", None) or (await browser.get(url)).headers["ETag"]
    body = {"expected_back_on": day, "evidence_id": paper, "reason": "鉴定机构来函，样本需补充"} | more
    return await browser.post(f"{url}/expected-return", json=body, headers={"If-Match": tag})


async def clocks(desk: Desk, number: str) -> list[dict[str, Any]]:
    shown = (await desk.reads("agent", f"/cases/{number}/clocks")).json()["clocks"]
    return [each for each in shown if each["kind"] == "suspension"]


async def test_the_new_day_stands_on_the_case_in_its_history_and_in_its_clocks(world: World, desk: Desk) -> None:
    case_id, number = await suspended(desk)
    paper = await letter(desk, number)
    answer = await expects(desk, "head", number, "2026-04-10", paper)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["expected_back_on"], answer.json()["may_expect"]) == ("2026-04-10", True)
    case = await case_of(world, case_id)
    assert (case.status, case.expected_back_on) == ("suspended", date(2026, 4, 10))
    last = (await desk.reads("agent", f"/cases/{number}/timeline")).json()["entries"][-1]
    assert (last["label"], last["detail"]["evidence_id"]) == ("变更预计恢复日期", paper)
    assert last["opinion"] == "预计恢复日期变更为4月10日（原为3月20日）：鉴定机构来函，样本需补充"
    former, running = sorted(await clocks(desk, number), key=lambda each: each["seq"])
    assert (former["stop_reason"], running["stopped_at"]) == ("restarted", None)
    assert running["derivation"].startswith("预计恢复办理 4月10日")
    assert "预计 " in (await (await desk.browser("agent")).get(f"/cases/{number}")).text
    await holds(world)


async def test_the_reminder_follows_the_new_day_and_what_was_told_of_the_former_is_done(
    world: World, desk: Desk
) -> None:
    _, number = await suspended(desk)
    paper = await letter(desk, number)
    world.time = datetime(2026, 3, 20, 1, 1, tzinfo=UTC)
    await ticked(world)
    assert (await told(world, "clock.near_due"))["staff_expected_back"] == ["agent", "head"]
    desk.browsers.clear()
    assert (await expects(desk, "head", number, "2026-04-10", paper)).status_code == 200
    mine = (await desk.reads("agent", "/notices/")).json()["items"]
    assert [each["done_at"] is not None for each in mine if each["kind"] == "clock.near_due"] == [True]
    world.time = datetime(2026, 3, 20, 16, 1, tzinfo=UTC)
    await ticked(world)
    assert "staff_still_suspended" not in await told(world, "clock.overdue"), "it is not expected yet"
    world.time = datetime(2026, 4, 10, 1, 1, tzinfo=UTC)
    await ticked(world)
    heard = (await told(world, "clock.near_due"))["staff_expected_back"]
    assert sorted(heard) == ["agent", "agent", "head", "head"]
    world.time = datetime(2026, 4, 10, 16, 1, tzinfo=UTC)
    await ticked(world)
    assert (await told(world, "clock.overdue"))["staff_still_suspended"] == ["agent"]
    await holds(world)


async def test_no_limit_of_law_changes_by_it(world: World, desk: Desk) -> None:
    case_id, number = await suspended(desk)
    before = (await case_of(world, case_id)).promised_on
    assert (await expects(desk, "head", number, "2026-04-10", await letter(desk, number))).status_code == 200
    assert (await case_of(world, case_id)).promised_on == before
    world.wait(minutes=5)
    await desk.sure("agent", number, "resume", opinion="鉴定完成")
    assert [each["stopped_at"] is not None for each in await clocks(desk, number)] == [True, True]
    assert (await case_of(world, case_id)).expected_back_on is None
    await holds(world)


async def test_who_has_the_case_does_not_move_his_own_reminder(world: World, desk: Desk) -> None:
    case_id, number = await suspended(desk)
    paper = await letter(desk, number)
    assert (await expects(desk, "agent", number, "2026-04-10", paper)).status_code == 403
    head = (await user(world, "head")).id
    async with world.database.transaction() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(handler_id=head, assignee_id=head))
    assert refused(await expects(desk, "head", number, "2026-04-10", paper)) == (403, "may-not-expect")


async def test_who_leads_only_the_branch_complained_of_moves_no_reminder_of_the_department_that_has_the_case(
    world: World, desk: Desk
) -> None:
    await hired(
        world,
        "beijing",
        roles=["department_head"],
        organisation_id=UUID(await unit(world, "北京分行")),
        staff_no="8101",
    )
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    papers = await desk.appraisal(receipt.case_id) | {"expected_back_on": "2026-03-20"}
    assert refused(await desk.does("beijing", receipt.case_id, "suspend", **papers)) == (403, "only-asked")
    await desk.sure("supervisor", receipt.case_id, "suspend", **papers)
    paper = await letter(desk, receipt.number)
    assert refused(await expects(desk, "beijing", receipt.number, "2026-04-10", paper)) == (403, "only-asked")
    assert (await case_of(world, receipt.case_id)).expected_back_on == date(2026, 3, 20)
    shown = await desk.reads("beijing", f"/cases/{receipt.number}/extensions")
    assert shown.json()["may_expect"] is False
    page = (await (await desk.browser("beijing")).get(f"/cases/{receipt.number}/extensions")).text
    assert ("暂停办理中，预计" in page, "变更预计恢复日期" in page) == (True, False)


async def test_who_has_to_stay_away_is_not_offered_what_he_may_not_do(world: World, desk: Desk) -> None:
    _, number = await suspended(desk)
    paper = await letter(desk, number)
    assert (await desk.reads("head", f"/cases/{number}/extensions")).json()["may_expect"] is True
    assert (await posts(desk, "head", f"/cases/{number}/recusals", {"reason": "客户是我的亲属"})).status_code == 201
    assert refused(await expects(desk, "head", number, "2026-04-10", paper)) == (403, "recused")
    assert (await desk.reads("head", f"/cases/{number}/extensions")).json()["may_expect"] is False


@pytest.mark.parametrize(
    ("day", "own_paper", "refusal"),
    [
        ("2026-03-20", True, (409, "same-day-expected")),
        ("2026-03-01", True, (422, "not-expected-then")),
        ("2026-09-30", True, (422, "not-expected-then")),
        ("2026-04-10", False, (422, "not-its-letter")),
    ],
)
async def test_a_day_that_cannot_be_and_a_foreign_paper_change_nothing(
    world: World, desk: Desk, day: str, own_paper: bool, refusal: tuple[int, str]
) -> None:
    case_id, number = await suspended(desk)
    paper = await letter(desk, number) if own_paper else str(uuid4())
    assert refused(await expects(desk, "head", number, day, paper)) == refusal
    assert (await case_of(world, case_id)).expected_back_on == date(2026, 3, 20)
    assert len(await clocks(desk, number)) == 1


async def test_the_paper_is_a_letter_of_the_office_outside_not_the_one_that_the_case_was_suspended_on(
    world: World, desk: Desk
) -> None:
    case_id, number = await suspended(desk)
    foreign = await expects(desk, "head", number, "2026-04-10", str(uuid4()))
    assert refused(foreign) == (422, "not-its-letter")
    assert (foreign.json()["detail"], foreign.json()["field"]) == (
        "请先把鉴定、调解机构的来函登记为这件投诉的证据，再从中选择", "evidence_id",
    )  # fmt: skip
    pieces = (await desk.reads("head", f"/cases/{number}/evidence")).json()["items"]
    own = await expects(desk, "head", number, "2026-04-10", pieces[0]["id"])
    assert refused(own) == (422, "not-its-letter")
    assert own.json()["field"] == "evidence_id"
    assert "暂停办理时所附" in own.json()["detail"]
    assert (await case_of(world, case_id)).expected_back_on == date(2026, 3, 20)
    page = (await (await desk.browser("head")).get(f"/cases/{number}/extensions")).text
    assert f'<option value="{pieces[0]["id"]}"' not in page
    assert (await expects(desk, "head", number, "2026-04-10", await letter(desk, number))).status_code == 200


async def test_a_case_that_goes_on_is_expected_on_no_day_and_what_was_read_must_still_stand(
    world: World, desk: Desk
) -> None:
    _, number = await suspended(desk)
    paper = await letter(desk, number)
    assert (await expects(desk, "head", number, "2026-04-10", paper, tag='"1"')).status_code == 412
    await desk.sure("agent", number, "resume", opinion="鉴定完成")
    assert refused(await expects(desk, "head", number, "2026-04-10", paper)) == (409, "not-suspended")


async def test_the_page_offers_it_to_who_may_and_takes_the_letter(world: World, desk: Desk) -> None:
    case_id, number = await suspended(desk)
    paper = await letter(desk, number)
    section = f"/cases/{number}/extensions"
    assert "变更预计恢复日期" not in (await (await desk.browser("agent")).get(section)).text
    head = await desk.browser("head")
    shown = (await head.get(section)).text
    assert "变更预计恢复日期" in shown
    assert "书面材料：鉴定机构延期函" in shown
    version = re.search(r'expected-return".*?name="version" value="(\d+)"', shown, re.DOTALL)
    assert version
    form = {"version": version[1], "expected_back_on": "2026-04-10", "evidence_id": paper, "reason": "来函"}
    assert (await head.post(f"{section}/expected-return", data=form | {"evidence_id": ""})).status_code == 422
    assert (await head.post(f"{section}/expected-return", data=form)).status_code == 303
    assert (await case_of(world, case_id)).expected_back_on == date(2026, 4, 10)
    assert (await head.post(f"{section}/expected-return", data=form)).status_code == 412
