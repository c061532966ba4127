"""Links of many chains at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import origin, rules
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.audit.service import signed
from casebackend.failpoints import failpoint


@dataclass(frozen=True, slots=True)
class Link:
    chain: str
    event: str
    actor: str
    object: str
    detail: Mapping[str, Any] = field(default_factory=dict)


async def continued(session: AsyncSession, links: Sequence[Link], *, now: datetime) -> list[AuditEntry | AuditHead]:
    """The next links of many chains, for `bulk.write_rows`, which is to replace the heads. All are locked, in order.
    Two who begin a chain at once meet in the unique number of its first link."""
    ends = await _ends(session, {link.chain for link in links})
    entries: list[AuditEntry | AuditHead] = []
    for link in links:
        await failpoint("audit.before_append")
        seq, previous = ends.get(link.chain, (0, rules.GENESIS))
        entry = AuditEntry(
            id=uuid4(),
            chain=link.chain,
            seq=seq + 1,
            at=now,
            actor=link.actor,
            event=link.event,
            object=link.object,
            detail=dict(link.detail),
            address=origin.present().address,
            roles=origin.present().roles,
            previous=previous,
        )
        entry.hash = rules.link(session.info["audit_key"], previous, signed(entry))
        ends[link.chain] = (entry.seq, entry.hash)
        entries.append(entry)
    return entries + [AuditHead(chain=chain, seq=seq, hash=hash) for chain, (seq, hash) in ends.items()]


async def _ends(session: AsyncSession, chains: set[str]) -> dict[str, tuple[int, str]]:
    head = AuditHead
    query = select(head.chain, head.seq, head.hash).where(head.chain.in_(chains)).order_by(head.chain).with_for_update()
    return {chain: (seq, hash) for chain, seq, hash in await session.execute(query)}
