"""Who may ask for more time, who may give it, who tells the customer."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.calendar.rules import local_date
from casebackend.cases import recusing
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.rules import HEAD, INTAKE
from casebackend.clocks import queries as clocks
from casebackend.extensions import rules
from casebackend.extensions.model import Extension
from casebackend.extensions.rules import Level
from casebackend.organisations.queries import tree
from casebackend.staff.queries import leaders_of


def unit_of(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id


def holds(case: Case, principal: Principal) -> bool:
    return principal.user_id is not None and principal.user_id in (case.handler_id, case.assignee_id)


async def may_ask(session: AsyncSession, case: Case, principal: Principal) -> bool:
    regulated = is_regulated(case)
    if principal.user_id is None or not principal.roles & rules.requesters(regulated=regulated):
        return False
    if regulated:
        return await is_head_office(session, principal.organisation_id)
    same_unit = principal.organisation_id in (unit_of(case), case.receiving_unit_id)
    leads_unit = HEAD in principal.roles and principal.organisation_id == unit_of(case)
    return rules.in_charge(
        holds=holds(case, principal), leads_unit=leads_unit, free=case.handler_id is None, same_unit=same_unit
    )


async def may_approve(session: AsyncSession, case: Case, extension: Extension, principal: Principal) -> bool:
    """Neither whoever asked nor whoever has the case, nor whoever has to stay away from it."""
    if principal.user_id in (None, extension.requested_by) or holds(case, principal):
        return False
    named = await approvers(session, Level(extension.level), local_date(case.received_at))
    head_office = await is_head_office(session, principal.organisation_id)
    allowed = rules.may_approve(
        named,
        principal.roles,
        leads_superior=rules.SUPERIOR_HEAD in named and await _leads(session, case, principal, above=1),
        leads_unit=rules.UNIT_HEAD in named and await _leads(session, case, principal, above=0),
        head_office=head_office,
    )
    return allowed and await recusing.why_barred(session, case, principal) is None


async def approvers(session: AsyncSession, level: Level, day: date) -> frozenset[str]:
    limit = await clocks.limit_on(session, rules.CLOCK_OF[level], day)
    return rules.approvers(limit.approver if limit else None)


async def _leads(session: AsyncSession, case: Case, principal: Principal, *, above: int) -> bool:
    """Leads the institution so many levels above the one that handles the case."""
    line = (await tree(session)).above(unit_of(case))
    unit_id = line[above].id if len(line) > above else None
    return principal.user_id in {user.id for user in await leaders_of(session, unit_id)}


def may_tell(case: Case, principal: Principal) -> bool:
    leads = HEAD in principal.roles and principal.organisation_id == unit_of(case)
    return principal.user_id is not None and (holds(case, principal) or leads or INTAKE in principal.roles)
