"""The tree of units over the years: whoever looks back sees it as it was."""

from datetime import date

import pytest
import pytest_asyncio

from casebackend.organisations import changing, history, queries
from casebackend.organisations.rules import Level, stands_under
from casebackend.people import restructuring
from tests.casebackend.people.admins import Office
from tests.world import World

TODAY = date(2026, 3, 2)


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def test_a_renamed_unit_keeps_its_old_name_for_what_is_past(office: Office) -> None:
    response = await office.changed("1001", change="rename", name="北京国贸支行", short_name="国贸支行")
    assert response.status_code == 200, response.text
    assert response.json()["version"] == 2
    async with office.world.database.reading() as session:
        unit = await queries.by_code(session, "1001")
        assert unit is not None
        assert unit.name == "北京国贸支行"
        assert (await queries.tree(session)).units[unit.id].name == "北京国贸支行"
        assert (await history.named_on(session, date(2026, 2, 1))).units[unit.id].name == "北京朝阳支行"
        assert (await history.named_on(session, TODAY)).units[unit.id].name == "北京国贸支行"
    rows = (await office.reads("admin", f"/units/{unit.id}/history")).json()["items"]
    assert [(row["change"], row["state"], row["name"]) for row in rows] == [
        ("rename", "in_force", "北京国贸支行"),
        ("as_before", "past", "北京朝阳支行"),
    ]
    assert (rows[0]["actor_name"], rows[0]["reason"]) == ("系统管理员", "总行发文")
    again = await office.changed("1001", change="rename", name="北京国贸支行")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/unit-unchanged")
    early = await office.changed("1001", change="rename", name="又名", effective_from="2026-03-01")
    assert early.json()["type"] == "/problems/unit-change-too-early"
    nothing = await office.changed("1001", change="rename")
    assert nothing.json()["type"] == "/problems/unit-change-incomplete"


async def test_a_planned_change_waits_for_its_day_and_may_be_taken_back(office: Office) -> None:
    assert (await office.changed("1001", change="rename", name="来日支行", effective_from="2026-03-05")).is_success
    other = await office.changed("1001", change="rename", name="又名")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/unit-change-planned")
    unit = await office.unit("1001")
    assert unit.name == "北京朝阳支行"
    [planned, _] = (await office.reads("admin", f"/units/{unit.id}/history")).json()["items"]
    assert planned["state"] == "planned"
    path = f"/units/{unit.id}/changes/{planned['id']}/cancellation"
    assert (await office.asks("admin", "POST", path, read=unit.version)).is_success
    again = await office.asks("admin", "POST", path, read=unit.version + 1)
    assert again.json()["type"] == "/problems/unit-change-not-planned"
    assert (await office.changed("1001", change="rename", name="来日支行", effective_from="2026-03-05")).is_success
    office.world.wait(days=3)
    async with office.world.database.transaction() as session:
        [due] = await changing.due(session, now=office.world.time)
        await restructuring.apply_planned(session, due, now=office.world.time)
        await restructuring.apply_planned(session, due, now=office.world.time)
        assert await changing.due(session, now=office.world.time) == []
    assert (await office.unit("1001")).name == "来日支行"


async def test_a_new_unit_stands_where_its_level_may_stand(office: Office) -> None:
    head, branch = await office.unit("0000"), await office.unit("1000")
    made = {
        "code": "1009", "name": "北京望京支行", "short_name": "望京支行", "level": "subbranch",
        "parent_id": str(branch.id), "aliases": ["望京行"], "effective_from": "2026-03-02", "reason": "新设",
    }  # fmt: skip
    created = await office.asks("admin", "POST", "/units", made)
    assert created.status_code == 201, created.text
    taken = await office.asks("admin", "POST", "/units", made | {"reason": "再设"})
    assert taken.json()["type"] == "/problems/unit-code-taken"
    outlet = made | {"code": "1010", "level": "head", "parent_id": str(head.id)}
    assert (await office.asks("admin", "POST", "/units", outlet)).json()["type"] == "/problems/wrong-place"
    later = made | {"code": "1011", "effective_from": "2026-04-01"}
    assert (await office.asks("admin", "POST", "/units", later)).json()["closed_on"] is not None
    async with office.world.database.reading() as session:
        names = {name.name for name in await queries.all_names(session)}
        assert "北京望京支行" in names
        assert len(await queries.subtree(session, branch.id)) == 6
    for login in ("agent", "security", "audit"):
        assert (await office.asks(login, "POST", "/units", made | {"code": "9"})).status_code == 403


async def test_no_unit_stands_under_itself_and_a_move_shifts_the_scope(office: Office) -> None:
    beijing, jinan, outlet = await office.unit("1000"), await office.unit("2000"), await office.unit("1001")
    ring = await office.changed("1000", change="move", parent_id=str(outlet.id))
    assert ring.json()["type"] == "/problems/wrong-place"
    centre, rights = await office.unit("0001"), await office.unit("0002")
    assert (await office.changed("0001", change="move", parent_id=str(rights.id))).is_success
    ring = await office.changed("0002", change="move", parent_id=str(centre.id))
    assert (ring.status_code, ring.json()["type"]) == (422, "/problems/wrong-place")
    assert (await office.changed("1001", change="move")).json()["type"] == "/problems/unit-change-incomplete"
    assert (await office.changed("1001", change="move", parent_id=str(jinan.id))).is_success
    async with office.world.database.reading() as session:
        assert outlet.id in await queries.subtree(session, jinan.id)
        assert outlet.id not in await queries.subtree(session, beijing.id)


async def test_what_merges_lives_on_in_its_successor(office: Office) -> None:
    """Its old names mean the successor, which also sees what it left behind; its units move along."""
    branch, into, below = await office.unit("1000"), await office.unit("2000"), await office.unit("1002")
    assert (await office.changed("1000", change="merge", successor_id=str(below.id))).json()["type"] == (
        "/problems/wrong-place"
    )
    merged = await office.changed("1000", change="merge", successor_id=str(into.id))
    assert merged.status_code == 200, merged.text
    assert merged.json()["closed_on"] == "2026-03-02"
    assert (await office.changed("1000", change="rename", name="不在了")).json()["type"] == "/problems/unit-closed"
    async with office.world.database.reading() as session:
        assert {branch.id, below.id} <= await queries.subtree(session, into.id)
        successor = next(name for name in await queries.all_names(session) if name.id == into.id)
        assert "北京分行" in successor.aliases
        assert (await queries.tree(session)).units[below.id].parent_id == into.id
    assert (await office.changed("2000", change="close")).json()["type"] == "/problems/unit-has-units-below"


async def test_an_old_reader_cannot_overwrite_a_newer_change(office: Office) -> None:
    unit = await office.unit("1002")
    body = {"change": "rename", "name": "甲", "effective_from": "2026-03-02", "reason": "更名"}
    assert (await office.asks("admin", "POST", f"/units/{unit.id}/changes", body, read=1)).is_success
    stale = await office.asks("admin", "POST", f"/units/{unit.id}/changes", body | {"name": "乙"}, read=1)
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/version-passed")


@pytest.mark.parametrize(
    ("level", "above", "may"),
    [
        ("head", None, True), ("branch", None, False), ("branch", "head", True), ("outlet", "branch", True),
        ("branch", "subbranch", False), ("department", "branch", True), ("department", "outlet", False),
        ("subbranch", "department", False), ("head", "branch", False), ("department", None, False),
    ],
)  # fmt: skip
def test_levels_stand_under_higher_ones(level: str, above: str | None, may: bool) -> None:
    assert stands_under(Level(level), above) is may
