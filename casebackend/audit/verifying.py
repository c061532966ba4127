"""Whether every chain holds. Reads a page at a time: memory does not grow with the history."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import rules
from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.audit.service import signed

PAGE = 2_000
COLUMNS = tuple(AuditEntry.__table__.columns)


@dataclass(slots=True)
class Report:
    """`broken`: one sentence for the first bad row of each broken chain; empty when all chains hold."""

    broken: list[str]
    rows: int = 0
    chains: int = 0


@dataclass(slots=True)
class _Chain:
    name: str
    seq: int = 0
    hash: str = rules.GENESIS
    by_first_version: bool = True
    bad: str | None = None

    def take(self, key: bytes, row: Row[Any]) -> None:
        if self.bad is None:
            self.bad = self._fault(key, row)
            self.seq, self.hash = row.seq, row.hash

    def _fault(self, key: bytes, row: Row[Any]) -> str | None:
        if row.seq > self.seq + 1:
            return f"{self.name} 第 {self.seq + 1} 行缺失"
        if row.seq != self.seq + 1:
            return f"{self.name} 第 {row.seq} 行多余"
        if row.previous != self.hash or not self._linked(key, row):
            return f"{self.name} 第 {row.seq} 行被改动，或与前一行不连续"
        return None

    def _linked(self, key: bytes, row: Row[Any]) -> bool:
        """The first version did not sign the id of a row; once a chain has a row that does, all later ones do."""
        entry = signed(row)
        if row.hash == rules.link(key, self.hash, entry):
            self.by_first_version = False
            return True
        if not self.by_first_version:
            return False
        return bool(row.hash == rules.link(key, self.hash, {name: entry[name] for name in entry if name != "id"}))

    def ended(self, head: tuple[int, str] | None) -> str | None:
        if self.bad is not None or head == (self.seq, self.hash):
            return self.bad
        if head is None:
            return f"{self.name} 没有链头"
        if head[0] > self.seq:
            return f"{self.name} 第 {self.seq + 1} 行缺失：链尾被截断"
        return f"{self.name} 第 {self.seq} 行与链头不符"


async def steady(session: AsyncSession) -> None:
    """One moment for the whole reading, before the first statement. SQLite reads from a snapshot anyway."""
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def report(session: AsyncSession, key: bytes, *, chain: str | None = None) -> Report:
    """Of everything, or of one chain."""
    await steady(session)
    found = Report([])
    present: _Chain | None = None
    heads: dict[str, tuple[int, str]] = {}
    async for page in _pages(session, chain):
        heads = await _heads(session, {row.chain for row in page}) | (
            {present.name: heads[present.name]} if present is not None and present.name in heads else {}
        )
        for row in page:
            if present is None or present.name != row.chain:
                _close(found, present, heads)
                present = _Chain(row.chain)
            present.take(key, row)
        found.rows += len(page)
    _close(found, present, heads)
    found.broken += await _without_rows(session, chain)
    return found


async def verify(session: AsyncSession, key: bytes) -> list[str]:
    return (await report(session, key)).broken


def _close(found: Report, chain: _Chain | None, heads: dict[str, tuple[int, str]]) -> None:
    if chain is not None:
        found.chains += 1
        broken = chain.ended(heads.get(chain.name))
        found.broken += [broken] if broken else []


async def _pages(session: AsyncSession, chain: str | None) -> AsyncIterator[Sequence[Row[Any]]]:
    order = AuditEntry.chain, AuditEntry.seq
    query = select(*COLUMNS).order_by(*order).limit(PAGE)
    if chain is not None:
        query = query.where(AuditEntry.chain == chain)
    page = (await session.execute(query)).all()
    while page:
        yield page
        last = page[-1]
        page = (await session.execute(query.where(tuple_(*order) > (last.chain, last.seq)))).all()


async def _heads(session: AsyncSession, chains: set[str]) -> dict[str, tuple[int, str]]:
    wanted = select(AuditHead.chain, AuditHead.seq, AuditHead.hash).where(AuditHead.chain.in_(chains))
    return {chain: (seq, link) for chain, seq, link in await session.execute(wanted)}


async def _without_rows(session: AsyncSession, chain: str | None) -> list[str]:
    lone = select(AuditHead.chain).where(~exists().where(AuditEntry.chain == AuditHead.chain))
    if chain is not None:
        lone = lone.where(AuditHead.chain == chain)
    found = await session.scalars(lone.order_by(AuditHead.chain))
    return [f"{each} 第 1 行缺失：整条链被删除" for each in found]
