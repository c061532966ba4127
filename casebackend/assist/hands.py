"""Whose hand an entry waits for, as far as role, earlier hands and place of work tell."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.scope import scope_below
from casebackend.curation import inbox, queries
from casebackend.curation.model import Article, ArticleStep, ChangeRequest
from casebackend.curation.rules import FLOW, WRITERS, ArticleStatus, Step, taken_hand
from casebackend.staff.model import User
from casebackend.staff.queries import with_role
from casebackend.staff.rules import Role


async def of(session: AsyncSession, row: Article) -> list[User]:
    """What was returned waits for its author alone; what nobody who writes has begun, for those who do."""
    step = inbox.AWAITED.get(ArticleStatus(row.status))
    if step is not None:
        return await able(session, row, step, await queries.steps(session, row.id, row.version))
    if row.author_id is None:
        return []
    author = await session.get(User, row.author_id)
    if author is not None and author.id in await inbox.keepers(session):
        return [author]
    return await nearest(session, await of_roles(session, WRITERS), await unit_of(session, row.author_id))


async def able(
    session: AsyncSession, row: Article, step: Step, done: Sequence[ArticleStep], *, unit_id: UUID | None = None
) -> list[User]:
    """Whose role it is and whose other hand has not touched this version; nearest to `unit_id`, or to its author."""
    before = [(Step(each.step), each.user_id) for each in done]
    found = [
        user
        for user in await of_roles(session, FLOW[ArticleStatus(row.status), step][1])
        if taken_hand(step, user.id, before) is None and (step is not Step.VERIFY or user.id != row.author_id)
    ]
    return await nearest(session, found, unit_id or await unit_of(session, row.author_id))


async def curators(session: AsyncSession, row: ChangeRequest) -> list[User]:
    return await nearest(session, await of_roles(session, WRITERS), row.unit_id)


async def of_roles(session: AsyncSession, roles: Collection[str]) -> list[User]:
    found = {user.id: user for role in sorted(roles) for user in await with_role(session, Role(role))}
    return list(found.values())


async def nearest(session: AsyncSession, people: list[User], unit_id: UUID | None) -> list[User]:
    """Those in whose scope the unit lies; where nobody's does, all: any of them may."""
    scopes = [await scope_below(session, user.scope_unit_id or user.organisation_id) for user in people]
    return [user for user, scope in zip(people, scopes, strict=True) if scope.allows(unit_id)] or people


async def unit_of(session: AsyncSession, author_id: UUID | None) -> UUID | None:
    author = await session.get(User, author_id) if author_id else None
    return author.organisation_id if author else None
