from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import origin, rules
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.failpoints import failpoint


def signed(entry: AuditEntry | Row[Any]) -> dict[str, object]:
    """Every column; `previous` and `hash` are of the link itself. What was written outside a request, or before
    address and roles were kept, is signed without them."""
    sent = {name: value for name in ("address", "roles") if (value := getattr(entry, name)) is not None}
    return sent | {
        "id": str(entry.id),
        "chain": entry.chain,
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "event": entry.event,
        "object": entry.object,
        "detail": entry.detail,
    }


async def _head(session: AsyncSession, chain: str) -> AuditHead:
    """The end of the chain, locked. Two who begin a chain at once must not begin it twice."""
    held = select(AuditHead).where(AuditHead.chain == chain).with_for_update().execution_options(populate_existing=True)
    head: AuditHead | None = await session.scalar(held)
    if head is None:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        first = dialect.insert(AuditHead).values(chain=chain, seq=0, hash=rules.GENESIS)
        await session.execute(first.on_conflict_do_nothing())
        head = (await session.scalars(held)).one()
    return head


async def record(
    session: AsyncSession,
    *,
    chain: str,
    event: str,
    actor: str,
    object: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Appends one link to its chain within the caller's transaction."""
    await failpoint("audit.before_append")
    head = await _head(session, chain)
    entry = AuditEntry(
        id=uuid4(),
        chain=chain,
        seq=head.seq + 1,
        at=now,
        actor=actor,
        event=event,
        object=object,
        detail=dict(detail or {}),
        address=origin.present().address,
        roles=origin.present().roles,
        previous=head.hash,
    )
    entry.hash = rules.link(session.info["audit_key"], head.hash, signed(entry))
    head.seq, head.hash = entry.seq, entry.hash
    session.add(entry)
    await session.flush()


async def begin(
    session: AsyncSession,
    *,
    chain: str,
    event: str,
    actor: str,
    object: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> list[AuditEntry | AuditHead]:
    """The first link of a chain that cannot be there yet, for `insert_rows`: nothing is asked."""
    await failpoint("audit.before_append")
    entry = AuditEntry(
        id=uuid4(),
        chain=chain,
        seq=1,
        at=now,
        actor=actor,
        event=event,
        object=object,
        detail=dict(detail or {}),
        address=origin.present().address,
        roles=origin.present().roles,
        previous=rules.GENESIS,
    )
    entry.hash = rules.link(session.info["audit_key"], rules.GENESIS, signed(entry))
    return [entry, AuditHead(chain=chain, seq=1, hash=entry.hash)]
