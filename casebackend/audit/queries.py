"""The audit as an auditor reads it: newest first, by period, actor, event and object."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit.model import AuditEntry, AuditHead
from casebackend.paging import beyond, count, cursor_of, moment, read_cursor

SHANGHAI = ZoneInfo("Asia/Shanghai")
PERIOD = timedelta(days=7)
# What one request wrote has one moment: the place in its chain tells what came first.
ORDER: tuple[Any, ...] = (AuditEntry.at, AuditEntry.seq, AuditEntry.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Days of Asia/Shanghai, both included. `object`: exactly, or the number or id of a case: then all of its chain.
    `role`: one of those the actor had."""

    since: date
    until: date
    actor: str = ""
    event: str = ""
    object: str = ""
    address: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    entries: Sequence[AuditEntry]
    next: str | None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


async def chain_of(session: AsyncSession, reference: str) -> str | None:
    """The chain of the case that is meant, by number or id, or of whatever has this name."""
    if not reference:
        return None
    names = {reference, f"case:{reference.lower()}"}
    known = await session.scalar(select(AuditHead.chain).where(AuditHead.chain.in_(names)))
    if known is None:
        of_case = select(AuditEntry.chain).where(AuditEntry.object == reference.upper())
        known = await session.scalar(of_case.where(AuditEntry.chain.startswith("case:")).limit(1))
    found: str | None = known
    return found


def conditions(wanted: Wanted, chain: str | None) -> list[ColumnElement[bool]]:
    """`chain`: of what `object` names, if it has one."""
    found: list[ColumnElement[bool]] = []
    if wanted.object:
        same = AuditEntry.object.in_({wanted.object, wanted.object.upper(), *({chain} if chain else ())})
        found.append(or_(same, AuditEntry.chain == chain) if chain else same)
    else:
        found.append(AuditEntry.at >= _midnight(wanted.since))
        found.append(AuditEntry.at < _midnight(wanted.until) + timedelta(days=1))
    if wanted.actor:
        who = wanted.actor if ":" in wanted.actor else f"staff:{wanted.actor}"
        found.append(AuditEntry.actor == who)
    if wanted.event:
        found.append(AuditEntry.event.startswith(wanted.event, autoescape=True))
    if wanted.address:
        found.append(AuditEntry.address == wanted.address)
    if wanted.role:
        held = literal(",").concat(AuditEntry.roles).concat(",")
        found.append(held.contains(f",{wanted.role},", autoescape=True))
    return found


async def entries(session: AsyncSession, wanted: Wanted, *, chain: str | None, cursor: str | None, limit: int) -> Found:
    query = select(AuditEntry).where(*conditions(wanted, chain))
    if cursor:
        query = query.where(beyond(ORDER, read_cursor(cursor, [moment, count, UUID]), descending=True))
    rows = (await session.scalars(query.order_by(*(each.desc() for each in ORDER)).limit(limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Found(rows[:limit], cursor_of([last.at, last.seq, last.id]) if last else None)


async def latest(session: AsyncSession, chain: str) -> AuditEntry | None:
    found: AuditEntry | None = await session.scalar(
        select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq.desc()).limit(1)
    )
    return found
