from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.extensions import ExtensionView, MaterialView, TimeOfCase
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.extensions import lapsing, materials, postponing, rights, rules, service, telling
from casebackend.extensions.model import Extension, Material
from casebackend.extensions.rules import State
from casebackend.organisations.queries import tree
from casebackend.paging import beyond, cursor_of, moment, read_cursor
from casebackend.staff.queries import names

PAGE = 50


async def of_case(session: AsyncSession, case: Case, principal: Principal) -> TimeOfCase:
    extensions = await session.execute(
        select(Extension, Case)
        .join(Case, Case.id == Extension.case_id)
        .where(Extension.case_id == case.id)
        .order_by(Extension.requested_at)
    )
    brought = await session.scalars(select(Material).where(Material.case_id == case.id).order_by(Material.stored_at))
    held = await service.extensible(session, case)
    asks = await rights.may_ask(session, case, principal)
    views = await extension_views(session, [(each, of) for each, of in extensions], principal)
    waiting = any(view.state == State.REQUESTED for view in views)
    level = rules.next_level(held.kind) if held is not None and asks and not waiting else None
    return TimeOfCase(
        number=case.number,
        expected_back_on=case.expected_back_on,
        may_expect=await postponing.may_expect(session, case, principal),
        may_ask=level.value if level else None,
        extensions=views,
        materials=await material_views(session, case, brought.all(), principal),
    )


async def extension_views(
    session: AsyncSession, found: Sequence[tuple[Extension, Case]], principal: Principal
) -> list[ExtensionView]:
    people = await names(session, [each.requested_by for each, _ in found] + [each.decided_by for each, _ in found])
    masks = await customers.masks(session, {case.conversation_id for _, case in found})
    units = (await tree(session)).units
    views = []
    for each, case in found:
        mask = masks.get(case.conversation_id, {})
        open_ = each.state == State.REQUESTED and await lapsing.stands(session, each)
        unit = units.get(case.handling_unit_id or case.unit_id or UUID(int=0))
        opinion = customers.rendered(each.decision_opinion, mask) if each.decision_opinion else None
        views.append(
            ExtensionView(
                **{name: getattr(each, name) for name in SAME},
                number=case.number,
                unit=unit.short_name if unit else None,
                level_label=rules.LEVEL_LABELS[rules.Level(each.level)],
                reason=customers.rendered(each.reason, mask),
                state_label=rules.STATE_LABELS[State(each.state)],
                requested_by=people.get(each.requested_by, ""),
                decided_by=people.get(each.decided_by) if each.decided_by else None,
                decision_opinion=opinion,
                may_decide=open_ and await rights.may_approve(session, case, each, principal),
                may_withdraw=open_ and principal.user_id == each.requested_by,
                may_tell=telling.is_untold(each) and rights.may_tell(case, principal),
            )
        )
    return views


SAME = (
    "id", "case_id", "level", "former_due_on", "new_due_on", "state", "requested_at", "decided_at", "notified_at",
    "told_by", "version",
)  # fmt: skip


async def material_views(
    session: AsyncSession, case: Case, found: Sequence[Material], principal: Principal
) -> list[MaterialView]:
    people = await names(session, [each.stored_by for each in found] + [each.decided_by for each in found])
    mask = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    merged = {each.from_case_id for each in found} - {None}
    numbers = {
        identity: number
        for identity, number in await session.execute(select(Case.id, Case.number).where(Case.id.in_(merged)))
    } if merged else {}  # fmt: skip
    same = (
        "id",
        "case_id",
        "received_at",
        "is_new_fact",
        "state",
        "stored_at",
        "decided_at",
        "former_due_on",
        "new_due_on",
        "notified_at",
        "told_by",
        "version",
    )
    return [
        MaterialView(
            **{name: getattr(each, name) for name in same},
            number=case.number,
            from_number=numbers.get(each.from_case_id) if each.from_case_id else None,
            text=customers.rendered(each.text, mask),
            state_label=rules.MATERIAL_LABELS[rules.MaterialState(each.state)],
            stored_by=people.get(each.stored_by, ""),
            decided_by=people.get(each.decided_by) if each.decided_by else None,
            decision_opinion=customers.rendered(each.decision_opinion, mask) if each.decision_opinion else None,
            may_decide=each.state == rules.MaterialState.ASKED and materials.may_confirm(each, principal),
            may_tell=telling.is_untold(each) and rights.may_tell(case, principal),
        )
        for each in found
    ]


async def page(
    session: AsyncSession,
    principal: Principal,
    *,
    state: State | None = None,
    unit_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> tuple[list[tuple[Extension, Case]], str | None]:
    """Newest first."""
    query = (await cases.scoped(session, principal, Extension, Case)).join(Extension, Extension.case_id == Case.id)
    if state is not None:
        query = query.where(Extension.state == state)
    if unit_id is not None:
        query = query.where(func.coalesce(Case.handling_unit_id, Case.unit_id) == unit_id)
    order: Any = (Extension.requested_at, Extension.id)
    if cursor:
        query = query.where(beyond(order, read_cursor(cursor, (moment, UUID)), descending=True))
    rows = await session.execute(query.order_by(*(each.desc() for each in order)).limit(limit + 1))
    found = [(extension, case) for extension, case in rows]
    last = found[limit - 1][0] if len(found) > limit else None
    return found[:limit], cursor_of([last.requested_at.isoformat(), last.id]) if last else None


async def extended_by_unit(session: AsyncSession, principal: Principal) -> list[tuple[UUID | None, str, int]]:
    """已延期 cases of each unit that handles them, as the list of cases counts them: id, name, how many."""
    query = await cases.scoped(session, principal, Case.handling_unit_id, func.count())
    rows = await session.execute(query.where(Case.extension_level > 0).group_by(Case.handling_unit_id))
    units = (await tree(session)).units
    found = [(id, units[id].name if id in units else "未分派", int(count)) for id, count in rows]
    return sorted(found, key=lambda row: (-row[2], row[1]))
