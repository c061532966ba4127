"""Everybody who works on a case may correct its classification; each correction is signed (全员参与)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import Classify
from casebackend.cases import fields, guards, steering
from casebackend.cases.filing import written
from casebackend.cases.model import Case, CaseChange, CaseParticipant
from casebackend.cases.rules import APPROVER, AUDITOR, IN_PROCESS, MANAGER, REVIEWER, Status
from casebackend.cases.service import hold
from casebackend.errors import Conflict, Forbidden
from casebackend.timeline.rules import Kind

DECIDING = frozenset({REVIEWER, AUDITOR, APPROVER, MANAGER})
AXES = fields.CLASSIFICATION


class NotOpen(Conflict):
    slug, title = "case-not-open", "投诉已办结"

    def __init__(self) -> None:
        super().__init__("只有处理中的投诉可以调整分类")


class NotTakingPart(Forbidden):
    slug, title = "not-taking-part", "您没有参与这件投诉"

    def __init__(self) -> None:
        super().__init__("只有经办过该投诉的人员、承办单位人员和审核人员可以调整分类")


class NothingChanged(Conflict):
    slug, title = "nothing-changed", "分类没有变化"

    def __init__(self) -> None:
        super().__init__("请选择与现在不同的分类")


async def takes_part(session: AsyncSession, case: Case, principal: Principal) -> bool:
    if principal.roles & DECIDING or case.handler_id == principal.user_id:
        return True
    units = {case.handling_unit_id, case.receiving_unit_id, case.responsible_unit_id} - {None}
    if principal.organisation_id in units:
        return True
    return await session.get(CaseParticipant, (case.id, principal.user_id)) is not None


async def classify(
    session: AsyncSession, case_id: UUID, command: Classify, *, version: int | None, principal: Principal, now: datetime
) -> Case:
    case = await hold(session, case_id)
    guards.require_version(case, version)
    if Status(case.status) not in IN_PROCESS:
        raise NotOpen
    if not await takes_part(session, case, principal):
        raise NotTakingPart
    await steering.require(session, case, principal)
    await guards.require_terms(session, command)
    wanted = command.model_dump(exclude={"reason"}, exclude_none=True)
    reason = await fields.protected(session, case, command.reason)
    before = fields.take(case, wanted, by_person=True)
    if not before:
        raise NothingChanged
    if case.coded_by is not None:
        case.coded_by = principal.user_id
    session.add_all(fields.signed(case, before, principal, reason=reason, now=now))
    await session.flush()
    detail: dict[str, object] = {name: getattr(case, name) for name in before}
    await written(
        session, case, Kind.CLASSIFIED, principal, now=now, opinion=reason, detail={"fields": sorted(before)} | detail,
        fields=before,
    )  # fmt: skip
    return case


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two coders of the same cases. `kappa` (Cohen) takes off what agrees by chance; None where that is all."""

    cases: int
    agreed: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        return self.agreed / self.cases if self.cases else None


def agreement(pairs: Collection[tuple[str, str]]) -> Agreement:
    count = len(pairs)
    agreed = sum(first == last for first, last in pairs)
    if not count:
        return Agreement(0, 0, None)
    terms = {term for pair in pairs for term in pair}
    by_chance = sum(
        sum(first == term for first, _ in pairs) * sum(last == term for _, last in pairs) for term in terms
    ) / (count * count)
    kappa = None if by_chance == 1 else (agreed / count - by_chance) / (1 - by_chance)
    return Agreement(count, agreed, kappa)


async def intercoder(session: AsyncSession, *conditions: ColumnElement[bool]) -> dict[str, Agreement]:
    """For each axis: what the handler had judged against what the final coder signed, over cases that two persons
    coded. `conditions` on Case choose the period, the unit and the scope."""
    columns: list[Any] = [getattr(Case, axis) for axis in AXES]
    rows = await session.execute(
        select(Case.id, Case.judged_at, *columns).where(
            Case.coded_by.is_not(None), Case.judged_by.is_not(None), Case.coded_by != Case.judged_by, *conditions
        )
    )
    cases: Sequence[Any] = rows.all()
    changes = await _changes(session, *conditions)
    pairs: dict[str, list[tuple[str, str]]] = {axis: [] for axis in AXES}
    for case_id, judged_at, *final in cases:
        for axis, last in zip(AXES, final, strict=True):
            later = [before for at, before in changes.get((case_id, axis), []) if at > judged_at]
            pairs[axis].append((later[0] if later else last, last))
    return {axis: agreement(found) for axis, found in pairs.items()}


async def _changes(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> dict[tuple[UUID, str], list[tuple[datetime, str]]]:
    """Oldest first, by case and axis: when, and what stood there before."""
    rows = await session.execute(
        select(CaseChange.case_id, CaseChange.field, CaseChange.at, CaseChange.before)
        .join(Case, Case.id == CaseChange.case_id)
        .where(CaseChange.field.in_(AXES), Case.coded_by.is_not(None), *conditions)
        .order_by(CaseChange.at)
    )
    found: dict[tuple[UUID, str], list[tuple[datetime, str]]] = {}
    for case_id, axis, at, before in rows:
        found.setdefault((case_id, axis), []).append((at, before or ""))
    return found
