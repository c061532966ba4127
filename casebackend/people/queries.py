"""Users, groups and requests as administrators look for them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations.queries import tree
from casebackend.paging import cursor_of, read_cursor
from casebackend.people.errors import GroupUnknown, RequestUnknown, UserUnknown
from casebackend.people.model import RightsRequest
from casebackend.people.rules import RequestState
from casebackend.staff.groups import GroupFunctions, PermissionGroup
from casebackend.staff.model import User


async def user(session: AsyncSession, user_id: UUID) -> User:
    found = await session.get(User, user_id)
    if found is None:
        raise UserUnknown
    return found


async def page(
    session: AsyncSession,
    *,
    words: str = "",
    unit_id: UUID | None = None,
    role: str | None = None,
    active: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> tuple[Sequence[User], str | None]:
    """By login. `unit_id` takes its units below with it; `words` are part of a name, login or staff number."""
    query = select(User).order_by(User.login).limit(limit + 1)
    if words:
        query = query.where(or_(*(each.contains(words, autoescape=True) for each in _SEARCHED)))
    if unit_id is not None:
        query = query.where(User.organisation_id.in_((await tree(session)).below(unit_id)))
    if role:
        query = query.where(cast(User.roles, String).contains(f'"{role}"', autoescape=True))
    if active is not None:
        query = query.where(User.active.is_(active))
    if cursor:
        query = query.where(User.login > read_cursor(cursor, [str])[0])
    found = (await session.scalars(query)).all()
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], cursor_of([last.login]) if last is not None else None


_SEARCHED = (User.display_name, User.login, User.staff_no)


async def groups(session: AsyncSession, codes: Collection[str] | None = None) -> Sequence[PermissionGroup]:
    query = select(PermissionGroup).order_by(PermissionGroup.kind.desc(), PermissionGroup.code)
    if codes is not None:
        query = query.where(PermissionGroup.code.in_(codes))
    return (await session.scalars(query)).all()


async def members(session: AsyncSession, code: str) -> list[User]:
    """Whoever has this post or group, also disabled; not who has left."""
    listed = (cast(column, String).contains(f'"{code}"', autoescape=True) for column in (User.posts, User.groups))
    rows = await session.scalars(select(User).where(or_(*listed), User.left_at.is_(None)).order_by(User.login))
    return [each for each in rows if code in (*each.posts, *each.groups)]


async def requests(
    session: AsyncSession, *, state: RequestState | None = None, user_id: UUID | None = None, most: int = 200
) -> Sequence[RightsRequest]:
    """What waits stands first, then the newest."""
    query: Any = select(RightsRequest)
    if state is not None:
        query = query.where(RightsRequest.state == state)
    if user_id is not None:
        query = query.where(RightsRequest.user_id == user_id)
    query = query.order_by(RightsRequest.state != RequestState.ASKED, RightsRequest.asked_at.desc(), RightsRequest.id)
    found: Sequence[RightsRequest] = (await session.scalars(query.limit(most))).all()
    return found


async def request(session: AsyncSession, request_id: UUID) -> RightsRequest:
    found = await session.get(RightsRequest, request_id)
    if found is None:
        raise RequestUnknown
    return found


async def group(session: AsyncSession, code: str) -> PermissionGroup:
    found = await session.get(PermissionGroup, code)
    if found is None:
        raise GroupUnknown
    return found


async def functions(session: AsyncSession, code: str) -> Sequence[GroupFunctions]:
    """Of one post or group, newest first."""
    newest = (GroupFunctions.effective_from.desc(), GroupFunctions.added_at.desc())
    return (
        await session.scalars(select(GroupFunctions).where(GroupFunctions.group_code == code).order_by(*newest))
    ).all()
