"""Users come, change, stop and come back; what they may do is given by two administrators together."""

import re
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from casebackend.access.guard import of_user
from casebackend.access.scope import scope_of
from casebackend.audit.model import AuditEntry
from casebackend.people.rules import clashes, effective, initial_password
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import hired, open_sessions
from tests.world import World

NEW: dict[str, Any] = {"login": "qian", "display_name": "钱同事", "staff_no": "8201", "email": "qian@bank.example"}


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def test_a_new_user_has_neither_password_nor_right_until_both_were_given(office: Office) -> None:
    unit = await office.unit("0001")
    made = await office.done("admin", "POST", "/users", NEW | {"organisation_id": str(unit.id)})
    assert (made["roles"], made["must_change"], made["unit"]) == ([], True, "客户服务中心")
    assert not await office.world.app.ctx.passwords.verify((await office.user("qian")).password_hash, "!")
    for other in ({"staff_no": "8202"}, {"login": "qian2"}):
        taken = await office.asks("admin", "POST", "/users", NEW | other)
        assert (taken.status_code, taken.json()["type"]) == (409, "/problems/login-taken")
    path = f"/users/{made['id']}/initial-password"
    given = await office.done("admin", "POST", path, read=1)
    user = await office.user("qian")
    assert await office.world.app.ctx.passwords.verify(user.password_hash, given["initial_password"])
    await office.granted(made["id"], roles=["intake"])
    assert (await office.reads("qian", "/cases/")).status_code == 200
    async with office.world.database.reading() as session:
        links = list(await session.scalars(select(AuditEntry).where(AuditEntry.chain == "people")))
        assert [link.event for link in links] == [
            "user.created", "user.password_reset", "rights.asked", "user.rights_changed", "rights.approved",
        ]  # fmt: skip
        assert given["initial_password"] not in str([link.detail for link in links])
        kept = (await session.execute(text("SELECT body FROM idempotency"))).scalars().all()
        assert not any(given["initial_password"].encode() in bytes(body) for body in kept)


async def test_whoever_is_disabled_is_out_at_once_and_may_be_enabled_again(office: Office) -> None:
    user = await hired(office.world)
    assert (await office.reads("chen", "/cases/")).status_code == 200
    path = f"/users/{user.id}"
    off = await office.done("admin", "POST", f"{path}/disabling", {"reason": "休假"}, read=1)
    assert (off["active"], off["disabled_why"]) == (False, "休假")
    assert (await office.reads("chen", "/cases/")).status_code == 401
    assert await open_sessions(office.world, user) == 0
    again = await office.asks("admin", "POST", f"{path}/disabling", {"reason": "再停"}, read=2)
    assert again.json()["type"] == "/problems/user-already-so"
    on = await office.done("admin", "POST", f"{path}/enabling", read=2)
    assert on["active"] is True
    assert (await office.asks("admin", "POST", f"{path}/enabling", read=3)).status_code == 409
    stale = await office.asks("admin", "POST", f"{path}/disabling", {"reason": "x"}, read=1)
    assert stale.status_code == 412


async def test_details_change_but_nobody_becomes_his_own_superior(office: Office) -> None:
    agent, lead, closed = await office.user("agent"), await office.user("lead"), await office.unit("1002")
    body = {"display_name": "王受理", "organisation_id": str(agent.organisation_id), "superior_id": str(lead.id)}
    changed = await office.done("admin", "PUT", f"/users/{agent.id}", body | {"skills": ["贷款"]}, read=1)
    assert (changed["skills"], changed["mobile"], changed["version"]) == (["贷款"], None, 2)
    ring = body | {"display_name": "李班长", "superior_id": str(agent.id)}
    assert (await office.asks("admin", "PUT", f"/users/{lead.id}", ring)).json()["type"] == "/problems/superior-wrong"
    assert (await office.changed("1002", change="close")).is_success
    gone = body | {"organisation_id": str(closed.id)}
    assert (await office.asks("admin", "PUT", f"/users/{agent.id}", gone)).json()["type"] == "/problems/unit-closed"


async def test_no_administrator_acts_on_himself_and_the_last_one_stays(office: Office) -> None:
    admin, security = await office.user("admin"), await office.user("security")
    for act, body in (("disabling", {"reason": "x"}), ("initial-password", None), ("leaving", {"reason": "x"})):
        own = await office.asks("admin", "POST", f"/users/{admin.id}/{act}", body)
        assert (own.status_code, own.json()["type"]) == (403, "/problems/not-oneself"), act
    for act in ("disabling", "leaving"):
        last = await office.asks("admin", "POST", f"/users/{security.id}/{act}", {"reason": "x"})
        assert last.json()["type"] == "/problems/last-administrator"
    await hired(office.world, "security2", staff_no="8211", roles=["security_admin"])
    assert (await office.asks("admin", "POST", f"/users/{security.id}/disabling", {"reason": "调岗"})).is_success


async def test_nobody_grants_alone(office: Office) -> None:
    """Who asks does not approve, and nobody approves rights of his own."""
    agent, security = await office.user("agent"), await office.user("security")
    await hired(office.world, "security2", staff_no="8211", roles=["security_admin"])
    body = {"roles": ["intake", "reviewer"], "reason": "兼任复核"}
    asked = await office.done("security", "POST", f"/users/{agent.id}/rights", body)
    assert (asked["state"], asked["about"]) == ("asked", "王受理")
    pending = await office.asks("admin", "POST", f"/users/{agent.id}/rights", body | {"reason": "同上"})
    assert pending.json()["type"] == "/problems/rights-request-pending"
    path = f"/rights/requests/{asked['id']}/decision"
    approve = {"decision": "approve", "opinion": "同意"}
    for login in ("security", "admin"):
        own = await office.asks(login, "POST", path, approve, read=1)
        assert (own.status_code, own.json()["type"]) == (403, "/problems/second-look")
    assert (await office.user("agent")).roles == ["intake", "handler", "follow_up"]
    foreign = await office.asks("admin", "POST", path, {"decision": "withdraw", "opinion": "撤回"}, read=1)
    assert foreign.json()["type"] == "/problems/not-your-request"
    await office.done("security2", "POST", path, approve, read=1)
    assert (await office.user("agent")).roles == ["intake", "reviewer"]
    decided = await office.asks("security2", "POST", path, approve, read=2)
    assert decided.json()["type"] == "/problems/rights-request-decided"
    mine = await office.done("admin", "POST", f"/users/{security.id}/rights", {"roles": [], "reason": "调岗"})
    path = f"/rights/requests/{mine['id']}/decision"
    assert (await office.asks("security", "POST", path, approve, read=1)).json()["type"] == "/problems/second-look"


@pytest.mark.parametrize(
    "roles", [["system_admin", "intake"], ["system_admin", "security_admin"], ["audit_admin", "curator"]]
)
async def test_the_three_administrations_are_in_three_hands(office: Office, roles: list[str]) -> None:
    """Refused by the service, and by the database whatever writes to it."""
    agent = await office.user("agent")
    clash = await office.asks("admin", "POST", f"/users/{agent.id}/rights", {"roles": roles, "reason": "兼任"})
    assert (clash.status_code, clash.json()["type"]) == (409, "/problems/roles-clash")
    with pytest.raises(IntegrityError):
        await hired(office.world, "both", staff_no="8299", roles=roles)


async def test_a_post_and_a_group_add_their_roles_and_a_change_of_them_reaches_everybody(office: Office) -> None:
    unknown = {"posts": ["teller"], "reason": "上岗"}
    agent = await office.user("agent")
    path = f"/users/{agent.id}/rights"
    assert (await office.asks("admin", "POST", path, unknown)).json()["type"] == "/problems/unknown-rights"
    post = {"code": "teller", "kind": "post", "name": "投诉专员", "roles": ["intake", "handler"], "reason": "设岗"}

    async def grouped(**change: Any) -> Any:
        asked = await office.done("admin", "POST", "/rights/groups", post | change)
        where = f"/rights/requests/{asked['id']}/decision"
        return await office.asks("security", "POST", where, {"decision": "approve", "opinion": "同意"}, read=1)

    assert (await grouped()).is_success
    await office.granted(agent.id, roles=["curator"], posts=["teller"])
    assert (await office.user("agent")).roles == ["intake", "handler", "curator"]
    assert (await grouped(roles=["follow_up"], reason="改岗")).is_success
    assert (await office.user("agent")).roles == ["follow_up", "curator"]
    assert (await grouped(active=False, reason="停用", roles=["follow_up"])).is_success
    assert (await office.user("agent")).roles == ["curator"]
    same = await office.asks("admin", "POST", path, {"roles": ["curator"], "posts": ["teller"], "reason": "同"})
    assert same.json()["type"] == "/problems/rights-unchanged"
    listed = (await office.reads("audit", "/rights/groups")).json()["items"]
    assert [(group["code"], group["active"]) for group in listed] == [("teller", False)]
    clash = await grouped(roles=["audit_admin"], reason="错设")
    assert (clash.status_code, clash.json()["type"]) == (409, "/problems/roles-clash")


async def test_a_named_scope_stands_apart_from_the_own_unit(office: Office) -> None:
    """A colleague of one branch looks after another one."""
    branch, jinan = await office.user("branch"), await office.unit("2000")
    await office.granted(branch.id, roles=branch.roles, scope_unit_id=str(jinan.id))
    assert (await office.user("branch")).scope_unit_id == jinan.id
    found = await office.reads("audit", "/rights/requests?state=approved")
    assert [each["wanted"]["scope_unit_id"] for each in found.json()["items"]] == [str(jinan.id)]


async def test_posting_somebody_higher_shows_him_no_more_until_that_is_approved(office: Office) -> None:
    """From an outlet to its branch or to the head office; a transfer to another branch holds at once."""
    outlet, branch, head = await office.user("outlet"), await office.unit("1000"), await office.unit("0001")
    body = {"display_name": "陈网点"}
    path = f"/users/{outlet.id}"

    async def seen() -> set[str] | None:
        async with office.world.database.reading() as session:
            found = await scope_of(session, of_user(await office.user("outlet")))
        return None if found.everything else {str(unit) for unit in found.units}

    before = await seen()
    for place in (branch, head):
        await office.done("admin", "PUT", path, body | {"organisation_id": str(place.id)})
        assert await seen() == before
    await office.granted(outlet.id, roles=["intake", "handler"])
    assert await seen() is None
    await office.done("admin", "PUT", path, body | {"organisation_id": str((await office.unit("2001")).id)})
    assert await seen() == {str((await office.unit("2001")).id)}
    await office.done("admin", "PUT", path, body | {"organisation_id": str((await office.unit("3001")).id)})
    assert await seen() == {str((await office.unit("3001")).id)}


async def test_no_system_administrator_takes_over_another_administration(office: Office) -> None:
    security, audit = await office.user("security"), await office.user("audit")
    for user in (security, audit):
        refused = await office.asks("admin", "POST", f"/users/{user.id}/initial-password", read=1)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/security-resets")
    assert (await office.asks("security", "POST", f"/users/{audit.id}/initial-password", read=1)).is_success


async def test_administrators_find_users_and_none_of_them_sees_a_case(office: Office) -> None:
    unit = await office.unit("1000")
    found = (await office.reads("security", f"/users?unit={unit.id}")).json()["items"]
    assert {user["login"] for user in found} == {"branch", "outlet"}
    found = (await office.reads("audit", "/users?q=王&active=yes")).json()["items"]
    assert [user["login"] for user in found] == ["agent"]
    found = (await office.reads("audit", "/users?role=audit_admin")).json()["items"]
    assert [user["role_names"] for user in found] == [["审计管理员"]]
    first = (await office.reads("admin", "/users?limit=3")).json()
    rest = (await office.reads("admin", f"/users?limit=50&cursor={first['next']}")).json()["items"]
    assert len(first["items"]) + len(rest) == 11
    for login in ("admin", "security", "audit"):
        assert (await office.reads(login, "/cases/")).status_code == 403
    for login in ("agent", "supervisor", "curator"):
        assert (await office.reads(login, "/users")).status_code == 403


def test_rights_add_up_and_initial_passwords_are_of_all_classes() -> None:
    assert effective(["curator"], [["intake"], ["handler", "intake"]]) == ["intake", "handler", "curator"]
    assert clashes(["audit_admin"]) == []
    assert clashes(["audit_admin", "intake"]) == ["受理人", "审计管理员"]
    made = {initial_password() for _ in range(200)}
    assert len(made) == 200
    for each in made:
        assert all(re.search(one, each) for one in ("[a-z]", "[A-Z]", "[0-9]", "[^0-9A-Za-z]"))
