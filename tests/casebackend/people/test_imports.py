"""Files of units and of people: what they would change is told first, and nothing is lost by a bad one."""

import base64
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.people import files
from casebackend.people.files import FileKind
from casebackend.people.model import ImportRun
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

HEAD = "机构代码,机构名称,简称,层级,上级机构代码"
PEOPLE = "员工号,姓名,用户名,机构代码,上级员工号,手机"


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def as_it_is(office: Office, *, kind: str = "units") -> list[str]:
    """The file that changes nothing."""
    levels = {level: name for name, level in files.LEVELS.items()}
    if kind == "units":
        units = (await office.reads("admin", "/units?limit=200")).json()["items"]
        codes = {unit["id"]: unit["code"] for unit in units}
        return [HEAD] + [
            ",".join(
                [
                    unit["code"],
                    unit["name"],
                    unit["short_name"],
                    levels[unit["level"]],
                    codes.get(unit["parent_id"], ""),
                ]
            )
            for unit in units
            if unit["closed_on"] is None
        ]
    users = (await office.reads("admin", "/users?limit=200&active=yes")).json()["items"]
    units = (await office.reads("admin", "/units?limit=200")).json()["items"]
    codes = {unit["id"]: unit["code"] for unit in units}
    numbers = {user["id"]: user["staff_no"] for user in users}
    return [PEOPLE] + [
        f"{user['staff_no']},{user['display_name']},{user['login']},{codes[user['organisation_id']]},"
        f"{numbers.get(user['superior_id'], '')},{user['mobile'] or ''}"
        for user in users
        if user["organisation_id"]
    ]


async def checked(office: Office, lines: list[str], encoding: str = "utf-8") -> dict[str, Any]:
    content = base64.b64encode("\r\n".join(lines).encode(encoding)).decode()
    return await office.done("admin", "POST", "/imports", {"content": content})


async def applied(office: Office, run: dict[str, Any]) -> Any:
    return await office.asks("admin", "POST", f"/imports/{run['id']}/application", {"sha256": run["sha256"]})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_the_file_of_what_is_changes_nothing_in_any_encoding(office: Office, encoding: str) -> None:
    report = (await checked(office, await as_it_is(office), encoding))["report"]
    assert (report["same"], report["bad"], report["refused"]) == (18, [], None)
    assert [report[name] for name in ("new", "changed", "moved", "gone", "blocked")] == [[], [], [], [], []]


async def test_a_file_is_looked_at_applied_once_and_then_changes_nothing(office: Office) -> None:
    lines = await as_it_is(office)
    lines = [line for line in lines if not line.startswith("3003")]
    lines = [line.replace("济南历下支行,历下支行", "济南泉水支行,泉水支行") for line in lines]
    lines = [
        line.replace("2002,济南大明湖支行,大明湖支行,支行,2000", "2002,济南大明湖支行,大明湖支行,支行,1000")
        for line in lines
    ]
    lines += ["4001,太原迎泽支行,迎泽支行,支行,4000", "4000,太原分行,太原分行,分行,0000"]
    run = await checked(office, lines)
    report = run["report"]
    assert [row["code"] for row in report["new"]] == ["4000", "4001"]
    assert [(row["code"], row["fields"]) for row in report["changed"]] == [("2001", ["名称", "简称"])]
    assert [(row["code"], row["from"], row["to"]) for row in report["moved"]] == [("2002", "2000", "1000")]
    assert [row["code"] for row in report["gone"]] == ["3003"]
    assert (await office.unit("2001")).name == "济南历下支行"
    wrong = {"sha256": "0" * 64}
    other = await office.asks("admin", "POST", f"/imports/{run['id']}/application", wrong)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/import-not-checked")
    done = await applied(office, run)
    assert done.status_code == 201, done.text
    assert (await office.unit("2001")).name == "济南泉水支行"
    assert (await office.unit("4001")).parent_id == (await office.unit("4000")).id
    assert (await office.unit("3003")).closed_on is not None
    again = (await checked(office, lines))["report"]
    assert [again[name] for name in ("new", "changed", "moved", "gone", "bad")] == [[], [], [], [], []]
    twice = await applied(office, run)
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/import-not-checked")


async def test_what_changed_after_the_look_has_to_be_looked_at_again(office: Office) -> None:
    lines = [line.replace("北京朝阳支行,", "北京国贸支行,") for line in await as_it_is(office)]
    run = await checked(office, lines)
    assert (await office.changed("1001", change="rename", name="北京国贸支行")).is_success
    late = await applied(office, run)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/import-changed-meanwhile")


async def test_a_file_that_nobody_applied_in_a_week_is_gone_and_is_looked_at_anew(office: Office) -> None:
    lines = [line.replace("北京朝阳支行,", "北京国贸支行,") for line in await as_it_is(office)]
    run = await checked(office, lines)
    office.world.wait(days=8)
    office.browsers.clear()
    ticking = worker(office.world)
    await ticking.lead()
    await ticking.hourly()
    async with office.world.database.reading() as session:
        assert list(await session.scalars(select(ImportRun.content))) == [None]
    late = await applied(office, run)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/import-not-checked")
    assert (await applied(office, await checked(office, lines))).status_code == 201


async def test_a_file_that_ends_too_early_closes_nothing(office: Office) -> None:
    """The share that may be missing is a dated parameter."""
    run = await checked(office, (await as_it_is(office))[:10])
    assert "疑为文件不全" in run["report"]["refused"]
    late = await applied(office, run)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/import-too-many-gone")
    assert (await office.unit("3003")).closed_on is None
    more = {
        "code": "import.gone_percent",
        "value": "100",
        "effective_from": "2026-03-02",
        "source": "机构改革",
        "evidence": "D",
    }
    assert (await office.asks("supervisor", "POST", "/thresholds/", more)).status_code == 201
    run = await checked(office, (await as_it_is(office))[:10])
    assert run["report"]["refused"] is None
    assert {row["code"] for row in run["report"]["blocked"]} == {"1000", "1001"} - {
        line.split(",")[0] for line in (await as_it_is(office))[:10]
    }


async def test_bad_rows_are_named_by_line_and_what_they_are_about_stays(office: Office) -> None:
    lines = await as_it_is(office)
    broken = [
        "9001,甲支行,甲,小行,1000", "9002,乙支行,乙,支行,9999", "9003,丙支行,,支行,1000", "9004,丁支行,丁,支行,9005",
        "9005,戊支行,戊,支行,9004", "坏 码,己支行,己,支行,1000", "9001,甲支行,甲,支行,1000", "9006,庚支行,庚,总行,",
    ]  # fmt: skip
    spoiled = [line.replace("3003,青岛香港路支行,香港路支行", "3003,,") for line in lines]
    report = (await checked(office, spoiled + broken))["report"]
    assert {row["line"] for row in report["bad"]} == {19, *range(20, 28)}
    assert all(row["why"] for row in report["bad"])
    assert (report["new"], report["gone"]) == ([], [])
    report = (await checked(office, [*lines[:-1], ",无码支行,无码,支行,1000"]))["report"]
    assert (report["unnamed"], report["gone"]) == (1, [])


async def test_people_come_change_and_go_by_file_and_the_leaver_hands_over(office: Office) -> None:
    await hired(office.world, "temp", staff_no="8300", organisation_id=(await office.unit("0001")).id)
    lines = await as_it_is(office, kind="people")
    same = (await checked(office, lines))["report"]
    assert (same["same"], same["gone"], same["bad"], same["known"]) == (9, [], [], 9)
    lines = [line for line in lines if not line.startswith("8300,")]
    lines = [line.replace("8006,陈网点,outlet,1001,8007", "8006,陈网点,outlet,1002,8400") for line in lines]
    lines += ["8400,新主管,boss,1000,8007,13900008400", "8401,坏人,agent,1000,,", "8402,无处,nowhere,7777,,"]
    run = await checked(office, lines)
    report = run["report"]
    assert [row["code"] for row in report["new"]] == ["8400"]
    assert [(row["code"], row["fields"]) for row in report["changed"]] == [("8006", ["上级"])]
    assert [(row["code"], row["to"]) for row in report["moved"]] == [("8006", "1002")]
    assert [row["code"] for row in report["gone"]] == ["8300"]
    assert [row["line"] for row in report["bad"]] == [len(lines) - 1, len(lines)]
    assert (await applied(office, run)).status_code == 201
    boss, outlet, gone = await office.user("boss"), await office.user("outlet"), await office.user("temp")
    assert (boss.roles, boss.must_change, boss.mobile) == ([], True, "13900008400")
    assert (outlet.superior_id, outlet.organisation_id) == (boss.id, (await office.unit("1002")).id)
    assert (gone.active, gone.left_at) == (False, office.world.time)
    assert (await office.user("admin")).active


async def test_a_branch_that_goes_in_the_file_that_places_its_outlets_elsewhere_goes_at_once(office: Office) -> None:
    lines = [line for line in await as_it_is(office) if not line.startswith("2000,")]
    lines = [line.removesuffix(",2000") + ",1000" if line.endswith(",2000") else line for line in lines]
    run = await checked(office, lines)
    assert ([row["code"] for row in run["report"]["gone"]], run["report"]["blocked"]) == (["2000"], [])
    assert (await applied(office, run)).status_code == 201
    again = (await checked(office, lines))["report"]
    assert [again[name] for name in ("new", "changed", "moved", "gone", "blocked", "bad")] == [[], [], [], [], [], []]


async def test_what_the_file_leaves_out_and_still_is_needed_stays_and_holds_up_nothing_else(office: Office) -> None:
    later = {"change": "rename", "name": "青岛新支行", "short_name": "新支行", "effective_from": "2026-05-05"}
    assert (await office.changed("3003", **later)).is_success
    lines = [line for line in await as_it_is(office) if not line.startswith(("3003,", "2002,"))]
    lines = [line.replace("北京朝阳支行,朝阳支行", "北京国贸支行,国贸支行") for line in lines]
    run = await checked(office, [*lines, "9001,大明湖网点,大明湖网点,网点,2002"])
    blocked = {row["code"]: row["why"] for row in run["report"]["blocked"]}
    assert blocked == {
        "2002": "还有下级机构，或为最高一级机构", "3003": "有待生效的变更，请等待生效或先撤销",
    }  # fmt: skip
    done = await applied(office, run)
    assert done.status_code == 201, done.text
    assert (await office.unit("1001")).name == "北京国贸支行"
    assert [(await office.unit(code)).closed_on for code in ("2002", "3003", "9001")] == [None, None, None]


async def test_a_superior_who_cannot_be_one_is_named_by_line_and_holds_up_nobody_else(office: Office) -> None:
    away = await hired(office.world, "away", staff_no="8300", organisation_id=(await office.unit("0001")).id)
    await office.done("admin", "POST", f"/users/{away.id}/disabling", {"reason": "休假"}, read=1)
    lines = await as_it_is(office, kind="people")
    first = len(lines) + 1
    lines += [
        "8401,甲,jia,1000,8402,", "8402,乙,yi,1000,8401,", "8403,丙,bing,1000,8404,", "8404,丁,ding,7777,,",
        "8405,戊,wu,1000,8300,", "8406,己,ji,1000,8403,", "8407,庚,geng,1000,8408,", "8408,辛,xin,1000,,",
    ]  # fmt: skip
    run = await checked(office, lines)
    assert [row["line"] for row in run["report"]["bad"]] == [*range(first, first + 6)]
    assert sorted(row["code"] for row in run["report"]["new"]) == ["8407", "8408"]
    done = await applied(office, run)
    assert done.status_code == 201, done.text
    assert (await office.user("geng")).superior_id == (await office.user("xin")).id


async def test_two_who_change_places_do_and_a_superior_who_is_away_stays_one(office: Office) -> None:
    unit = (await office.unit("0001")).id
    for number, name in (("8300", "head"), ("8301", "deputy"), ("8302", "clerk")):
        await hired(office.world, name, staff_no=number, organisation_id=unit)
    before = [f"{line.rsplit(',', 2)[0]}" for line in await as_it_is(office, kind="people")]

    def placed(**above: str) -> list[str]:
        rows = [line.split(",") for line in reversed(before[1:])]
        return [PEOPLE] + [",".join([*row, above.get(row[2], ""), ""]) for row in rows]

    for above in ({"deputy": "8300", "clerk": "8301"}, {"head": "8301", "clerk": "8300"}):
        run = await checked(office, placed(**above))
        assert run["report"]["bad"] == []
        assert (await applied(office, run)).status_code == 201
    assert (await office.user("head")).superior_id == (await office.user("deputy")).id
    head = await office.user("head")
    await office.done("admin", "POST", f"/users/{head.id}/disabling", {"reason": "休假"}, read=head.version)
    report = (await checked(office, placed(head="8301", clerk="8300")))["report"]
    assert [report[name] for name in ("changed", "moved", "bad")] == [[], [], []]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00\x81", "编码"), ("机构代码,机构名称\n1,2".encode(), "须有列"),
        (f"{HEAD}\n".encode(), "没有数据行"), (f'{HEAD}\n1,"2'.encode(), "引号"),
        (f"{HEAD},简称\n1,2".encode(), "重复"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(files.Unreadable, match=why):
        files.parsed(content)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for whole in (content, HEAD.encode() + b"\n" + content):
        try:
            found = files.parsed(whole)
        except files.Unreadable:
            continue
        assert found.kind in FileKind
        assert len(found.rows) <= len(found.keys)
