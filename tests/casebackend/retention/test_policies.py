"""How long what is kept is dated data; a hold is above all of it, and files of talks have an end as well."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import String, select

from casebackend.attachments import jobs as files
from casebackend.attachments.model import Attachment
from casebackend.audit.model import AuditEntry
from casebackend.database import Base
from casebackend.retention import jobs
from casebackend.retention.redacting import AROUND, OPINIONS
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.attachments import samples
from tests.casebackend.attachments.worlds import uploads
from tests.casebackend.cases.around import changes, ticked
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.retention.test_service import FORM, approved_by_another, archived, decided, ended, runs
from tests.casebackend.staff.logins import staff
from tests.world import START, World

TODAY = START.date()
POLICY: dict[str, Any] = {
    "matter_type": "complaint", "years": 7, "effective_from": TODAY.isoformat(), "source": "本行档案管理办法",
}  # fmt: skip
GONE = "［已按保存期限删除］"


async def sets(world: World, login: str = "supervisor", **said: Any) -> httpx.Response:
    world.wait(seconds=1)  # of sessions opened at once any may be the oldest
    async with await staff(world, login) as client:
        key = {"Idempotency-Key": uuid4().hex}
        return await client.post("/api/v1/retention/policies", json=POLICY | said, headers=key)


async def sent(world: World, sender: str = "customer-1") -> UUID:
    """A file that a customer sends in a talk."""
    headers = {"X-Channel": "webchat", "X-Sender": quote(sender), "Content-Type": "application/octet-stream"}
    answer = await world.channels.post(
        "/api/v1/inbox/media", content=samples.TEXT, headers=headers | {"Idempotency-Key": uuid4().hex}
    )
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["reference"][-36:])


async def file_of(world: World, identity: UUID) -> Attachment:
    async with world.database.reading() as session:
        return await session.get_one(Attachment, identity)


async def night(world: World) -> int:
    async with world.database.transaction() as session:
        ended_ = await jobs.end_talks(session, now=world.time)
        await files.purge(session, now=world.time)
    return ended_


async def test_a_policy_is_a_dated_row_that_says_no_less_than_the_law(world: World) -> None:
    for wrong in (
        {"years": 2},
        {"matter_type": "objection", "years": 9},
        {"matter_type": "no_such"},
        {"effective_from": (TODAY - timedelta(days=1)).isoformat()},
    ):
        refused = await sets(world, **wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/retention-policy-wrong"), wrong
    assert (await sets(world, "auditor")).status_code == 403
    assert (await sets(world)).status_code == 201
    assert (await sets(world)).json()["type"] == "/problems/retention-policy-of-that-day"
    later = (TODAY + timedelta(days=400)).isoformat()
    assert (await sets(world, years=4, effective_from=later)).status_code == 201
    async with await staff(world, "supervisor") as supervisor:
        shown = (await supervisor.get("/api/v1/retention/policies?limit=200")).json()["items"]
        assert [(row["years"], row["floor"]) for row in shown if row["matter_type"] == "complaint"] == [(7, 3), (4, 3)]
        page = (await supervisor.get("/retention")).text
        assert all(words in page for words in ("本行档案管理办法", "将生效", "未形成投诉的会话"))
        form = {"matter_type": "*", "years": "6", "effective_from": later, "source": "行内"}
        assert (await supervisor.post("/retention/policies", data=form, headers=FORM)).status_code == 204
        low = await supervisor.post("/retention/policies", data=form | {"years": "1", "matter_type": "praise"})
        assert low.status_code == 422
    async with world.database.reading() as session:
        links = await session.scalars(select(AuditEntry.object).where(AuditEntry.event == "retention.policy_added"))
        assert sorted(links) == ["policy:*", "policy:complaint", "policy:complaint"]


async def test_the_archive_says_until_when_each_case_is_kept_and_whether_it_is_held(world: World) -> None:
    first, second = await filed(world), await filed(world, sender="customer-2")
    for receipt in (first, second):
        await ended(world, receipt.number)
    await archived(world)
    async with await staff(world, "supervisor") as supervisor:
        await supervisor.post(f"/cases/{first.number}/holds", data={"reason": "诉讼保全"}, headers=FORM)
        rows = (await supervisor.get("/api/v1/retention/archive")).json()["items"]
        by = {row["number"]: row for row in rows}
        assert (by[first.number]["held"], by[second.number]["held"]) == (True, False)
        assert date.fromisoformat(by[second.number]["until"]).year == 2031
        held = (await supervisor.get("/api/v1/retention/archive?held=yes")).json()["items"]
        assert [row["number"] for row in held] == [first.number]
        assert len((await supervisor.get("/api/v1/retention/archive?limit=1")).json()["items"]) == 1
        page = (await supervisor.get("/retention/archive")).text
        assert all(words in page for words in (first.number, second.number, "保留中", "保存至"))
        assert second.number not in (await supervisor.get("/retention/archive?held=yes")).text
    async with await staff(world, "agent") as agent:
        assert (await agent.get("/retention/archive")).status_code == 403


async def test_a_file_that_is_added_during_a_hold_is_under_it(world: World) -> None:
    desk, receipt = Desk(world), await filed(world)
    async with await staff(world, "supervisor") as supervisor:
        await supervisor.post(f"/cases/{receipt.number}/holds", data={"reason": "诉讼保全"}, headers=FORM)
        page = (await supervisor.get(f"/cases/{receipt.number}/retention", headers=FORM)).text
        hold = page.split("/lift")[0].rsplit("/", 1)[-1]
        added = (await uploads(desk, "agent", receipt.number, ("a", samples.TEXT))).json()["items"][0]["id"]
        later = await sent(world)
        await ticked(world)
        for identity in (UUID(added), later):
            row = await file_of(world, identity)
            assert (row.case_id, row.legal_hold) == (receipt.case_id, True)
        path = f"/cases/{receipt.number}/attachments/{added}"
        gone = await changes(desk, "agent", path, "removal", {"reason": "传错了"})
        assert gone.status_code in (403, 409), gone.text
        lift = f"/cases/{receipt.number}/holds/{hold}/lift"
        assert (await supervisor.post(lift, data={"reason": "诉讼已结束"}, headers=FORM)).status_code == 204
    assert not (await file_of(world, later)).legal_hold


async def test_a_file_of_a_talk_that_never_becomes_a_case_goes_after_its_time(world: World) -> None:
    lone = await sent(world, "somebody")
    told = await sent(world)
    receipt = await filed(world)
    await ticked(world)
    assert (await file_of(world, told)).case_id == receipt.case_id
    assert (await night(world), await night(world)) == (1, 0)
    assert (await file_of(world, lone)).retain_until == date(2027, 3, 2)
    assert (await file_of(world, told)).retain_until is None
    world.wait(days=365)
    await night(world)
    assert (await file_of(world, lone)).purged_at is None
    world.wait(days=1)
    await night(world)
    gone = await file_of(world, lone)
    assert (gone.purged_at is not None, gone.key_enc) == (True, None)
    assert (await file_of(world, told)).purged_at is None
    async with world.database.reading() as session:
        links = await session.scalars(select(AuditEntry).where(AuditEntry.event == "retention.talks_ended"))
        assert [link.detail for link in links] == [{"files": 1, "years": 1}]


async def test_a_file_of_a_talk_that_becomes_a_case_after_all_is_kept_with_the_case(world: World) -> None:
    early = await sent(world)
    assert await night(world) == 1
    receipt = await filed(world)
    await ticked(world)
    row = await file_of(world, early)
    assert (row.case_id, row.retain_until) == (receipt.case_id, None)


@pytest.mark.parametrize("keeps", [False, True])
async def test_what_colleagues_wrote_in_the_history_goes_unless_the_policy_keeps_it(world: World, keeps: bool) -> None:
    assert (await sets(world, years=3, keeps_opinions=keeps)).status_code == 201
    receipt = await filed(world)
    await ended(world, receipt.number)
    await archived(world)
    async with world.database.reading() as session:
        mine = select(TimelineEntry).where(TimelineEntry.case_id == receipt.case_id).order_by(TimelineEntry.seq)
        before = [(row.kind, row.actor, row.at) for row in await session.scalars(mine)]
    world.wait(days=4 * 365)
    await decided(world)
    case = await case_of(world, receipt.case_id)
    async with world.database.reading() as session:
        rows = (await session.scalars(mine)).all()
    said = {row.opinion for row in rows if row.opinion is not None}
    assert case.facts == GONE
    assert ("不属于投诉" in said, said == {GONE}) == (keeps, not keeps)
    assert [(row.kind, row.actor, row.at) for row in rows][: len(before)] == before


async def test_a_proposal_goes_with_the_case_also_where_the_opinions_of_colleagues_are_kept(world: World) -> None:
    assert (await sets(world, years=3, keeps_opinions=True)).status_code == 201
    receipt, desk = await filed(world), Desk(world)
    await desk.investigating(receipt.number)
    await desk.proposed(receipt.number, opinion="请审")
    asked = {"requested_at": world.time.isoformat(), "identity_check": "回拨预留电话核对"}
    await desk.sure("agent", receipt.number, "withdraw", **asked)
    await archived(world)
    world.wait(days=4 * 365)
    await decided(world)
    async with world.database.reading() as session:
        told = await session.scalars(select(TimelineEntry.opinion).where(TimelineEntry.case_id == receipt.case_id))
        said = {opinion for opinion in told if opinion is not None}
    assert GONE in said
    assert "同意上报稽核" in said
    assert not any("年费" in opinion for opinion in said if "信用卡业务由" not in opinion)


def test_every_reason_and_opinion_around_a_case_is_among_the_words_that_go() -> None:
    """Codes are short, words are not. A new table with words of colleagues shows here."""
    gone = {(table.__tablename__, name) for table, names in (*AROUND, *OPINIONS) for name in names}
    for table in Base.metadata.tables.values():
        words = [
            each.name for each in table.columns if isinstance(each.type, String) and (each.type.length or 999) > 99
        ]
        said = [name for name in words if name.endswith(("reason", "opinion")) and "case_id" in table.columns]
        assert {(table.name, name) for name in said} <= gone


async def test_a_longer_policy_that_begins_before_the_run_keeps_what_was_due(world: World) -> None:
    receipt = await filed(world)
    await ended(world, receipt.number)
    await archived(world)
    world.wait(days=5 * 365)
    async with await staff(world, "auditor") as auditor:
        assert (await auditor.post("/retention/runs", data={}, headers=FORM)).status_code == 204
    assert (await sets(world, years=9, effective_from=world.time.date().isoformat())).status_code == 201
    await approved_by_another(world, (await runs(world))[0].id)
    assert (await case_of(world, receipt.case_id)).facts != GONE
