"""Who is told at once: head office of what is grave, the union of praise."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.notices.service import Word, notify
from casebackend.organisations.queries import tree
from casebackend.staff.queries import of_unit, with_role
from casebackend.staff.rules import Role

TOLD = (Role.COMPLAINT_MANAGER, Role.EXECUTIVE)


async def on_major(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """重大消费投诉: the complaint managers and executives of head office, whatever the hour."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    severity = str(payload["severity"])
    people = [user for role in TOLD for user in await with_role(session, role)]
    head_office = [user for user in people if await is_head_office(session, user.organisation_id)]
    to = await hearers.seeing(session, case, head_office, now=now) or head_office
    values = {"number": case.number, "severity": severity, "reason": _reason(case), "size": case.group_size}
    word = _word(case, "major", severity, "staff_major", values, at_once=True)
    await notify(session, word, to=to, unit_id=case.unit_id, now=now)


def _reason(case: Case) -> str:
    """What a colleague wrote as reason stays in the case: it may be personal."""
    return case.severity_reason.partition("：")[0]


async def on_praised(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """The unit of the person hears it, and the union."""
    case = await session.get_one(Case, UUID(payload["case_id"]))
    union = UUID(payload["unit_id"]) if payload.get("unit_id") else None
    units = (await tree(session)).units
    named = units[case.unit_id].name if case.unit_id in units else "本行"
    values = {"number": case.number, "unit": named}
    if union is not None:
        word = _word(case, "praised", "union", "staff_praised", values)
        to = await hearers.seeing(session, case, await of_unit(session, union), now=now)
        await notify(session, word, to=to, unit_id=union, now=now)
    if case.unit_id is not None:
        word = _word(case, "praised", "unit", "staff_praised", values)
        to = await hearers.leading(session, case, case.unit_id, now=now)
        await notify(session, word, to=to, unit_id=case.unit_id, now=now)


def _word(case: Case, what: str, which: str, template: str, values: dict[str, Any], **more: Any) -> Word:
    cause = f"case.{what}:{case.id}:{which}"
    return Word(cause, f"case.{what}", template, values, f"/cases/{case.number}", case_id=case.id, **more)
