"""Which unit a case should be dispatched to: at most two, each with its reason. The dispatcher decides."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.placing import territorial_unit
from casebackend.cases.rules import Move
from casebackend.dictionaries.rules import UNCLASSIFIED
from casebackend.grading.model import CaseHint
from casebackend.grading.queries import UNIT
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import TO_UNIT
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Tree
from casebackend.timeline.model import TimelineEntry

MOST = 2
# Of the cases of its class so many of the newest tell who has handled the like.
LIKE = 200
NAME = 80


@dataclass(frozen=True, slots=True)
class Proposal:
    unit_id: UUID
    name: str
    why: str


def chosen(ordered: Iterable[tuple[UUID | None, str]], units: Tree, gave_back: frozenset[UUID]) -> list[Proposal]:
    """The first ones in order, each unit once; whoever gave the case back comes after the others."""
    found: dict[UUID, str] = {}
    for unit_id, why in ordered:
        if unit_id is not None and unit_id in units.units:
            found.setdefault(unit_id, why)
    last = [unit_id for unit_id in found if unit_id in gave_back]
    every = [unit_id for unit_id in found if unit_id not in gave_back] + last
    return [
        Proposal(each, units.units[each].name, found[each] + ("，曾退回本件" if each in gave_back else ""))
        for each in every[:MOST]
    ]


async def proposals(session: AsyncSession, case: Case) -> list[Proposal]:
    """By territory first, then who answers for it, who has handled the like, and who stands above."""
    known = await tree(session)
    rule = await territorial_unit(session, case.unit_id, local_date(case.received_at), matter=case.matter_type)
    about = known.units.get(case.unit_id) if case.unit_id else None
    matter = catalogue().matters[case.matter_type]
    why = "被投诉机构，属地受理"
    if matter.to not in (None, TO_UNIT):
        why = f"“{matter.label}”由其统一办理"
    elif about is not None and rule != about.id:
        why = f"{about.short_name}的上级机构，属地受理"
    ordered: list[tuple[UUID | None, str]] = [(rule, why), (case.responsible_unit_id, "登记的责任机构")]
    if case.category_b != UNCLASSIFIED:
        for unit_id, count in (await _like(session, case)).most_common(MOST + 1):
            ordered.append((unit_id, f"近期办理过{count}件“{case.category_b}”投诉"))
    ordered += [(unit.id, f"{known.units[rule].short_name}的上级机构") for unit in known.above(rule)[1:2] if rule]
    return chosen(ordered, known.open(), await _gave_back(session, case))


async def _like(session: AsyncSession, case: Case) -> Counter[UUID]:
    newest = (
        select(Case.handling_unit_id)
        .where(Case.category_b == case.category_b, Case.id != case.id, Case.handler_id.is_not(None))
        .order_by(Case.received_at.desc())
        .limit(LIKE)
        .subquery()
    )
    rows = await session.execute(select(newest.c.handling_unit_id, func.count()).group_by(newest.c.handling_unit_id))
    return Counter({unit_id: count for unit_id, count in sorted(rows, key=str) if unit_id is not None})


async def _gave_back(session: AsyncSession, case: Case) -> frozenset[UUID]:
    """The line of the history stands under the unit that the case lay with."""
    query = select(TimelineEntry.unit_id).where(
        TimelineEntry.case_id == case.id, TimelineEntry.move == Move.SEND_BACK, TimelineEntry.unit_id.is_not(None)
    )
    return frozenset(unit_id for unit_id in await session.scalars(query) if unit_id is not None)


async def counted(session: AsyncSession, case: Case, given: UUID | None, *, user_id: UUID | None, now: datetime) -> str:
    """Keeps what was proposed for this dispatch, and whether it was taken; in a word, for the history."""
    made = await proposals(session, case)
    for rank, each in enumerate(made, start=1):
        hint = CaseHint(
            case_id=case.id, field=UNIT, rank=rank, name=each.name[:NAME], score=None, words=[each.why], made_at=now
        )  # fmt: skip
        if each.unit_id == given:
            hint.accepted_at, hint.accepted_by = now, user_id
        session.add(hint)
    taken = [each.unit_id for each in made]
    if not taken:
        return "none"
    return ("first", "second")[taken.index(given)] if given in taken else "other"
