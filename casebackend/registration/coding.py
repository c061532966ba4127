"""Which classes of the three axes a text suggests."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.registration import Suggestion
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import AXES, ranked

MOST = 3


async def suggestions(session: AsyncSession, text: str) -> list[Suggestion]:
    """At most three of each axis, the surest first."""
    found = []
    for field, dictionary in AXES.items():
        codes = {term.name: term.code for term in await dictionaries.terms(session, dictionary)}
        for name, confidence in ranked(text, await dictionaries.keywords(session, dictionary))[:MOST]:
            found.append(Suggestion(field=field, name=name, code=codes.get(name), confidence=confidence))
    return found
