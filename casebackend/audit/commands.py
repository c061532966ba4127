"""`python -m casebackend audit verify` and `audit anchor`: what an operator runs each night. See docs/audit.md."""

from datetime import UTC, datetime
from pathlib import Path

from casebackend.audit import anchors, service, verifying
from casebackend.database import Database

CHAIN, VERIFIED = "anchors.verified", "audit.verified"


async def verify(database: Database, folder: Path) -> int:
    """Names the first bad row of each broken chain, and what the anchors know besides. The result is kept."""
    now = datetime.now(UTC)
    async with database.reading() as session:
        found = await verifying.report(session, session.info["audit_key"])
        broken = found.broken + [each for each in await anchors.check(session, folder) if each not in found.broken]
    detail = {"rows": found.rows, "chains": found.chains, "broken": len(broken), "first": broken[0] if broken else None}
    async with database.transaction() as session:
        await service.record(
            session, chain=CHAIN, event=VERIFIED, actor="service:operator", object="audit", now=now, detail=detail
        )
    print("\n".join(broken) if broken else f"一切正常：{found.chains} 条链，{found.rows} 行")
    return 1 if broken else 0


async def anchor(database: Database, folder: Path) -> int:
    """Writes the next anchor now and says where; the worker does the same once a day."""
    path = await anchors.write(database, folder, now=datetime.now(UTC))
    async with database.reading() as session:
        key = anchors.public_key(session.info["audit_key"])
    print(f"已写入 {path.name}；验证公钥 {key}")
    return 0
