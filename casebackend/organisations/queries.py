from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations.model import Organisation
from casebackend.organisations.rules import OrganisationName


def spoken_name(organisation: Organisation) -> OrganisationName:
    return OrganisationName(
        id=organisation.id, name=organisation.name, aliases=(organisation.short_name, *organisation.aliases)
    )


async def all_names(session: AsyncSession) -> list[OrganisationName]:
    found = await session.scalars(select(Organisation).order_by(Organisation.code))
    return [spoken_name(organisation) for organisation in found]


async def by_code(session: AsyncSession, code: str) -> Organisation | None:
    found: Organisation | None = await session.scalar(select(Organisation).where(Organisation.code == code))
    return found


async def subtree(session: AsyncSession, root: UUID) -> set[UUID]:
    """`root` and every unit below it."""
    below: dict[UUID | None, list[UUID]] = {}
    for identity, parent in await session.execute(select(Organisation.id, Organisation.parent_id)):
        below.setdefault(parent, []).append(identity)
    found: set[UUID] = set()
    waiting = [root]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(below.get(current, []))
    return found
