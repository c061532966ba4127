"""What is decided around a case, beside its moves: more time, materials, evidence, links, classification."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases import recusing, standing
from casebackend.cases.model import Case


async def require(session: AsyncSession, case: Case, principal: Principal) -> None:
    """Neither whoever is only asked about a case nor whoever has to stay away from it steers it by other ways."""
    await standing.require_scope(session, case, principal)
    await recusing.require_unbarred(session, case, principal)
