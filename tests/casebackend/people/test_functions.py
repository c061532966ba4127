"""Posts and permission groups grant or take away single functions within what a role may at most have."""

import re
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.access import functions, matrix
from casebackend.access.matrix import granted
from casebackend.access.principal import Rights
from casebackend.audit.model import AuditEntry
from casebackend.operations import OPERATIONS
from casebackend.staff.groups import Dated, Mode, on
from casebackend.staff.rules import ADMINISTRATORS, CASE_ROLES, Role
from tests.casebackend.cases.builders import filed
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired, open_sessions, staff
from tests.statements import counted
from tests.world import START, World

DAY = START.date()
WORDS = st.frozensets(st.sampled_from("abcd"))


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


def asked(code: str, mode: str, *codes: str, roles: tuple[str, ...] = (), **dated: Any) -> dict[str, Any]:
    said = {"mode": mode, "codes": list(codes), "effective_from": DAY.isoformat(), **dated}
    return {"code": code, "kind": "group", "name": "功能组", "roles": list(roles), "functions": said, "reason": "分工"}


async def approved(office: Office, body: dict[str, Any]) -> None:
    made = await office.done("admin", "POST", "/rights/groups", body)
    path = f"/rights/requests/{made['id']}/decision"
    await office.done("security", "POST", path, {"decision": "approve", "opinion": "同意"}, read=made["version"])


def test_every_function_has_a_name_a_room_and_roles_that_are_no_administrators() -> None:
    """A page that came without a line in access/functions.yml shows here by its bare name."""
    rows = matrix.load().rows
    listed = functions.listed(rows, {name: each.summary for name, each in OPERATIONS.items()})
    assert [each.code for each in listed if each.label == each.code or each.room == each.code.partition(".")[0]] == []
    assert all(each.roles and not each.roles & ADMINISTRATORS for each in listed)
    codes, said = {each.code for each in listed}, functions._said()
    assert {code for each in said["pages"].values() for code in each} <= codes
    assert {*said["pages"], *(page for each in said["own"].values() for page in each["pages"])} <= set(rows)
    for name, row in rows.items():
        if row & (CASE_ROLES | {Role.CURATOR}):
            assert matrix.load().functions.get(name, frozenset()) <= codes


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(row=WORDS, needed=WORDS, roles=WORDS, only=st.none() | WORDS, withheld=WORDS)
def test_nothing_is_granted_beyond_the_role_and_what_is_taken_away_is_gone(
    row: frozenset[str], needed: frozenset[str], roles: frozenset[str], only: frozenset[str] | None, withheld: Any
) -> None:
    got = granted(row, needed, Rights(((roles, only),), withheld))
    assert not got or (row & roles and not needed & withheld and (only is None or needed <= only))
    assert granted(row, needed, Rights(((roles, None),))) == bool(row & roles)
    assert not got or granted(row, needed, Rights(((roles, only), (roles, None)), withheld))


def test_a_grant_that_ended_gives_nothing_more_and_what_was_taken_away_is_there_again() -> None:
    roles, codes = frozenset({"handler"}), frozenset({"evidence.add"})
    until = DAY + timedelta(days=2)
    only, without = (Dated(mode, codes, DAY, until) for mode in (Mode.ONLY, Mode.WITHOUT))
    assert on(DAY - timedelta(days=1), roles, [only]).only is None
    assert (on(until, roles, [only]).only, on(until + timedelta(days=1), roles, [only]).only) == (codes, frozenset())
    assert on(until, roles, [without]).withheld == codes
    assert on(until + timedelta(days=1), roles, [without]).withheld == frozenset()
    assert on(until, roles, [only, Dated(Mode.ALL, frozenset(), until, None)]).only is None


async def test_what_a_group_takes_away_is_gone_at_the_next_request_on_the_page_and_on_the_interface(
    office: Office,
) -> None:
    user = await hired(office.world, roles=["intake", "complaint_manager"])
    await approved(office, asked("less", "without", "cases.listing"))
    await office.granted(user.id, roles=["intake", "complaint_manager"], groups=["less"])
    async with await staff(office.world, "chen") as chen:
        for path in ("/api/v1/cases/", "/queue", "/query"):
            assert (await chen.get(path)).status_code == 403, path
            assert (await chen.get("/register")).status_code == 200
        assert 'href="/queue"' not in (await chen.get("/register")).text
        with counted(office.world) as said:
            assert (await chen.get("/api/v1/handoffs")).status_code == 200
        assert not [each for each in said if "group_functions" in each]
        before = await open_sessions(office.world, user)
        await approved(office, asked("less", "all"))
        assert (await chen.get("/api/v1/cases/")).status_code == 200
        assert await open_sessions(office.world, user) == before
    assert (await office.reads("agent", "/cases/")).status_code == 200


async def test_a_group_that_grants_single_functions_gives_those_from_its_day_to_its_day(office: Office) -> None:
    user = await hired(office.world, roles=["intake"])
    first, last = DAY + timedelta(days=1), DAY + timedelta(days=2)
    dated = {"effective_from": first.isoformat(), "effective_until": last.isoformat()}
    await approved(office, asked("some", "only", "digests.board", roles=("complaint_manager",), **dated))
    await office.granted(user.id, roles=["intake"], groups=["some"])
    opened = []
    for _ in range(4):
        async with await staff(office.world, "chen") as chen:
            opened.append((await chen.get("/api/v1/board")).status_code)
            assert (await chen.get("/retention")).status_code == 403
            assert (await chen.get("/register")).status_code == 200
        office.world.wait(days=1)
    assert opened == [403, 200, 200, 403]


async def test_a_role_that_came_with_other_functions_lends_nothing_to_those_of_another_role(office: Office) -> None:
    """Moves of a case are one function of many roles: a group that lets an agent read the board makes no manager."""
    centre, receipt = await office.unit("0001"), await filed(office.world)
    await office.sure("lead", receipt.case_id, "accept")
    user = await hired(office.world, roles=["intake"], organisation_id=centre.id)
    await approved(office, asked("board", "only", "digests.board", roles=("complaint_manager",)))
    await office.granted(user.id, roles=["intake"], groups=["board"])
    path = f"/cases/{receipt.case_id}"
    assert (await office.reads("chen", "/board")).status_code == 200
    assert "dispatch" not in [each["move"] for each in (await office.reads("chen", path)).json()["allowed"]]
    given = {"handling_unit_id": str(centre.id), "opinion": "转办"}
    assert (await office.does("chen", receipt.case_id, "dispatch", **given)).status_code in (403, 409)
    await approved(office, asked("board", "all", roles=("complaint_manager",)))
    assert "dispatch" in [each["move"] for each in (await office.reads("chen", path)).json()["allowed"]]
    assert (await office.does("chen", receipt.case_id, "dispatch", **given)).status_code == 200


async def test_administrators_get_no_function_of_cases_and_lose_none_of_theirs(office: Office) -> None:
    beyond = await office.asks("admin", "POST", "/rights/groups", asked("a", "only", "cases.case", roles=("curator",)))
    assert beyond.json()["type"] == "/problems/function-beyond-role"
    for roles, mode in ((("system_admin",), "only"), (("security_admin",), "without")):
        fixed = await office.asks("admin", "POST", "/rights/groups", asked("a", mode, "cases.case", roles=roles))
        assert fixed.json()["type"] == "/problems/administrators-fixed"
    await approved(office, asked("less", "without", "limits.add"))
    admin = await office.user("admin")
    body = {"roles": ["system_admin"], "groups": ["less"], "reason": "分工"}
    refused = await office.asks("security", "POST", f"/users/{admin.id}/rights", body)
    assert refused.json()["type"] == "/problems/administrators-fixed"
    theirs = [each["code"] for each in (await office.reads("admin", "/rights/functions?limit=200")).json()["items"]]
    assert "cases.case" in theirs
    assert not {"rights.decide", "people.create", "audit.listing"} & set(theirs)


async def test_functions_are_asked_for_by_one_administrator_and_approved_by_another(office: Office) -> None:
    for wrong in (
        asked("x", "only", "no.such", roles=("intake",)),
        asked("x", "without"),
        asked("x", "all", "cases.case"),
        asked("x", "without", "cases.case", effective_from=(DAY - timedelta(days=1)).isoformat()),
        asked("x", "without", "cases.case", effective_until=(DAY - timedelta(days=1)).isoformat()),
    ):
        response = await office.asks("admin", "POST", "/rights/groups", wrong)
        assert response.json()["type"] == "/problems/group-functions-wrong", wrong
    assert (await office.asks("lead", "POST", "/rights/groups", asked("x", "all"))).status_code == 403
    body = asked("less", "without", "evidence.add", "disclosures.reveal")
    made = await office.done("security", "POST", "/rights/groups", body)
    path = f"/rights/requests/{made['id']}/decision"
    self_approved = await office.asks(
        "security", "POST", path, {"decision": "approve", "opinion": "x"}, read=made["version"]
    )
    assert self_approved.json()["type"] == "/problems/second-look"
    assert (await office.reads("admin", "/rights/groups/less")).status_code == 404
    withdrawn = {"decision": "withdraw", "opinion": "改由系统管理员申请"}
    await office.done("security", "POST", path, withdrawn, read=made["version"])
    await approved(office, body)
    shown = (await office.reads("audit", "/rights/groups/less")).json()
    assert (shown["functions"][0]["mode"], len(shown["functions"][0]["functions"])) == ("without", 2)
    same = await office.asks("admin", "POST", "/rights/groups", body)
    assert same.json()["type"] == "/problems/rights-unchanged"
    async with office.world.database.reading() as session:
        link = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "rights.approved"))).one()
        assert link.detail["wanted"]["functions"]["codes"] == ["evidence.add", "disclosures.reveal"]


async def test_the_page_shows_the_functions_asks_for_them_and_hides_what_was_taken_away(office: Office) -> None:
    await approved(office, {"code": "desk", "kind": "post", "name": "柜面岗", "roles": ["intake"], "reason": "新设"})
    async with await staff(office.world, "admin") as admin, await staff(office.world, "security") as security:
        shown = (await admin.get("/rights/functions?code=desk")).text
        assert all(words in shown for words in ("柜面岗的功能", "登记证据", "收回所列功能", "没有增减"))
        form = {"code": "desk", "mode": "without", "codes": ["supervision.of_case", "evidence.add"], "reason": "分工"}
        sent = await admin.post("/rights/functions", data=form | {"effective_from": DAY.isoformat()})
        assert sent.status_code == 303, sent.text
        waiting = (await security.get("/rights")).text
        assert "收回所列功能（登记证据、一件投诉的督办）" in waiting
        [request] = re.findall(r'action="/rights/([0-9a-f-]{36})"', waiting)
        done = await security.post(
            f"/rights/{request}", data={"decision": "approve", "opinion": "同意", "version": "1"}
        )
        assert done.status_code == 303
        assert "没有增减" not in (await admin.get("/rights/functions?code=desk")).text
        bad = await admin.post("/rights/functions", data=form | {"effective_from": "2020-01-01"})
        assert bad.status_code == 422
    async with await staff(office.world, "audit") as audit:
        assert (await audit.post("/rights/functions", data=form)).status_code == 403
        assert "提交审批" not in (await audit.get("/rights/functions?code=desk")).text


@pytest.mark.parametrize("code", ["nobody", "x' OR '1'='1"])
async def test_a_group_that_is_not_there_is_not_found(office: Office, code: str) -> None:
    assert (await office.reads("admin", f"/rights/groups/{code}")).status_code == 404
