"""Who is told that somebody asks for more time, or says that a material brings new facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

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
from casebackend.notices.service import Word, notify
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
    values = {"number": case.number, "level": rules.LEVEL_LABELS[Level(extension.level)]}
    cause, link = f"extension-asked:{extension.id}", f"/cases/{case.number}#extensions"
    word = Word(cause, "extension.asked", "staff_extension_asked", values, link, case_id=case.id)
    to = [
        user
        for user in await _candidates(session, case, extension)
        if await rights.may_approve(session, case, extension, of_user(user))
    ]
    await notify(session, word, to=to or await hearers.managers(session, case), now=now)


async def _candidates(session: AsyncSession, case: Case, extension: Extension) -> Sequence[User]:
    named = await rights.approvers(session, Level(extension.level), local_date(case.received_at))
    above = (await tree(session)).above(rights.unit_of(case))
    found: list[User] = []
    if rules.SUPERIOR_HEAD in named and len(above) > 1:
        found += await leaders_of(session, above[1].id)
    if rules.UNIT_HEAD in named and above:
        found += await leaders_of(session, above[0].id)
    for role in sorted(named & set(Role)):
        found += await with_role(session, Role(role))
    return await hearers.seeing(session, case, list({user.id: user for user in found}.values()))


async def on_material(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    material = await session.get_one(Material, UUID(payload["material_id"]))
    if material.state != MaterialState.ASKED:
        return
    case = await session.get_one(Case, material.case_id)
    word = Word(
        f"material-asked:{material.id}", "material.asked", "staff_material_asked", {"number": case.number},
        f"/cases/{case.number}#extensions", case_id=case.id,
    )  # fmt: skip
    unit_id = rights.unit_of(case)
    able = [each for each in await leaders_of(session, unit_id) if materials.may_confirm(material, of_user(each))]
    to = await hearers.seeing(session, case, able) or await hearers.managers(session, case)
    await notify(session, word, to=to, unit_id=unit_id, now=now)


async def waiting_for(session: AsyncSession, principal: Principal) -> int:
    """How many requests wait for the decision of this person."""
    query = (await cases.scoped(session, principal, Extension, Case)).join(Extension, Extension.case_id == Case.id)
    rows = await session.execute(query.where(Extension.state == State.REQUESTED).limit(MOST))
    found = [await rights.may_approve(session, case, extension, principal) for extension, case in rows.all()]
    return sum(found)
