"""Who is told that somebody asks for more time, or says that a material brings new facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.access.principal import Principal
from casebackend.calendar.rules import local_date
from casebackend.cases import hearers
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.extensions import materials, rights, rules
from casebackend.extensions.model import Extension, Material
from casebackend.extensions.rules import Level, MaterialState, State
from casebackend.notices.service import Word, notify, tell_too
from casebackend.organisations.queries import tree
from casebackend.staff.model import User
from casebackend.staff.queries import leaders_of, with_role
from casebackend.staff.rules import Role

# So many requests at most are looked through for the number on somebody's page.
MOST = 50


async def on_asked(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    extension = await session.get_one(Extension, UUID(payload["extension_id"]))
    if extension.state != State.REQUESTED:
        return
    case = await session.get_one(Case, extension.case_id)
    to = await _deciders(session, case, extension, now) or await hearers.managers(session, case, now=now)
    await notify(session, _request(case, extension), to=to, unit_id=rights.unit_of(case), now=now)


def _request(case: Case, extension: Extension) -> Word:
    values = {"number": case.number, "level": rules.LEVEL_LABELS[Level(extension.level)]}
    cause, link = f"extension-asked:{extension.id}", f"/cases/{case.number}#extensions"
    return Word(cause, "extension.asked", "staff_extension_asked", values, link, case_id=case.id)


async def _deciders(session: AsyncSession, case: Case, extension: Extension, now: datetime) -> list[User]:
    return [
        user
        for user in await _candidates(session, case, extension, now)
        if await rights.may_approve(session, case, extension, of_user(user))
    ]


async def on_filled(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever came to a post hears of the requests and the new facts that wait for its holder."""
    user = await session.get_one(User, UUID(payload["user_id"]), populate_existing=True)
    asked = select(Extension, Case).join(Case, Case.id == Extension.case_id)
    for extension, case in (await session.execute(asked.where(Extension.state == State.REQUESTED))).all():
        if user.id in [each.id for each in await _deciders(session, case, extension, now)]:
            await tell_too(session, _request(case, extension), user, now=now)
    brought = select(Material, Case).join(Case, Case.id == Material.case_id)
    for material, case in (await session.execute(brought.where(Material.state == MaterialState.ASKED))).all():
        if user.id in [each.id for each in await _confirmers(session, case, material, now)]:
            await tell_too(session, _new_facts(case, material), user, now=now)


async def _candidates(session: AsyncSession, case: Case, extension: Extension, now: datetime) -> Sequence[User]:
    named = await rights.approvers(session, Level(extension.level), local_date(case.received_at))
    above = (await tree(session)).above(rights.unit_of(case))
    found: list[User] = []
    if rules.SUPERIOR_HEAD in named and len(above) > 1:
        found += await leaders_of(session, above[1].id)
    if rules.UNIT_HEAD in named and above:
        found += await leaders_of(session, above[0].id)
    for role in sorted(named & set(Role)):
        found += await with_role(session, Role(role))
    return await hearers.seeing(session, case, list({user.id: user for user in found}.values()), now=now)


async def on_material(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    material = await session.get_one(Material, UUID(payload["material_id"]))
    if material.state != MaterialState.ASKED:
        return
    case = await session.get_one(Case, material.case_id)
    to = await _confirmers(session, case, material, now) or await hearers.managers(session, case, now=now)
    await notify(session, _new_facts(case, material), to=to, unit_id=rights.unit_of(case), now=now)


def _new_facts(case: Case, material: Material) -> Word:
    return Word(
        f"material-asked:{material.id}", "material.asked", "staff_material_asked", {"number": case.number},
        f"/cases/{case.number}#extensions", case_id=case.id,
    )  # fmt: skip


async def _confirmers(session: AsyncSession, case: Case, material: Material, now: datetime) -> list[User]:
    leading = await hearers.leading(session, case, rights.unit_of(case), now=now)
    return [each for each in leading if materials.may_confirm(material, of_user(each))]


async def waiting_for(session: AsyncSession, principal: Principal) -> int:
    """How many requests wait for the decision of this person."""
    query = (await cases.scoped(session, principal, Extension, Case)).join(Extension, Extension.case_id == Case.id)
    rows = await session.execute(query.where(Extension.state == State.REQUESTED).limit(MOST))
    found = [await rights.may_approve(session, case, extension, principal) for extension, case in rows.all()]
    return sum(found)
