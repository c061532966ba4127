"""A login that has still something to do, on every route."""

from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from casebackend.access import matrix
from casebackend.access.guard import STEPS
from casebackend.access.principal import Kind, Principal
from casebackend.audit.model import AuditEntry
from casebackend.staff import service
from casebackend.staff.queries import at_work
from casebackend.staff.rules import Stage
from tests.casebackend.access.test_matrix import call, live, outcome
from tests.casebackend.staff.logins import COOKIE, browser, key, staff
from tests.world import World

STAGES = [stage for stage in Stage if stage is not Stage.FULL]


def test_each_stage_may_exactly_what_its_rows_say_on_every_route() -> None:
    rights = matrix.load()
    for stage in STAGES:
        held = Principal(Kind.PENDING, "lead", frozenset({f"pending:{stage}"}))
        opened = {name for name in rights.rows if rights.allows(held, name, method="GET", path="/api/v1/x")}
        assert opened == {name for name, row in rights.rows.items() if row & {"public", f"pending:{stage}"}}


@pytest.mark.parametrize("stage", STAGES)
async def test_the_guard_lets_it_take_its_own_next_step_and_no_other(world: World, stage: Stage) -> None:
    """Every tenth of the routes that are closed to it; a page that is closed leads to the step that is open."""
    rows, client = matrix.load().rows, browser(world)
    async with world.database.transaction() as session:
        attempt = await service.begin_attempt(session, key=key(world), login="lead", address="10.0.0.9", now=world.time)
        secret, _ = await service.open_session(
            session, attempt, replaces=None, address="10.0.0.9", now=world.time, stage=stage
        )
    client.headers.update({"Cookie": f"{COOKIE}={secret}", "X-CSRF-Token": service.csrf_token(key(world), secret)})
    routes = sorted(live(world).items())
    closed = [where for name, where in routes if not rows.get(name, frozenset()) & {"public", f"pending:{stage}"}]
    for method, path in closed[::10]:
        answer = await call(client, method, path)
        if answer.status_code == 302:
            assert answer.headers["location"] == f"{STEPS[stage]}?next={quote(path)}"
        else:
            assert outcome(answer) == "anonymous", path
    for name, where in routes:
        if f"pending:{stage}" in rows.get(name, frozenset()) and name != "console_login.leave":
            assert outcome(await call(client, *where)) == "in", name
    async with world.database.reading() as session:
        denied = select(func.count()).where(AuditEntry.event == "access.denied")
        assert await session.scalar(denied) == 0


async def test_it_is_nobody_at_work(world: World) -> None:
    """No case is given to somebody who is still at the door."""
    async with world.database.transaction() as session:
        attempt = await service.begin_attempt(
            session, key=key(world), login="agent", address="10.0.0.9", now=world.time
        )
        await service.open_session(
            session, attempt, replaces=None, address="10.0.0.9", now=world.time, stage=Stage.CODE
        )
        assert await at_work(session, "handler", now=world.time) == []
    async with await staff(world, "agent"), world.database.reading() as session:
        assert [user.login for user in await at_work(session, "handler", now=world.time)] == ["agent"]
