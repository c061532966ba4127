"""Who complains, put right: the name, the phone, the paper. Old and new stand in the history as tokens of the vault."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases import filing
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Conversation
from casebackend.customers import service as customers
from casebackend.customers.model import ChannelIdentity, Customer
from casebackend.customers.rules import Kind as Personal
from casebackend.matters.rules import PersonRole
from casebackend.parties import queries, service
from casebackend.parties.model import Party
from casebackend.registration.errors import NobodyToCorrect
from casebackend.timeline.rules import Kind

KINDS = {"name": Personal.NAME, "phone": Personal.PHONE, "id_number": Personal.ID_NUMBER}
# As a change is called in the history of a case.
FIELDS = {
    "name": "complainant_name", "phone": "complainant_phone", "id_number": "complainant_paper",
    "unified_code": "unified_code",
}  # fmt: skip

type Told = dict[str, tuple[str | None, str]]


async def correct(
    session: AsyncSession, case: Case, given: Mapping[str, str | None], *, by: Principal, now: datetime
) -> tuple[UUID | None, Told]:
    """Whose complaint it is then, and by field of the history what stood there and what stands there now; empty where
    nothing is another. The case itself is not written in here."""
    right = service.checked(given)
    if not right:
        return None, {}
    customer = await session.get(Customer, case.customer_id, with_for_update=True) if case.customer_id else None
    if customer is None:
        raise NobodyToCorrect
    party = await _complainant(session, case.id)
    stands = await _stands(session, customer, party)
    changed = {field: value for field, value in right.items() if value != stands.get(field)}
    if not changed:
        return None, {}
    told = await _told(session, case, stands, changed)
    if party is not None:
        service.correct(session, party, changed)
    return await _known(session, case, customer, stands | changed, changed, by=by, now=now), told


async def _complainant(session: AsyncSession, case_id: UUID) -> Party | None:
    people = await queries.people_of(session, case_id)
    return next((each for each in people if each.role == PersonRole.COMPLAINANT), None)


async def _stands(session: AsyncSession, customer: Customer, party: Party | None) -> dict[str, str]:
    """As this case was taken down; what it does not say, as the customer is known."""
    found = {field: value for field, value in (await customers.opened(session, customer)).items() if value}
    if party is None:
        return found
    vault = customers.vault(session)
    for field in KINDS:
        sealed = getattr(party, f"{field}_enc")
        if sealed:
            found[field] = vault.open("parties", f"{field}_enc", party.id, sealed)
    return found | ({"unified_code": party.unified_code} if party.unified_code else {})


async def _told(session: AsyncSession, case: Case, stands: Mapping[str, str], changed: Mapping[str, str]) -> Told:
    await conversations.hold(session, case.conversation_id)
    found: Told = {}
    for field, value in changed.items():
        pair = stands.get(field), value
        if field in KINDS:
            tokens = [
                await customers.token_for(session, case.conversation_id, KINDS[field], each) if each else None
                for each in pair
            ]
            found[FIELDS[field]] = tokens[0], str(tokens[1])
        else:
            found[FIELDS[field]] = pair
    return found


async def _known(
    session: AsyncSession,
    case: Case,
    customer: Customer,
    whole: Mapping[str, str],
    changed: Mapping[str, str],
    *,
    by: Principal,
    now: datetime,
) -> UUID:
    """Whom a channel has verified stays who he is, and whoever has this one complaint alone. What was taken down for
    somebody who has others too becomes the complaint of whom the bank knows by that, or of somebody new: nobody
    else's complaints get another name."""
    said = {"name": whole.get("name"), "phone": whole.get("phone")}
    said |= {"id_number": whole.get("id_number") or whole.get("unified_code")}
    verified = select(func.count()).where(ChannelIdentity.customer_id == customer.id)
    if await session.scalar(verified):
        _anew(session, customer, changed, now)
        await _noted_elsewhere(session, case, customer.id, changed, by, now)
        return customer.id
    found = await customers.found(session, **said)
    if found is not None and found.id != customer.id:
        meant = customers.known_by(session, found, **said, now=now)
    elif await _has_others(session, case, customer.id):
        meant = customers.known_by(session, None, **said, now=now)
        session.add(meant)
    else:
        _anew(session, customer, changed, now)
        return customer.id
    await session.flush()
    talk = await session.get_one(Conversation, case.conversation_id)
    talk.customer_id = meant.id
    return meant.id


def _anew(session: AsyncSession, customer: Customer, changed: Mapping[str, str], now: datetime) -> None:
    paper = changed.get("id_number") or changed.get("unified_code")
    customers.seal_into(session, customer, changed.get("name"), changed.get("phone"), paper)
    customer.updated_at = now


async def _has_others(session: AsyncSession, case: Case, customer_id: UUID) -> bool:
    others = select(Case.id).where(Case.customer_id == customer_id, Case.id != case.id)
    return await session.scalar(others.limit(1)) is not None


async def _noted_elsewhere(
    session: AsyncSession, case: Case, customer_id: UUID, changed: Mapping[str, str], by: Principal, now: datetime
) -> None:
    """In the other open complaints of the same person it changes too."""
    others = select(Case).where(Case.customer_id == customer_id, Case.id != case.id, Case.status.in_(sorted(OPEN)))
    for other in await session.scalars(others.order_by(Case.number)):
        detail: dict[str, object] = {"with": case.number, "fields": sorted(FIELDS[field] for field in changed)}
        await filing.noted(session, other, Kind.CORRECTED, by, now=now, detail=detail)
