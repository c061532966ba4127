"""`python -m casebackend outbox list` and `outbox retry [TOPIC|ID]`: effects that were given up. docs/operations.md."""

from datetime import datetime

from casebackend.audit import service as audit
from casebackend.database import Database
from casebackend.outbox import queries, service


async def listed(database: Database, wanted: str | None) -> int:
    """0 when nothing was given up."""
    async with database.transaction() as session:
        found = await queries.dead(session, wanted)
        for each in found:
            print(f"{each.id} {each.topic} {each.created_at.isoformat()} 尝试 {each.attempts} 次 {each.error or ''}")
    print(f"共 {len(found)} 条未能执行" if found else "没有未能执行的后续处理")
    return 1 if found else 0


async def retry(database: Database, wanted: str | None, *, now: datetime) -> int:
    """All of it, those of a topic, or one; the worker carries them out within seconds."""
    async with database.transaction() as session:
        found = await queries.dead(session, wanted)
        await service.revive(session, found, now=now)
        for each in found:
            await audit.record(
                session, chain="outbox", event="outbox.revived", actor="service:operator", object=str(each.id),
                now=now, detail={"topic": each.topic, "error": each.error},
            )  # fmt: skip
    print(f"已重新排队 {len(found)} 条" if found else "没有符合条件的记录，请用 outbox list 查看")
    return 0 if found or wanted is None else 1
