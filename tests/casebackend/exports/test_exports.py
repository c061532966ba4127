"""Who takes what out of the house, what for, and who agreed (QT-06, F78, SE-01)."""

from typing import Any
from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.exports.gathering import HEADINGS
from casebackend.exports.words import for_audit
from casebackend.staff.model import User
from tests.casebackend.cases.builders import unit
from tests.casebackend.exports.office import PURPOSE, Office
from tests.casebackend.staff.logins import hired
from tests.world import World


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def test_a_list_becomes_a_file_with_exactly_its_cases_its_masks_and_a_watermark(office: Office) -> None:
    await office.cases(3)
    await office.cases(2, status="closed", facts="=1+1 柜台多扣年费")
    listed = (await office.desk.reads("supervisor", "/cases/?status=closed")).json()["items"]
    made = await office.gets("supervisor", "status=closed")
    assert (made["state"], made["rows"], made["matched"], made["written"], made["note"]) == ("ready", 2, 2, 2, None)
    assert (made["filter"], made["approval"]) == (["状态：已结案"], False)
    lines = await office.rows("supervisor", made)
    [mark], [said], headings, *rows, last = lines
    assert tuple(headings) == HEADINGS
    assert [row[0] for row in rows] == sorted((each["number"] for each in listed), reverse=True)
    assert {row[HEADINGS.index("客户")] for row in rows} == {"张**"}
    assert {row[HEADINGS.index("内容摘要")][:5] for row in rows} == {"'=1+1"}
    assert mark == last[0]
    for word in (made["number"], "赵主管（工号 8003）", "2026-03-02 10:00:00", PURPOSE, "不得外传"):
        assert word in mark
    assert said == "导出范围：投诉列表；状态：已结案；共 2 行"
    [asked, done, taken] = await office.audited()
    assert [each.event for each in (asked, done, taken)] == ["export.asked", "export.made", "export.downloaded"]
    assert {each.actor for each in (asked, done, taken)} == {"staff:supervisor"}
    assert asked.object == made["number"]
    assert (asked.detail["filter"], asked.detail["rows"], asked.detail["purpose"]) == (["status=closed"], 2, PURPOSE)
    assert taken.detail["sha256"] == made["sha256"]


async def test_each_sees_in_his_file_what_he_sees_in_his_list(office: Office) -> None:
    """Nobody's export is larger than his scope, and there are more colleagues than head office."""
    haidian = UUID(await unit(office.world, "北京海淀支行"))
    await office.cases(2)
    await office.cases(3, unit_id=haidian, handling_unit_id=None)
    for login in ("supervisor", "branch", "outlet", "auditor", "lead"):
        listed = (await office.desk.reads(login, "/cases/?queue=all&limit=200")).json()["items"]
        asked = await office.asks(login)
        assert (asked.status_code == 201) == bool(listed), asked.text
        if listed:
            assert asked.json()["rows"] == len(listed)
            rows = (await office.rows(login, asked.json()))[3:-1]
            assert {row[0] for row in rows} == {each["number"] for each in listed}
    for login in ("curator", "admin", "security", "audit"):
        assert (await office.asks(login)).status_code == 403


async def test_a_report_becomes_a_workbook_with_its_counts_and_its_cases(office: Office) -> None:
    await office.cases(3)
    period = "from=2026-03-01&to=2026-03-31"
    detail = await office.gets("supervisor", period, kind="report", report="detail", format="xlsx")
    book = await office.book("supervisor", detail)
    assert book.sheetnames == ["统计", "投诉明细"]
    counts = [[cell.value for cell in row] for row in book["统计"].iter_rows(min_row=3)]
    assert counts[0] == ["项目", "件数", "占比"]
    assert counts[-2] == ["合计", 3, "100.0%"]
    assert book["投诉明细"].max_row == 2 + 1 + 3 + 1
    assert (detail["rows"], detail["written"], detail["title"]) == (3, 3, "投诉明细")
    region = await office.gets("supervisor", f"{period}&by=channel", kind="report", report="mom")
    lines = await office.rows("supervisor", region)
    assert lines[2] == ["项目", "本期件数", "上期", "变动"]
    assert lines[3][:2] == ["网页", "3"]
    across = await office.gets("supervisor", f"{period}&by=channel", kind="report", report="receiving_unit")
    lines = await office.rows("supervisor", across)
    assert (lines[2], lines[-2][1:]) == (["项目", "件数", "占比", "网页"], ["3", "100.0%", "3"])
    coding = await office.gets("supervisor", period, kind="report", report="coding", format="xlsx")
    assert (await office.book("supervisor", coding)).sheetnames == ["统计", "不一致的分类"]


UNKNOWN: list[tuple[str, dict[str, Any], str]] = [
    ("satus=closed", {}, "satus"),  # a slip of the pen would otherwise let everything through
    ("status=nothing", {}, "status"),
    ("queue=everything", {}, "queue"),
    ("from=2026-03-01", {}, "from"),
    ("q=%ff", {}, "query"),
    ("", {"report": "detail"}, "report"),
    ("", {"kind": "report", "report": "everything"}, "report"),
    ("from=2026-03-02&to=2026-03-01", {"kind": "report", "report": "detail"}, "to"),
    ("by=star", {"kind": "report", "report": "mom"}, "by"),
    ("by=day", {"kind": "report", "report": "detail"}, "by"),
    ("from=2020-01-01&to=2026-03-01&by=month", {"kind": "report", "report": "detail"}, "by"),
    ("by=star", {"kind": "report", "report": "detail"}, "by"),  # of no use there, but it would stand in the audit
    ("by=star", {"kind": "report", "report": "coding"}, "by"),
]


async def test_what_is_asked_for_must_be_known(office: Office) -> None:
    for query, other, named in UNKNOWN:
        refused = await office.asks("supervisor", query, **other)
        assert (refused.status_code, refused.json().get("filter")) == (400, named)


async def test_no_purpose_no_export_and_no_person_in_a_purpose(office: Office) -> None:
    await office.cases(1)
    told: list[tuple[str, int, str]] = []
    for purpose in ("", "   ", "看看", "长" * 101, "给客户13800138000回电", "密码是abc12345"):
        refused = await office.asks("supervisor", purpose=purpose)
        told.append((purpose, refused.status_code, refused.json()["type"].rpartition("/")[2]))
        assert purpose.strip() == "" or purpose not in refused.text
    missing, personal = "export-purpose-missing", "export-purpose-personal"
    assert [each[1:] for each in told] == [(422, missing)] * 4 + [(422, personal)] * 2
    entries = await office.audited("export.refused")
    assert [each.detail["why"] for each in entries] == [missing] * 4 + [personal] * 2
    assert {each.object for each in entries} == {"exports.ask"}


async def test_over_the_limit_a_second_person_of_the_right_role_decides(office: Office) -> None:
    await office.parameter("export.approval_rows", "2")
    await office.cases(3)
    made = await office.gets("supervisor")
    assert (made["state"], made["approval"], made["may_decide"]) == ("waiting", True, False)
    assert (await office.file("supervisor", made)).status_code == 409
    own = await office.decides("supervisor", made, "approve")
    assert (own.status_code, own.json()["type"]) == (403, "/problems/export-own-approval")
    for nobody in ("agent", "auditor", "branch", "outlet"):  # no approver, or an approver of other units
        assert (await office.decides(nobody, made, "approve")).status_code == 404
    waiting = (await office.desk.reads("executive", "/exports/?box=waiting")).json()["items"]
    assert [(each["number"], each["may_decide"], each["purpose"]) for each in waiting] == [
        (made["number"], True, PURPOSE)
    ]
    assert (await office.decides("executive", made, "approve", "同意")).status_code == 200
    again = await office.decides("lead", made, "reject", "不需要")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/export-decided")
    assert (await office.sees("supervisor", made))["state"] == "queued"
    await office.works()
    done = await office.sees("supervisor", made)
    assert (done["state"], done["written"], done["decided_by"]) == ("ready", 3, "吴行长")
    assert "审批：吴行长，批准 3 行" in [line[0] for line in await office.rows("supervisor", done)]
    assert (await office.file("executive", made)).status_code == 404  # who approves does not get the file
    events = [(each.event, each.actor) for each in await office.audited()]
    assert events == [
        ("export.asked", "staff:supervisor"),
        ("export.refused", "staff:supervisor"),  # not ready
        ("export.approved", "staff:executive"),
        ("export.refused", "staff:lead"),  # decided already
        ("export.made", "system:worker"),
        ("export.downloaded", "staff:supervisor"),
    ]
    async with office.world.database.reading() as session:
        denied = await session.scalars(select(AuditEntry.actor).where(AuditEntry.event == "access.denied"))
        assert sorted(denied) == [
            "staff:agent", "staff:auditor", "staff:branch", "staff:executive", "staff:outlet", "staff:supervisor",
        ]  # fmt: skip


async def test_a_rejection_has_a_reason_which_the_asker_reads(office: Office) -> None:
    await office.parameter("export.approval_rows", "0")
    await office.cases(1)
    made = await office.gets("lead")
    empty = await office.decides("executive", made, "reject", "  ")
    assert (empty.status_code, empty.json()["type"]) == (422, "/problems/export-reason-missing")
    assert (await office.decides("executive", made, "reject", "电话13800138000")).status_code == 422
    assert (await office.decides("executive", made, "reject", "请改用报表")).status_code == 200
    seen = await office.sees("lead", made)
    assert (seen["state"], seen["reason"], seen["may_withdraw"]) == ("rejected", "请改用报表", False)
    assert (await office.file("lead", made)).json()["type"] == "/problems/export-not-ready"
    await office.works()
    assert (await office.stored(made)).stored_as is None


async def test_whoever_asked_may_take_it_back_and_nobody_else(office: Office) -> None:
    await office.parameter("export.approval_rows", "0")
    await office.cases(1)
    made = await office.gets("lead")
    foreign = await office.decides("executive", made, "withdraw")
    assert (foreign.status_code, foreign.json()["type"]) == (403, "/problems/export-not-asker")
    assert (await office.decides("lead", made, "withdraw")).json()["state"] == "withdrawn"
    assert (await office.decides("lead", made, "withdraw")).status_code == 409
    assert (await office.decides("executive", made, "approve")).status_code == 409


async def test_cut_into_small_ones_a_large_export_still_needs_approval(office: Office) -> None:
    await office.parameter("export.approval_rows", "3")
    await office.parameter("export.free_rows_per_day", "5")
    await office.cases(3)
    states = [(await office.gets("supervisor"))["state"] for _ in range(3)]
    assert states == ["ready", "waiting", "waiting"]
    assert (await office.gets("lead"))["state"] == "ready"  # each has his own day
    office.later(days=1)
    assert (await office.gets("supervisor"))["state"] == "ready"


async def test_the_ledger_leaves_the_house_like_every_other_list(office: Office) -> None:
    """Unit by unit and month by month a whole year would leave the house otherwise."""
    await office.parameter("export.free_rows_per_day", "3")
    await office.cases(3, channel="counter")
    first, second = [await office.gets("supervisor", "month=2026-03", kind="ledger") for _ in range(2)]
    assert (first["state"], first["rows"], first["filter"]) == ("ready", 2, ["月份：2026-03"])
    assert second["state"] == "waiting"
    [mark], [said], headings, *rows, last = await office.rows("supervisor", first)
    assert (mark, said) == (last[0], "导出范围：网点台账；月份：2026-03；共 2 行")
    for word in (first["number"], "赵主管（工号 8003）", PURPOSE, "不得外传"):
        assert word in mark
    assert headings[:2] == ["日期", "编号"]
    assert len(rows) == 2
    await office.cases(1, channel="counter")
    assert (await office.decides("executive", second, "approve")).status_code == 200
    await office.works()
    made = await office.sees("supervisor", second)
    assert (made["state"], made["written"]) == ("ready", 2)
    [asked, again] = await office.audited("export.asked")
    assert (asked.detail["kind"], asked.detail["rows"], asked.detail["purpose"]) == ("ledger", 2, PURPOSE)
    assert (asked.detail["filter"], again.detail["approval"]) == (["month=2026-03"], True)


async def test_what_is_no_condition_of_the_ledger_is_refused_and_so_is_whoever_has_no_button(office: Office) -> None:
    await office.cases(2, channel="counter")
    haidian = await unit(office.world, "北京海淀支行")
    empty = await office.asks("supervisor", f"month=2026-03&unit={haidian}", kind="ledger")
    assert (empty.status_code, empty.json()["type"]) == (422, "/problems/export-empty")
    for query in ("month=March", "unit=x", "status=closed"):
        assert (await office.asks("supervisor", query, kind="ledger")).status_code == 400, query
    assert (await office.asks("supervisor", kind="ledger", report="detail")).status_code == 400
    head = UUID(await unit(office.world, "听诉示范银行总行"))
    await hired(office.world, "only-intake", roles=["intake"], organisation_id=head, staff_no="8401")
    await hired(office.world, "only-handler", roles=["handler"], organisation_id=head, staff_no="8402")
    assert (await office.gets("only-intake", "month=2026-03", kind="ledger"))["rows"] == 1
    for login, kind in (("only-intake", "cases"), ("only-handler", "ledger"), ("agent", "supervision")):
        refused = await office.asks(login, kind=kind)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-your-export")
        page = await (await office.desk.browser(login)).get(f"/exports/new/{kind}")
        assert page.status_code == 403


async def test_so_many_a_day_and_no_more(office: Office) -> None:
    await office.parameter("export.per_day", "2")
    await office.parameter("export.most_rows", "3")
    await office.cases(3)
    first, second = await office.gets("supervisor"), await office.gets("supervisor")
    assert int(second["number"][-6:]) == int(first["number"][-6:]) + 1
    refused = await office.asks("supervisor")
    assert (refused.status_code, refused.json()["type"], refused.json()["most"]) == (429, "/problems/export-quota", 2)
    assert [each.detail["why"] for each in await office.audited("export.refused")] == ["export-quota"]
    await office.cases(1)
    large = await office.asks("lead")
    assert (large.status_code, large.json()["type"]) == (422, "/problems/export-too-large")
    assert (await office.asks("lead", "status=archived")).json()["type"] == "/problems/export-empty"


async def test_only_whoever_asked_gets_the_file_while_it_is_kept_and_his_rights_are_the_same(office: Office) -> None:
    await office.cases(1)
    made = await office.gets("supervisor")
    for login in ("lead", "executive", "branch"):
        assert (await office.file(login, made)).status_code == 404
        assert (await office.desk.reads(login, f"/exports/{made['id']}")).status_code == 404
    assert (await office.world.tester.get(f"/api/v1/exports/{made['id']}/file")).status_code == 404
    got = await office.file("supervisor", made)
    assert "attachment" in got.headers["content-disposition"]
    assert (got.headers["cache-control"], got.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert (await office.sees("supervisor", made))["downloads"] == 1
    async with office.world.database.transaction() as session:
        user = (await session.scalars(select(User).where(User.login == "supervisor"))).one()
        user.roles = ["reviewer"]
    changed = await office.file("supervisor", made)
    assert (changed.status_code, changed.json()["type"]) == (409, "/problems/export-rights-changed")


async def test_a_program_asks_for_nothing_and_a_watching_system_reads_only_the_record(office: Office) -> None:
    await office.cases(1)
    made = await office.gets("supervisor", "phone=13800138000&customer=张三丰")
    assert made["filter"] == ["客户姓名：张**", "客户电话：138****8000"]
    [asked, *_] = await office.audited("export.asked")
    assert asked.detail["filter"] == ["customer=***", "phone=***"]
    assert for_audit([("card", "1"), ("paper", "2"), ("tier", "gold")]) == ["card=***", "paper=***", "tier=gold"]
    seen = (await office.world.tester.get("/api/v1/exports/")).json()["items"]
    assert [each["number"] for each in seen] == [made["number"]]
    assert "13800138000" not in (await office.stored(made)).query_enc
    body = {"kind": "cases", "format": "csv", "purpose": PURPOSE}
    refused = await office.world.tester.post("/api/v1/exports/", json=body, headers={"Idempotency-Key": "k"})
    assert refused.status_code == 403
