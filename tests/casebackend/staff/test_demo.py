"""In the demo every step that needs two administrators can be played."""

from casebackend.people.rules import DECIDER
from casebackend.staff.demo import logins, people, seed_demo
from casebackend.staff.rules import Role
from tests.casebackend.people.admins import Office
from tests.casebackend.staff.logins import staff
from tests.world import PASSWORD, World


def test_whoever_asks_or_is_concerned_has_a_colleague_who_may_decide() -> None:
    found = people(seconds=True)
    for role in (Role.SYSTEM_ADMIN, DECIDER):
        assert sum(role in person["roles"] for person in found) >= 2, role
    for name in ("login", "staff_no", "mobile"):
        assert len({person[name] for person in found}) == len(found), name
    assert set(logins()) < set(logins(seconds=True))


async def test_the_second_administrators_do_what_the_first_may_not_do_to_themselves(world: World) -> None:
    async with world.database.transaction() as session:
        await seed_demo(session, dict.fromkeys(("admin2", "security2"), PASSWORD), now=world.time)
    office = Office(world)
    admin, security = await office.user("admin"), await office.user("security")
    path = f"/users/{admin.id}/disabling"
    assert (await office.asks("admin", "POST", path, {"reason": "休假"})).status_code == 403
    assert (await office.asks("admin2", "POST", path, {"reason": "休假"})).is_success
    asked = await office.done("security", "POST", f"/users/{admin.id}/rights", {"roles": ["intake"], "reason": "转岗"})
    decision, approve = f"/rights/requests/{asked['id']}/decision", {"decision": "approve", "opinion": "同意"}
    assert (await office.asks("security", "POST", decision, approve, read=1)).status_code == 403
    assert (await office.asks("security2", "POST", decision, approve, read=1)).is_success
    assert (await office.user("admin")).roles == ["intake"]
    assert (await office.asks("admin2", "POST", f"/users/{security.id}/disabling", {"reason": "休假"})).is_success
    async with await staff(world, "security2") as other:
        assert (await other.get("/users")).status_code == 200
