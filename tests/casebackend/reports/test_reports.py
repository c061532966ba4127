"""Numbers that are known beforehand, and a walk along every link of every report."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from casebackend.organisations.model import Organisation
from casebackend.reports.rules import ACROSS, COMPARABLE, REPORTS, By
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.cases.copies import copied
from tests.casebackend.staff.logins import hired
from tests.world import World

CHINA = ZoneInfo("Asia/Shanghai")
YEAR = "from=2026-01-01&to=2026-12-31"
QUARTERS = [(By.QUARTER, "2026年1季度", 8), (By.MONTH, "2026-03", 7), (By.DAY, "2026-02-28", 1), (By.YEAR, "2026年", 9)]


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=CHINA)


async def a_year(world: World) -> None:
    """Nine that count in 2026, and some that do not."""
    first = (await filed(world)).case_id
    async with world.database.reading() as session:
        units = {unit.short_name: unit.id for unit in await session.scalars(select(Organisation))}
    branch, haidian, lixia, head = (units[name] for name in ("北京分行", "海淀支行", "历下支行", "客服中心"))

    async def one(**changes: Any) -> str:
        return await copied(world, first, **{"handling_unit_id": None, **changes})

    await one(
        unit_id=branch, category_b="银行卡", received_at=at("2026-03-05"), severity="重大投诉",
        receiving_unit_id=head, responsible_unit_id=branch, validity="valid", responsible="partly",
    )  # fmt: skip
    await one(
        unit_id=haidian, category_b="借记卡盗刷", received_at=at("2026-03-31", 23), satisfaction="satisfied",
        receiving_unit_id=haidian, responsible_unit_id=haidian, validity="invalid", responsible="not_responsible",
    )  # fmt: skip
    await one(unit_id=haidian, category_b="待分类", received_at=at("2026-02-28", 0), status="closed")
    await one(unit_id=lixia, category_b="贷款", received_at=at("2026-03-01"), status="withdrawn", extension_level=1)
    await one(unit_id=lixia, category_b="贷款", received_at=at("2026-03-01"), kind="second", channel="hotline")
    await one(unit_id=None, category_b="已停用的类别", received_at=at("2026-03-09"), basic_right="知情权")
    await one(unit_id=head, category_b="票据", received_at=at("2026-12-31", 23), handling_unit_id=head)
    await one(unit_id=head, category_b="票据", received_at=at("2026-03-10"), extension_level=2, handling_unit_id=branch)
    await one(unit_id=lixia, received_at=at("2025-03-15"))
    await one(unit_id=lixia, received_at=at("2025-12-31"))
    await one(unit_id=lixia, received_at=at("2026-03-20"), status="voided")
    await one(unit_id=lixia, received_at=at("2026-03-20"), status="merged", master_id=first)
    await one(unit_id=lixia, received_at=at("2026-03-20"), status="archived", master_id=first)
    await one(unit_id=lixia, received_at=at("2026-03-20"), matter_type="praise")


async def read(desk: Desk, name: str, query: str = YEAR, login: str = "supervisor") -> dict[str, Any]:
    response = await desk.reads(login, f"/reports/{name}?{query}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def numbers(report: dict[str, Any]) -> dict[str, int]:
    return {row["label"]: row["count"] for row in report["rows"]}


async def listed(desk: Desk, query: str, login: str) -> int:
    """How many rows the list really has, page by page."""
    found, cursor = 0, ""
    while cursor is not None:
        page = (await desk.reads(login, f"/cases/?{query}&limit=4&cursor={cursor}")).json()
        found, cursor = found + len(page["items"]), page["next"]
    return found


async def test_each_report_counts_what_its_definition_says(world: World) -> None:
    await a_year(world)
    desk = Desk(world)
    region = await read(desk, "region")
    assert region["total"]["count"] == 9
    assert [(row["label"], row["level"], row["count"]) for row in region["rows"]] == [
        ("北京分行", 0, 4), ("北京分行（本级）", 1, 1), ("朝阳支行", 1, 1), ("海淀支行", 1, 2), ("济南分行", 0, 2),
        ("历下支行", 1, 2), ("总行机关", 0, 2), ("客服中心", 1, 2), ("未指明", 0, 1),
    ]  # fmt: skip
    assert region["rows"][0]["share"] == pytest.approx(4 / 9)
    units = await read(desk, "unit")
    assert [(row["label"], row["level"], row["count"]) for row in units["rows"]] == [
        ("总行", 0, 8), ("客服中心", 1, 2), ("北京分行", 1, 4), ("北京分行（本级）", 2, 1), ("朝阳支行", 2, 1),
        ("海淀支行", 2, 2), ("济南分行", 1, 2), ("历下支行", 2, 2), ("未指明", 0, 1),
    ]  # fmt: skip
    business = await read(desk, "business_category")
    assert [(row["label"], row["level"], row["count"]) for row in business["rows"]] == [
        ("贷款", 0, 2), ("银行卡", 0, 3), ("银行卡（本级）", 1, 1), ("借记卡", 1, 1), ("借记卡盗刷", 2, 1),
        ("信用卡", 1, 1), ("支付结算", 0, 2), ("票据", 1, 2), ("已停用的类别", 0, 1), ("待分类", 0, 1),
    ]  # fmt: skip
    assert numbers(await read(desk, "category")) == {"消费投诉": 9, "表扬": 1}
    assert numbers(await read(desk, "channel")) == {"webchat": 8, "hotline": 1}
    assert numbers(await read(desk, "satisfaction")) == {"满意": 1, "无回访结果": 8}
    assert numbers(await read(desk, "basic_right")) == {"待分类": 8, "知情权": 1}
    assert numbers(await read(desk, "severity")) == {"一般投诉": 8, "重大投诉": 1}
    assert numbers(await read(desk, "extended")) == {"总行": 1, "北京分行": 1, "北京分行（本级）": 1, "未指明": 1}
    assert numbers(await read(desk, "detail"))["已撤诉"] == 1
    assert len((await read(desk, "detail"))["cases"]) == 9
    assert numbers(await read(desk, "responsible_unit")) == {
        "总行": 2, "北京分行": 2, "北京分行（本级）": 1, "海淀支行": 1, "未指明": 7,
    }  # fmt: skip
    assert numbers(await read(desk, "validity")) == {"未认定": 7, "成立": 1, "不成立": 1}
    assert numbers(await read(desk, "responsible")) == {"未认定": 7, "部分有责": 1, "无责": 1}
    handled = await read(desk, "handling_unit")
    assert numbers(handled) == {
        "总行": 3, "客服中心": 1, "北京分行": 2, "北京分行（本级）": 1, "朝阳支行": 1, "未指明": 6,
    }  # fmt: skip
    assert len(handled["cases"]) == 9
    received = await read(desk, "receiving_unit")
    assert (numbers(received)["海淀支行"], len(received["cases"])) == (1, 9)
    found = await read(desk, "responsible_unit", f"{YEAR}&by=category_b")
    cells = {row["label"]: [cell["count"] for cell in row["cells"]] for row in [*found["rows"], found["total"]]}
    assert found["columns"] == ["贷款", "银行卡", "支付结算", "已停用的类别", "待分类"]
    assert (cells["北京分行"], cells["未指明"], cells["合计"]) == ([0, 2, 0, 0, 0], [2, 1, 2, 1, 1], [2, 3, 2, 1, 1])
    months = await read(desk, "validity", "from=2026-02-01&to=2026-04-30&by=month")
    assert (months["columns"], [cell["count"] for cell in months["total"]["cells"]]) == (
        ["2026-02", "2026-03", "2026-04"], [1, 7, 0],
    )  # fmt: skip
    page = await (await desk.browser("supervisor")).get(f"/reports?name=receiving_unit&{YEAR}&by=month")
    assert (page.status_code, "2026-12" in page.text, "明细" in page.text) == (200, True, True)


async def test_time_is_counted_by_the_day_in_china(world: World) -> None:
    await a_year(world)
    desk = Desk(world)
    for by, label, count in QUARTERS:
        report = await read(desk, "time", f"{YEAR}&by={by}")
        assert numbers(report)[label] == count, by
        assert sum(row["count"] for row in report["rows"]) == report["total"]["count"] == 9
    weeks = await read(desk, "time", "from=2026-03-03&to=2026-03-10&by=week")
    assert [(row["label"], row["count"]) for row in weeks["rows"]] == [("2026年第10周", 1), ("2026年第11周", 2)]


async def test_change_is_null_where_there_was_nothing(world: World) -> None:
    await a_year(world)
    desk = Desk(world)
    report = await read(desk, "yoy")
    rows = {row["label"]: (row["count"], row["before"]["count"], row["change"]) for row in report["rows"]}
    assert rows == {
        "北京分行": (4, 0, None), "北京分行（本级）": (1, 0, None), "朝阳支行": (1, 0, None), "海淀支行": (2, 0, None),
        "济南分行": (2, 2, 0.0), "历下支行": (2, 2, 0.0), "总行机关": (2, 0, None), "客服中心": (2, 0, None),
        "未指明": (1, 0, None),
    }  # fmt: skip
    assert (report["total"]["before"]["count"], report["total"]["change"]) == (2, 3.5)
    month = await read(desk, "mom", "from=2026-01-01&to=2026-01-31&by=unit")
    assert [(row["label"], row["count"], row["change"]) for row in month["rows"]][-1] == ("历下支行", 0, -1.0)


async def test_every_number_opens_a_list_of_exactly_so_many_cases(world: World) -> None:
    await a_year(world)
    desk = Desk(world)
    asked = [(name, YEAR) for name in REPORTS]
    asked += [("mom", f"from=2026-03-01&to=2026-03-31&by={by}") for by in COMPARABLE]
    asked += [("time", f"{YEAR}&by={by}") for by in (By.WEEK, By.QUARTER)]
    async with world.database.reading() as session:
        haidian = await session.scalar(select(Organisation.id).where(Organisation.short_name == "海淀支行"))
    asked += [("region", f"{YEAR}&unit_tree={haidian}"), ("validity", f"{YEAR}&by=category_b&category_b_tree=借记卡")]
    asked += [("receiving_unit", f"{YEAR}&by={by}") for by in ACROSS] + [("responsible", f"{YEAR}&by=channel")]
    asked += [("unit", f"{YEAR}&severity=一般投诉"), ("business_category", f"{YEAR}&category_b_tree=银行卡")]
    seen: dict[str, int] = {}
    for name, query in asked:
        report = await read(desk, name, query)
        for row in [*report["rows"], report["total"]]:
            assert not report["columns"] or sum(cell["count"] for cell in row["cells"]) == row["count"], (name, query)
            for figure in (row, row["before"], *row["cells"][:3]):
                if figure and figure["query"] not in seen:
                    seen[figure["query"]] = await listed(desk, figure["query"], "supervisor")
                    assert seen[figure["query"]] == figure["count"], (name, query, figure)
    assert len(seen) > 60


async def test_a_branch_counts_and_opens_its_own_cases_only(world: World) -> None:
    await a_year(world)
    async with world.database.reading() as session:
        beijing = await session.scalar(select(Organisation.id).where(Organisation.short_name == "北京分行"))
    await hired(world, "beijing", roles=["executive"], organisation_id=beijing)
    desk = Desk(world)
    report = await read(desk, "unit", login="beijing")
    assert numbers(report)["北京分行"] == 4
    for row in [*report["rows"], report["total"]]:
        assert await listed(desk, row["query"], "beijing") == row["count"], row
    narrowed = await read(desk, "unit", f"{YEAR}&unit_tree={beijing}")
    assert [row["label"] for row in narrowed["rows"]] == ["北京分行", "北京分行（本级）", "朝阳支行", "海淀支行"]
    assert narrowed["total"]["count"] == 4


@pytest.mark.parametrize(
    ("path", "status", "named"),
    [
        ("nonsense", 404, None),
        ("region?from=2026-02-30", 400, "from"),
        ("region?from=2026-03-02&to=2026-03-01", 400, "to"),
        ("region?to=9999-12-31", 400, "to"),
        ("time?by=hour", 400, "by"),
        ("mom?by=facts", 400, "by"),
        ("time?from=1990-01-01&to=2026-01-01&by=day", 400, "by"),
        ("unit?unit_tree=x", 400, "unit_tree"),
        ("unit?by=region", 400, "by"),
        ("validity?from=2020-01-01&to=2026-01-01&by=month", 400, "by"),
    ],
)
async def test_a_bad_question_is_refused_by_its_name(world: World, path: str, status: int, named: str | None) -> None:
    answer = await Desk(world).reads("supervisor", f"/reports/{path}")
    assert (answer.status_code, answer.json().get("filter")) == (status, named)


async def test_the_list_of_reports_says_what_each_counts(world: World) -> None:
    items = (await Desk(world).reads("executive", "/reports/")).json()["items"]
    assert [item["name"] for item in items] == list(REPORTS)
    assert all("作废的不计" in item["definition"] for item in items)
