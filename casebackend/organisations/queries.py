from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.organisations.model import Organisation
from casebackend.organisations.rules import OrganisationName
from casebackend.organisations.tree import Tree, Unit

ORGANISATIONS = "organisations"


def spoken_name(organisation: Organisation) -> OrganisationName:
    return OrganisationName(
        id=organisation.id, name=organisation.name, aliases=(organisation.short_name, *organisation.aliases)
    )


async def all_names(session: AsyncSession) -> list[OrganisationName]:
    """Of the units that are open; what was merged is spoken of as an alias of its successor."""
    query = select(Organisation).where(Organisation.closed_on.is_(None)).order_by(Organisation.code)
    found = await session.scalars(query)
    return [spoken_name(organisation) for organisation in found]


async def by_code(session: AsyncSession, code: str) -> Organisation | None:
    found: Organisation | None = await session.scalar(select(Organisation).where(Organisation.code == code))
    return found


async def fresh(session: AsyncSession) -> Tree:
    """As the database has it now, for whoever has locked the tree."""
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.short_name)
    closed = Organisation.closed_on.is_not(None)
    rows = await session.execute(
        select(*columns, Organisation.level, Organisation.parent_id, closed).order_by(Organisation.code)
    )
    return Tree.of(Unit(*row) for row in rows)


async def tree(session: AsyncSession) -> Tree:
    return await editions.kept(session, ORGANISATIONS, fresh)


async def subtree(session: AsyncSession, root: UUID) -> frozenset[UUID]:
    """`root` and every unit below it."""
    return (await tree(session)).below(root)
