"""What the watch sees: how many, how old, how late. Nobody's name."""

from datetime import timedelta

import httpx

from casebackend.backups import service as backups
from casebackend.metrics.registry import MEANING
from tests.casebackend.cases.builders import filed
from tests.casebackend.staff.logins import staff
from tests.casebackend.tokens.test_tokens import issued, system
from tests.world import World


async def watch(world: World) -> httpx.AsyncClient:
    return system(world, str((await issued(world, "metrics", name="watch", days=365))["token"]))


async def seen(client: httpx.AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def test_the_watch_sees_what_waits_and_how_long(world: World) -> None:
    await filed(world)
    await world.says("我叫王小花，手机13800138000，还没有人联系我")
    world.wait(hours=1)
    client = await watch(world)
    found = await seen(client)
    assert found["tingsu_inbox_depth"] >= 1
    assert found["tingsu_inbox_oldest_seconds"] == 3600
    assert found["tingsu_clocks_overdue"] == 0
    assert found["tingsu_outbox_dead"] == 0
    assert found["tingsu_backup_age_seconds"] == -1
    assert found["tingsu_ready"] == 0
    assert found['tingsu_requests_total{method="POST",route="conversations.receive",status="201"}'] >= 1
    assert 0 < found["tingsu_disk_free_ratio"] < 1
    backups.noted(world.settings, world.settings.var_dir, world.time - timedelta(hours=3))
    world.wait(days=90)
    found = await seen(client)
    assert found["tingsu_backup_age_seconds"] == timedelta(days=90, hours=3).total_seconds()
    assert found["tingsu_clocks_overdue"] >= 1
    assert found["tingsu_timer_oldest_seconds"] > 0


async def test_no_label_tells_who(world: World) -> None:
    case = await filed(world)
    async with await staff(world, "agent") as agent:
        await agent.get(f"/cases/{case.number}")
    text = (await (await watch(world)).get("/metrics")).text
    assert case.number not in text
    assert "agent" not in text
    assert all(f"tingsu_{name}" in text for name in MEANING)


async def test_the_numbers_are_not_for_everybody(world: World) -> None:
    async with await staff(world, "agent") as agent:
        assert (await agent.get("/metrics")).status_code == 403
    async with world.client() as stranger:
        assert (await stranger.get("/metrics")).headers["location"].startswith("/login")
