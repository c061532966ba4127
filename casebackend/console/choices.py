"""What a form offers to choose from."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.organisations.queries import tree


async def units_to_choose(session: AsyncSession) -> dict[str, str]:
    """In the order of the tree, each set in below the one above it."""
    return {str(unit.id): "　" * depth + unit.name for unit, depth in (await tree(session)).open().in_order()}
