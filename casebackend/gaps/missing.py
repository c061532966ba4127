"""A search that found nothing is a gap too."""

from sanic import HTTPResponse, Request, empty
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.database import transactional
from casebackend.gaps import service
from casebackend.gaps.rules import Origin


@transactional
async def of_search(request: Request, session: AsyncSession, words: str) -> HTTPResponse:
    """In a transaction of its own, after a page that only reads."""
    await service.opened(session, words, origin=Origin.SEARCH, by=request.ctx.principal, now=request.app.ctx.now())
    return empty()
