"""How a customer is addressed: by surname and title where both were registered and the reader sees as much of the name.
Nobody's title is guessed from a name."""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.model import Case
from casebackend.customers.name_words import COMPOUND
from casebackend.customers.rules import Kind, Level
from casebackend.disclosures.rules import level_of
from casebackend.disclosures.service import levels
from casebackend.matters.rules import PersonRole
from casebackend.parties.queries import people_of
from casebackend.parties.rules import Sex

TITLES: dict[str, str] = {Sex.MALE: "先生", Sex.FEMALE: "女士"}
# What a masked name shows: one character. It may be half of a surname of two.
SHOWN = re.compile(r"([一-鿿])\*+")
HALVES = frozenset(surname[0] for surname in COMPOUND)


async def address_of(session: AsyncSession, case: Case, viewer: Principal) -> str | None:
    """No more than the masked name shows everybody on the page, so nothing is revealed; None where that is not enough:
    a surname that may have two characters, somebody who speaks for the customer, a firm."""
    if level_of(levels(), viewer.roles, Kind.NAME) is Level.HIDDEN:
        return None
    people = await people_of(session, case.id)
    if len(people) != 1 or people[0].role != PersonRole.COMPLAINANT or people[0].unified_code:
        return None
    title = TITLES.get(people[0].sex or "")
    shown = SHOWN.fullmatch(people[0].name_masked or "")
    if title is None or shown is None or shown.group(1) in HALVES:
        return None
    return f"尊敬的{shown.group(1)}{title}"
