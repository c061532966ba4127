from typing import Any

import httpx
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.disclosures.model import Disclosure
from casebackend.idempotency import IdempotentAnswer
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.around import holds, refused
from tests.casebackend.keys.builders import CARD
from tests.casebackend.registration.takers import ID_CARD, Counter
from tests.casebackend.staff.logins import staff
from tests.world import World

WHY = {"why": "contact", "reason": "需回电客户13800138000确认诉求"}
PLAIN = ("张三丰", "13800138000", "010-66668888", ID_CARD, CARD["value"])


async def asks(client: httpx.AsyncClient, number: str, **other: Any) -> httpx.Response:
    return await client.post(f"/api/v1/cases/{number}/disclosures", json=WHY | other)


async def test_with_a_reason_a_colleague_sees_it_once_and_it_is_written_down(world: World) -> None:
    number = (await Counter(world).sure(objects=[CARD]))["number"]
    async with await staff(world, "agent") as agent:
        for without in ({"reason": ""}, {"reason": "    "}, {"why": "curiosity"}, {"reason": "看"}):
            assert (await asks(agent, number, **without)).status_code == 422
        answer = await asks(agent, number)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        values = {(each["label"], each["value"]) for each in answer.json()["values"]}
        assert values >= {
            ("客户姓名", "张三丰"), ("联系电话", "13800138000"), ("证件号码", "110101********0011"),
            ("卡号", "622202*********0128"), ("投诉人来电号码", "010-66668888"),
        }  # fmt: skip
        assert "张三丰先生称" in answer.json()["facts"]
        assert answer.json()["expires_at"] == "2026-03-02T02:01:00Z"
        shown = (await agent.get(f"/cases/{number}")).text + (await agent.get(f"/api/v1/cases/{number}")).text
        assert not [value for value in PLAIN if value in shown]
        assert "显示完整客户资料" in shown
    async with world.database.reading() as session:
        kept = (await session.scalars(select(Disclosure))).one()
        assert (kept.why, kept.reason) == ("contact", "需回电客户[手机#1]确认诉求")
        [entry] = await session.scalars(select(AuditEntry).where(AuditEntry.event == "personal.revealed"))
        assert (entry.actor, entry.object, entry.detail["kinds"]) == (
            "staff:agent",
            number,
            ["卡号", "姓名", "手机", "证件"],
        )
        stored = str([row.detail for row in await session.scalars(select(AuditEntry))])
        stored += str([row.body for row in await session.scalars(select(IdempotentAnswer))])
        stored += str([(row.opinion, row.detail) for row in await session.scalars(select(TimelineEntry))])
        assert not [value for value in PLAIN if value in stored]
    await holds(world)


async def test_who_may_not_or_does_it_too_often_is_refused_without_a_value(world: World) -> None:
    number = (await Counter(world).sure())["number"]
    async with await staff(world, "executive") as executive, await staff(world, "outlet") as outlet:
        assert (await asks(executive, number)).status_code == 403
        assert refused(await asks(outlet, number)) == (404, "case-not-found")
        assert "显示完整客户资料" not in (await executive.get(f"/cases/{number}")).text
    for login in ("admin", "audit", "security"):
        async with await staff(world, login) as administrator:
            assert (await asks(administrator, number)).status_code == 403
    async with await staff(world, "supervisor") as supervisor:
        assert (await asks(supervisor, number)).status_code == 200
        declared = await supervisor.post(
            f"/api/v1/cases/{number}/recusals", json={"reason": "与客户是亲属"}, headers={"Idempotency-Key": "r"}
        )
        assert declared.status_code == 201, declared.text
        assert (await asks(supervisor, number)).status_code == 403
    async with await staff(world, "agent") as agent:
        for _ in range(world.settings.reveal_per_hour):
            assert (await asks(agent, number)).status_code == 200
        assert refused(await asks(agent, number)) == (429, "shown-too-often")
        world.wait(minutes=61)
    async with await staff(world, "agent") as agent:
        assert (await asks(agent, number)).status_code == 200


async def test_the_page_shows_it_in_one_answer_and_takes_it_away_again(world: World) -> None:
    number = (await Counter(world).sure())["number"]
    async with await staff(world, "agent") as agent:
        answer = await agent.post(f"/cases/{number}/reveal", data=WHY, headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.text
        assert "13800138000" in answer.text
        assert 'hx-trigger="load delay:60s"' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        again = await agent.get(f"/cases/{number}/reveal", headers={"HX-Request": "true"})
        assert "13800138000" not in again.text
        assert 'name="reason"' in again.text
        empty = await agent.post(f"/cases/{number}/reveal", data={"why": "contact"}, headers={"HX-Request": "true"})
        assert (empty.status_code, "13800138000" in empty.text) == (422, False)
        whole = await agent.post(f"/cases/{number}/reveal", data=WHY)
        assert "<html" in whole.text
