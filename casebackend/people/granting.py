"""Rights are asked for by one administrator and approved by another; posts and groups of roles are granted alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.people import AskGroup, AskRights, DecideRights
from casebackend.audit import service as audit
from casebackend.database import locked, one_at_a_time
from casebackend.organisations.model import Organisation
from casebackend.people import accounts, errors, queries, rules
from casebackend.people.grouping import AdministratorsFixed, Functions, in_force, made, narrowed, require_functions
from casebackend.people.model import RightsRequest
from casebackend.people.rules import GroupKind, RequestState
from casebackend.staff.groups import PermissionGroup
from casebackend.staff.model import User
from casebackend.staff.rules import ADMINISTRATORS, Role
from casebackend.staff.service import end_all_sessions


async def ask(session: AsyncSession, user: User, command: AskRights, *, by: Principal, now: datetime) -> RightsRequest:
    """`user` is held. The whole of what he is to have; nothing changes yet."""
    if user.left_at is not None:
        raise errors.HasLeft
    wanted = {
        "roles": sorted(set(command.roles)),
        "posts": sorted(set(command.posts)),
        "groups": sorted(set(command.groups)),
        "scope_unit_id": str(command.scope_unit_id) if command.scope_unit_id else None,
    }
    await _effective(session, wanted)
    before = rights_of(user)
    if wanted == before:
        raise errors.NothingAsked
    await _require_none_pending(session, RightsRequest.user_id == user.id)
    return await _asked(session, wanted, before, command.reason, by, now, user_id=user.id)


async def ask_group(
    session: AsyncSession, command: AskGroup, *, known: Functions, by: Principal, now: datetime
) -> RightsRequest:
    """`known`: the functions there are, with the roles that may have them."""
    await one_at_a_time(session, "people")
    if not set(command.roles) <= set(Role):
        raise errors.UnknownRights
    if names := rules.clashes(command.roles):
        raise errors.RolesClash(names, command.name)
    group = await session.get(PermissionGroup, command.code)
    wanted = {
        "kind": command.kind,
        "name": command.name,
        "roles": sorted(set(command.roles)),
        "active": command.active,
    }
    before = {name: getattr(group, name) for name in wanted} if group else {}
    if command.functions is not None:
        require_functions(command.functions, command.roles, known, now)
        wanted["functions"] = command.functions.model_dump(mode="json")
        before |= {"functions": await in_force(session, command.code)} if group else {}
    if wanted == before:
        raise errors.NothingAsked
    if group is not None and group.kind != command.kind:
        raise errors.UnknownRights
    await _require_none_pending(session, RightsRequest.group_code == command.code)
    return await _asked(session, wanted, before, command.reason, by, now, group_code=command.code)


async def decide(
    session: AsyncSession, request_id: UUID, command: DecideRights, *, read: str | None, by: Principal, now: datetime
) -> RightsRequest:
    """`read`: the If-Match, where the caller sent one."""
    await one_at_a_time(session, "people")
    asked = await locked(session, RightsRequest, request_id)
    if asked is None:
        raise errors.RequestUnknown
    if read is not None:
        preconditions.require(read, asked.version)
    if asked.state != RequestState.ASKED:
        raise errors.RequestDecided
    if command.decision == "withdraw":
        if asked.asked_by != by.user_id:
            raise errors.NotYourRequest
        asked.state = RequestState.WITHDRAWN
    else:
        if rules.DECIDER not in by.roles or by.user_id in (asked.asked_by, asked.user_id):
            raise errors.SecondLook
        asked.state = RequestState.APPROVED if command.decision == "approve" else RequestState.REFUSED
    asked.decided_by, asked.decided_by_name, asked.decided_at = by.user_id, by.display_name, now
    asked.opinion = command.opinion
    await session.flush()
    if asked.state == RequestState.APPROVED:
        await _grant(session, asked, by, now)
    await _audit(session, f"rights.{asked.state}", asked, by, now)
    return asked


def rights_of(user: User) -> dict[str, Any]:
    """As a request writes them."""
    granted = user.roles if user.granted is None else user.granted
    return {
        "roles": sorted(granted),
        "posts": sorted(user.posts),
        "groups": sorted(user.groups),
        "scope_unit_id": str(user.scope_unit_id) if user.scope_unit_id else None,
    }


async def _grant(session: AsyncSession, asked: RightsRequest, by: Principal, now: datetime) -> None:
    if asked.group_code is not None:
        await made(session, asked.group_code, asked.wanted, by=by.actor, now=now)
        for user in await queries.members(session, asked.group_code):
            await _give(session, await accounts.hold(session, user.id), rights_of(user), by, now)
        return
    if asked.user_id is None:
        raise errors.RequestUnknown
    user = await accounts.hold(session, asked.user_id)
    if user.left_at is not None:
        raise errors.HasLeft
    await _give(session, user, asked.wanted, by, now)


async def _give(session: AsyncSession, user: User, wanted: dict[str, Any], by: Principal, now: datetime) -> None:
    """A right that changed starts with a new login, one that did not leaves the colleague at his work."""
    roles = await _effective(session, wanted, who=user.display_name)
    await accounts.require_not_the_last(session, user, keeps=roles)
    scope = UUID(wanted["scope_unit_id"]) if wanted["scope_unit_id"] else None
    if roles != rules.effective(user.roles, ()) or scope != user.scope_unit_id:
        await end_all_sessions(session, user.id, now=now)
    if not set(user.roles) <= set(roles):
        accounts.fewer(session, user.organisation_id, now=now)
    is_more = not set(roles) <= set(user.roles) or scope != user.scope_unit_id
    user.roles, user.granted = roles, list(wanted["roles"])
    user.posts, user.groups, user.scope_unit_id = list(wanted["posts"]), list(wanted["groups"]), scope
    if is_more:
        accounts.filled(session, user, now=now)
    await accounts.written(session, user, "user.rights_changed", by, now=now, detail={"roles": roles})


async def _effective(session: AsyncSession, wanted: dict[str, Any], *, who: str = "") -> list[str]:
    """What it adds up to; refused when it names what is not there, or what may not be in one hand."""
    groups = await queries.groups(session, [*wanted["posts"], *wanted["groups"]])
    kinds = {group.code: group.kind for group in groups}
    known = all(kinds.get(code) == GroupKind.POST for code in wanted["posts"])
    known = known and all(kinds.get(code) == GroupKind.GROUP for code in wanted["groups"])
    unit_id = UUID(wanted["scope_unit_id"]) if wanted["scope_unit_id"] else None
    if unit_id is not None and await session.get(Organisation, unit_id) is None:
        known = False
    if not known or not set(wanted["roles"]) <= set(Role):
        raise errors.UnknownRights
    roles = rules.effective(wanted["roles"], (group.roles for group in groups if group.active))
    if names := rules.clashes(roles):
        raise errors.RolesClash(names, who)
    if ADMINISTRATORS & set(roles) and await narrowed(session, [group.code for group in groups]):
        raise AdministratorsFixed
    return roles


async def _require_none_pending(session: AsyncSession, about: Any) -> None:
    pending = select(RightsRequest.id).where(about, RightsRequest.state == RequestState.ASKED).limit(1)
    if await session.scalar(pending) is not None:
        raise errors.RequestPending


async def _asked(
    session: AsyncSession,
    wanted: dict[str, Any],
    before: dict[str, Any],
    reason: str,
    by: Principal,
    now: datetime,
    **about: Any,
) -> RightsRequest:
    asked = RightsRequest(
        wanted=wanted, before=before, reason=reason, asked_by=by.user_id, asked_by_name=by.display_name, asked_at=now,
        **about,
    )  # fmt: skip
    session.add(asked)
    await session.flush()
    await _audit(session, "rights.asked", asked, by, now)
    return asked


async def _audit(session: AsyncSession, event: str, asked: RightsRequest, by: Principal, now: datetime) -> None:
    subject = f"user:{asked.user_id}" if asked.user_id else f"group:{asked.group_code}"
    detail: dict[str, object] = {"request": str(asked.id), "wanted": asked.wanted, "before": asked.before}
    await audit.record(session, chain="people", event=event, actor=by.actor, object=subject, now=now, detail=detail)
