from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.organisations import UnitVersionView, UnitView
from casebackend.api.people import (
    GroupDetail,
    GroupFunctionsView,
    GroupView,
    ImportView,
    RightsRequestView,
    UserView,
)
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.organisations.queries import tree
from casebackend.organisations.rules import CHANGE_NAMES, LEVEL_NAMES, Change, Level
from casebackend.people import queries
from casebackend.people.granting import rights_of
from casebackend.people.model import ImportRun, RightsRequest
from casebackend.people.rules import STATE_NAMES, RequestState
from casebackend.staff.groups import PermissionGroup
from casebackend.staff.model import User
from casebackend.staff.queries import names
from casebackend.staff.rules import ROLE_NAMES

COMPUTED = ("unit", "role_names", "granted")


async def users(session: AsyncSession, found: Sequence[User]) -> list[UserView]:
    units = (await tree(session)).units
    return [
        UserView(
            **{name: getattr(user, name) for name in UserView.model_fields if name not in COMPUTED},
            unit=units[user.organisation_id].name if user.organisation_id in units else None,
            role_names=[name for role, name in ROLE_NAMES.items() if role in user.roles],
            granted=rights_of(user)["roles"],
        )
        for user in found
    ]


async def requests(session: AsyncSession, found: Sequence[RightsRequest]) -> list[RightsRequestView]:
    people = await names(session, [each.user_id for each in found])
    fields = [name for name in RightsRequestView.model_fields if name not in ("about", "state_label")]
    return [
        RightsRequestView(
            **{name: getattr(each, name) for name in fields},
            about=people.get(each.user_id, "") if each.user_id else str(each.wanted.get("name", each.group_code)),
            state_label=STATE_NAMES[RequestState(each.state)],
        )
        for each in found
    ]


def group(found: PermissionGroup) -> GroupView:
    return GroupView.model_validate(found)


async def group_detail(session: AsyncSession, found: PermissionGroup) -> GroupDetail:
    rows = [GroupFunctionsView.model_validate(row) for row in await queries.functions(session, found.code)]
    return GroupDetail(**group(found).model_dump(), functions=rows)


def unit(found: Organisation) -> UnitView:
    fields = {name: getattr(found, name) for name in UnitView.model_fields if name != "level_label"}
    return UnitView(**fields, level_label=LEVEL_NAMES[Level(found.level)])


async def versions(session: AsyncSession, found: Sequence[OrganisationVersion], today: date) -> list[UnitVersionView]:
    """Newest first, as they are given."""
    units = (await tree(session)).units
    in_force = next((row.seq for row in found if row.applied_at is not None), None)

    def named(unit_id: UUID | None) -> str | None:
        return units[unit_id].name if unit_id in units else None

    return [
        UnitVersionView(
            **{name: getattr(row, name) for name in UnitVersionView.model_fields.keys() - OF_A_VERSION},
            change_label=CHANGE_NAMES[Change(row.change)],
            state=_state(row, in_force),
            parent=named(row.parent_id),
            successor=named(row.successor_id),
        )
        for row in found
    ]


OF_A_VERSION = {"change_label", "state", "parent", "successor"}
VERSION_STATES: Mapping[str, str] = {
    "in_force": "现行", "past": "历史", "planned": "待生效", "cancelled": "未生效",
}  # fmt: skip


def _state(row: OrganisationVersion, in_force: int | None) -> str:
    if row.cancelled_at is not None:
        return "cancelled"
    if row.applied_at is None:
        return "planned"
    return "in_force" if row.seq == in_force else "past"


def run(found: ImportRun) -> ImportView:
    return ImportView.model_validate(found)
