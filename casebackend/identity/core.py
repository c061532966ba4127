"""Level 2: core banking confirms that name, paper and proved phone belong to one customer.

A try is counted before the bank is asked, so that many at once are no more guesses than one after the other; it is
given back when the bank does not answer. The lock belongs to the proved phone: no other conversation has further tries.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.database import Database, one_at_a_time
from casebackend.identity import limits, queries, rules
from casebackend.identity.model import IdentityTalk
from casebackend.identity.ports import Claims, Confirmed, CoreBank, CoreUnavailable
from casebackend.identity.rules import Level, Tries
from casebackend.identity.trail import note
from casebackend.notices.thresholds import in_force


@dataclass(frozen=True, slots=True)
class Told:
    """`done`, `wrong`, `locked`, `unavailable`, or `level`: level 1 is not in force. `until`: of the lock."""

    next: str
    left: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A try that is under way: what the count was before it and is with it."""

    about: str
    phone: str
    before: Tries
    after: Tries
    left: int


async def confirm(
    database: Database, bank: CoreBank, asker_id: UUID, customer_id: UUID, name: str, id_number: str, *, now: datetime
) -> Told:
    """`customer_id`: whose phone was proved. Two transactions, so that none is open while the bank is asked."""
    async with database.transaction() as session:
        counted = await _count(session, asker_id, customer_id, now)
    if isinstance(counted, Told):
        return counted
    try:
        found = await bank.verify(Claims(name.strip(), id_number.strip().upper(), counted.phone))
    except CoreUnavailable:
        async with database.transaction() as session:
            return await _given_back(session, asker_id, counted, now)
    async with database.transaction() as session:
        return await _settled(session, asker_id, customer_id, counted, found, now)


def count_of(phone_index: str) -> str:
    return f"core:{phone_index}"


async def _count(session: AsyncSession, asker_id: UUID, customer_id: UUID, now: datetime) -> Counted | Told:
    has = await queries.shown(session, asker_id, now=now)
    customer = await session.get(Customer, customer_id)
    phone = (await customers.opened(session, customer))["phone"] if customer is not None else None
    if has.phone is None or has.level < Level.PHONE or customer is None or customer.phone_index != has.phone:
        return Told("level")
    if has.level is Level.CORE:
        return Told("done")
    about = count_of(has.phone)
    await one_at_a_time(session, about)
    given = await in_force(session, now)
    most, lock = given.number("identity.wrong"), given.minutes("identity.lock_minutes")
    before = await queries.tries(session, about)
    until = rules.locked(before, now)
    if until is not None:
        return Told("locked", until=until)
    after = rules.missed(before, now, most=most, lock=lock)
    await limits.keep(session, about, after)
    return Counted(about, phone or "", before, after, rules.left(after, now, most=most, lock=lock))


async def _given_back(session: AsyncSession, asker_id: UUID, counted: Counted, now: datetime) -> Told:
    """The level stays, and so do the tries."""
    await one_at_a_time(session, counted.about)
    if await queries.tries(session, counted.about) == counted.after:
        await limits.keep(session, counted.about, counted.before)
    await note(session, await _talk(session, asker_id), "identity.core_unavailable", now)
    return Told("unavailable")


async def _settled(
    session: AsyncSession, asker_id: UUID, customer_id: UUID, counted: Counted, found: Confirmed | None, now: datetime
) -> Told:
    talk = await _talk(session, asker_id)
    if found is None or found.phone != counted.phone:
        until = rules.locked(counted.after, now)
        await note(session, talk, "identity.core_locked" if until else "identity.core_wrong", now)
        return Told("locked", until=until) if until else Told("wrong", left=counted.left)
    await one_at_a_time(session, counted.about)
    await limits.keep(session, counted.about, Tries())
    if rules.in_force(Level(talk.level), talk.level_until, now) < Level.PHONE:
        return Told("level")
    names = [customers.vault(session).index("name", each) for each in rules.called(found.name)]
    talk.level, talk.last_result = Level.CORE, talk.last_result | {queries.CONFIRMED: names}
    customer = await session.get_one(Customer, customer_id)
    customers.known_by(session, customer, name=found.name, phone=None, id_number=None, now=now)
    await note(session, talk, "identity.core_verified", now)
    return Told("done")


async def _talk(session: AsyncSession, asker_id: UUID) -> IdentityTalk:
    return await session.get_one(IdentityTalk, asker_id, with_for_update=True, populate_existing=True)
