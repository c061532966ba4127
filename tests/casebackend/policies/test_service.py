from datetime import date, timedelta
from uuid import uuid4

from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.policies import service
from tests.casebackend.staff.logins import staff
from tests.world import World

TODAY = date(2026, 3, 2)


def change(code: str, value: str, day: date = TODAY) -> dict[str, str]:
    return {"code": code, "value": value, "effective_from": day.isoformat(), "source": "信息安全会议纪要"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def test_the_security_administrator_changes_a_parameter_and_it_holds_from_its_day(world: World) -> None:
    async with await staff(world, "security") as client:
        for value, day in (("8", TODAY), ("9", TODAY + timedelta(days=3))):
            body = change("login.tries", value, day)
            response = await client.post("/api/v1/security-parameters", json=body, headers=key())
            assert response.status_code == 201, response.text
        async with world.database.reading() as session:
            assert (await service.in_force(session, world.time)).tries == 8
            assert (await service.in_force(session, world.time + timedelta(days=3))).tries == 9
            entry = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "security.changed"))).all()
        assert [(each.actor, each.object, each.detail["value"]) for each in entry] == [
            ("staff:security", "login.tries", "8"),
            ("staff:security", "login.tries", "9"),
        ]
        listed = (await client.get("/api/v1/security-parameters?limit=200")).json()["items"]
        assert [row["value"] for row in listed if row["code"] == "login.tries"] == ["9", "8", "5"]
        page = await client.get("/security")
        assert "信息安全会议纪要" in page.text
        assert "将生效" in page.text


async def test_of_two_changes_on_one_day_the_later_holds(world: World) -> None:
    async with await staff(world, "security") as client:
        for value in ("6", "7"):
            world.wait(seconds=1)
            form = change("login.tries", value)
            assert (await client.post("/security", data=form)).status_code == 303
    async with world.database.reading() as session:
        assert (await service.in_force(session, world.time)).tries == 7


async def test_what_is_unknown_out_of_bounds_or_of_yesterday_is_refused(world: World) -> None:
    async with await staff(world, "security") as client:
        for body, problem in (
            (change("no.such", "1"), "/problems/security-parameter-unknown"),
            (change("login.tries", "0"), "/problems/security-parameter-wrong"),
            (change("totp.roles", "nobody"), "/problems/security-parameter-wrong"),
            (change("login.tries", "6", TODAY - timedelta(days=1)), "/problems/security-parameter-wrong"),
        ):
            response = await client.post("/api/v1/security-parameters", json=body, headers=key())
            assert response.json()["type"] == problem
    for other in ("admin", "audit", "agent"):
        async with await staff(world, other) as client:
            body = change("login.tries", "6")
            assert (await client.post("/api/v1/security-parameters", json=body, headers=key())).status_code == 403


async def test_a_new_start_keeps_what_was_changed(world: World) -> None:
    async with await staff(world, "security") as client:
        await client.post("/security", data=change("login.tries", "9"))
    async with world.database.transaction() as session:
        await service.seed(session, now=world.time)
    async with world.database.reading() as session:
        assert (await service.in_force(session, world.time)).tries == 9
        assert len(await service.all_rows(session)) == len(service.initial()) + 2
