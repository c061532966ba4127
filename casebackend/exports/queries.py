"""Exports as those see them who may: the asker his own, an approver those of the units that he sees."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind as Who
from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.exports import ExportView
from casebackend.cases.choices import CHANNELS
from casebackend.customers import service as customers
from casebackend.exports import rules, words
from casebackend.exports.model import Export
from casebackend.exports.rules import STATE_LABELS, Limits, State
from casebackend.exports.selection import LISTED, SUPERVISED
from casebackend.paging import cursor_of, read_cursor
from casebackend.policies.service import values_in_force
from casebackend.reports.rules import BY_LABELS, COMPARABLE

TABLE, QUERY, KEY = "exports", "query_enc", "key_enc"
CHAIN = "exports"
EXTRA = {
    "queue": {str(each): label for each, label in LISTED.items()},
    "by": {str(each): label for each, label in BY_LABELS.items()} | COMPARABLE,
    "channel": CHANNELS,
    "state": SUPERVISED,
}


class Box(StrEnum):
    """What one asked for oneself; what waits for one's decision; what one has decided."""

    MINE = "mine"
    WAITING = "waiting"
    DECIDED = "decided"


async def limits(session: AsyncSession, now: datetime) -> Limits:
    return rules.limits(await values_in_force(session, now))


async def _of_others(session: AsyncSession, principal: Principal, now: datetime) -> ColumnElement[bool]:
    """An approver sees those of the units in his scope; a system that watches exports sees all of them."""
    if principal.kind is Who.SERVICE:
        return true()
    if not principal.roles & (await limits(session, now)).approvers:
        return false()
    scope = await scope_of(session, principal)
    return scope.condition(Export.root_unit_id)


async def visible(session: AsyncSession, principal: Principal, *, now: datetime) -> ColumnElement[bool]:
    others = and_(Export.approval.is_(True), await _of_others(session, principal, now))
    if principal.kind is Who.SERVICE:
        return true()
    return or_(Export.user_id == principal.user_id, others)


async def page(
    session: AsyncSession, principal: Principal, box: Box, *, now: datetime, cursor: str | None, limit: int
) -> tuple[Sequence[Export], str | None]:
    """Newest first. To a system every box holds everything."""
    query = select(Export).where(await visible(session, principal, now=now))
    if principal.kind is not Who.SERVICE:
        query = query.where(_in(box, principal))
    if cursor:
        query = query.where(Export.number < read_cursor(cursor, [str])[0])
    found = (await session.scalars(query.order_by(Export.number.desc()).limit(limit + 1))).all()
    return found[:limit], cursor_of([found[limit - 1].number]) if len(found) > limit else None


def _in(box: Box, principal: Principal) -> ColumnElement[bool]:
    match box:
        case Box.MINE:
            return Export.user_id == principal.user_id
        case Box.WAITING:
            return and_(Export.state == State.WAITING, Export.user_id != principal.user_id)
        case Box.DECIDED:
            return Export.decided_by == principal.user_id


async def waiting_count(session: AsyncSession, principal: Principal, *, now: datetime) -> int:
    if not principal.roles & (await limits(session, now)).approvers:
        return 0
    where = (await visible(session, principal, now=now), _in(Box.WAITING, principal))
    return int(await session.scalar(select(func.count()).select_from(Export).where(*where)) or 0)


async def views(
    session: AsyncSession, found: Sequence[Export], principal: Principal, *, now: datetime
) -> list[ExportView]:
    approvers = (await limits(session, now)).approvers
    return [await _view(session, each, principal, approvers, now) for each in found]


async def _view(
    session: AsyncSession, export: Export, principal: Principal, approvers: frozenset[str], now: datetime
) -> ExportView:
    mine = export.user_id == principal.user_id
    state = State(export.state)
    if state in (State.READY, State.WAITING) and export.expires_at <= now:
        state = State.EXPIRED
    given = {name: getattr(export, name) for name in ExportView.model_fields if hasattr(export, name)}
    return ExportView(
        **given
        | {
            "state": state,
            "state_label": STATE_LABELS[state],
            "filter": await words.for_people(session, pairs_of(session, export), EXTRA),
            "note": rules.outgrown(export.rows, export.matched) if export.matched is not None else None,
            "asked_by": export.user_name,
            "decided_by": export.decided_by_name,
            "may_decide": state is State.WAITING and not mine and bool(principal.roles & approvers),
            "may_withdraw": mine and state in rules.OPEN,
            "may_download": mine and state is State.READY,
        }
    )


def query_of(session: AsyncSession, export: Export) -> str:
    return customers.vault(session).open(TABLE, QUERY, export.id, export.query_enc)


def pairs_of(session: AsyncSession, export: Export) -> list[tuple[str, str]]:
    return parse_qsl(query_of(session, export))


async def asked_today(session: AsyncSession, user_id: UUID, now: datetime) -> tuple[int, int]:
    """How many exports a person asked for today, and how many rows he took without approval."""
    first, after = rules.day_of(now)
    free = func.coalesce(func.sum(Export.rows).filter(Export.approval.is_(False)), 0)
    where = (Export.user_id == user_id, Export.asked_at >= first, Export.asked_at < after)
    count, rows = (await session.execute(select(func.count(), free).where(*where))).one()
    return int(count), int(rows)
