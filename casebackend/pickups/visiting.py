"""Who comes with a pick-up code, and what he shows. Right and wrong pick-up codes take the same way: the same rows are
written, the same counts counted, the same words said; a code is sent later, by the worker, to the phone on file only.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.pickups import VisitBegun, VisitStep
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.customers import codes
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.database import one_at_a_time
from casebackend.identity import limits, queries, sending
from casebackend.identity import rules as identity
from casebackend.identity.limits import Asker
from casebackend.identity.model import IdentityTalk
from casebackend.identity.rules import Level, Step, Tries
from casebackend.identity.sending import MINUTES
from casebackend.identity.trail import note
from casebackend.notices.thresholds import in_force
from casebackend.pickups import rules
from casebackend.pickups.issuing import KIND
from casebackend.pickups.model import PickupCode, Visit


async def begin(session: AsyncSession, typed: str, *, now: datetime) -> VisitBegun:
    """Always the same answer; what the limits refuse is not sent, and not told."""
    given, vault, code = await in_force(session, now), customers.vault(session), rules.normalised(typed)
    row = (
        await session.execute(
            select(PickupCode.case_id, Customer.id, Customer.phone_index)
            .join(Case, Case.id == PickupCode.case_id)
            .join(Customer, Customer.id == Case.customer_id)
            .where(PickupCode.digest.in_(vault.indexes(KIND, code)), Case.status != Status.VOIDED)
        )
    ).first()
    digest = vault.index(KIND, code)
    case_id, customer_id, phone = row if row is not None else (None, None, None)
    visit = Visit(
        id=uuid4(),
        code_digest=digest,
        case_id=case_id,
        customer_id=customer_id,
        phone_index=phone or digest,
        began_at=now,
        ends_at=now + given.minutes("pickup.visit_minutes"),
    )
    talk = IdentityTalk(conversation_id=visit.id, step=Step.CODE, level=Level.CHANNEL, last_result={}, touched_at=now)
    session.add_all([visit, talk])
    await session.flush()
    await one_at_a_time(session, _count(visit))
    if identity.locked(await queries.tries(session, _count(visit)), now) is None:
        await sending.ask(session, Asker(visit.id, visit.phone_index), customer_id, given, now)
    await note(session, talk, "pickup.asked", now)
    return VisitBegun(id=visit.id, minutes=given.number(MINUTES))


async def answer(session: AsyncSession, visit_id: UUID, typed: str, *, now: datetime) -> VisitStep:
    visit = await session.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    talk = await session.get(IdentityTalk, visit_id, with_for_update=True, populate_existing=True)
    if visit is None or talk is None or now >= visit.ends_at:
        return VisitStep(next="ended")
    if identity.in_force(Level(talk.level), talk.level_until, now) >= Level.PHONE:
        return VisitStep(next="done")
    await one_at_a_time(session, _count(visit))
    given, tries = await in_force(session, now), await queries.tries(session, _count(visit))
    until = identity.locked(tries, now)
    if until is not None:
        return VisitStep(next="locked", until=until)
    digits = "".join(character for character in typed if character.isdecimal())
    digest = codes.digest(customers.vault(session), visit.id, digits)
    looked = await sending.check(session, Asker(visit.id, visit.phone_index), digest, given, now)
    if looked.what == "right" and visit.case_id is not None:
        await limits.keep(session, _count(visit), Tries())
        talk.step, talk.level, talk.verified_phone = Step.NOTHING, Level.PHONE, visit.phone_index
        talk.level_until = visit.ends_at
        await note(session, talk, "pickup.opened", now)
        return VisitStep(next="done")
    most, lock = given.number("identity.wrong"), given.minutes("identity.lock_minutes")
    after = identity.missed(tries, now, most=most, lock=lock)
    await limits.keep(session, _count(visit), after)
    until = identity.locked(after, now)
    await note(session, talk, "pickup.locked" if until else "pickup.wrong_code", now)
    if until is not None:
        return VisitStep(next="locked", until=until)
    return VisitStep(next="wrong", left=identity.left(after, now, most=most, lock=lock))


def _count(visit: Visit) -> str:
    """Of the pick-up code as it was typed: a new visit with it has no further tries."""
    return f"pickup:{visit.code_digest}"


async def forget(session: AsyncSession, *, now: datetime) -> None:
    """Visits that are over; what was done in them is in the audit and in the history of the case."""
    over = select(Visit.id).where(Visit.ends_at <= now)
    await session.execute(delete(IdentityTalk).where(IdentityTalk.conversation_id.in_(over)))
    await session.execute(delete(Visit).where(Visit.ends_at <= now))


async def end(session: AsyncSession, visit_id: UUID, *, now: datetime) -> None:
    """The customer is done; nothing is left open on a device that others use."""
    visit = await session.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    if visit is not None and now < visit.ends_at:
        visit.ends_at = now
        await session.flush()
