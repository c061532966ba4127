"""People, papers and things that come to a case after its registration."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.parties import DocumentReceived, ObjectNamed, Person
from casebackend.calendar.rules import local_date
from casebackend.cases import fields, filing, letting_go, regrading, relating, steering
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.customers import service as customers
from casebackend.matters.rules import PersonRole
from casebackend.parties import service as parties
from casebackend.parties.model import BusinessObject, Party, ReceivedDocument
from casebackend.registration import grouping
from casebackend.registration.errors import CaseIsClosed, ComplainantTwice
from casebackend.registration.requiring import identity
from casebackend.timeline.rules import Kind


async def add_person(session: AsyncSession, case: Case, person: Person, *, by: Principal, now: datetime) -> Party:
    case = await _held(session, case, by)
    already = await parties.representatives(session, case.id)
    parties.require_representatives([person.role], local_date(case.received_at), already=already)
    relation = await fields.protected(session, case, person.relation) if person.relation else None
    row = parties.party(session, case.id, person, by, now, relation=relation)
    session.add(row)
    if person.role is PersonRole.COMPLAINANT:
        await _now_known(session, case, person, by, now)
    elif person.role is PersonRole.REPRESENTATIVE and already + 1 > case.group_size:
        detail: dict[str, object] = {"role": person.role}
        await grouping.counted(session, case, already + 1, Kind.PERSON_ADDED, None, by=by, now=now, detail=detail)
    else:
        await session.flush()
        await filing.noted(session, case, Kind.PERSON_ADDED, by, now=now, detail={"role": person.role})
    return row


async def _now_known(session: AsyncSession, case: Case, person: Person, by: Principal, now: datetime) -> None:
    """Whoever wrote without a name (a post on the web) and is found later becomes the customer of the case."""
    if case.customer_id is not None:
        raise ComplainantTwice
    who = identity(person)
    customer = customers.known_by(session, await customers.found(session, **who), **who, now=now)
    session.add(customer)
    await session.flush()
    case.customer_id = customer.id
    graded = await regrading.anew(session, case, {"tier": None}, now=now, lower=False)
    await session.flush()
    detail: dict[str, object] = {"role": person.role}
    changed = ["customer_id", *graded.fields]
    await filing.written(session, case, Kind.PERSON_ADDED, by, now=now, detail=detail, fields=changed)
    await regrading.noted(session, case, graded, by, now=now)


async def add_document(
    session: AsyncSession, case: Case, received: DocumentReceived, *, by: Principal, now: datetime
) -> ReceivedDocument:
    case = await _held(session, case, by)
    row = parties.document(case.id, received, by, now)
    session.add(row)
    await session.flush()
    detail: dict[str, object] = {"document": received.kind, "original_seen": received.original_seen}
    await filing.noted(session, case, Kind.DOCUMENT_RECEIVED, by, now=now, detail=detail)
    return row


async def add_object(
    session: AsyncSession, case: Case, named: ObjectNamed, *, by: Principal, now: datetime
) -> BusinessObject:
    """A colleague whom the complaint is about has it no more from now on, nor does anybody who reports to him."""
    case = await _held(session, case, by)
    (row,) = await parties.things(session, case.id, [named], by, now)
    session.add(row)
    await session.flush()
    await filing.noted(session, case, Kind.OBJECT_NAMED, by, now=now, detail={"object": named.kind})
    relating.changed(session, case, {relating.OBJECTS}, now=now)
    if row.user_id is not None:
        await letting_go.follow(session, case, now=now)
    return row


async def _held(session: AsyncSession, case: Case, by: Principal) -> Case:
    """Locked first: the history of a case is written one after the other. What was read before the lock is let go, for
    another colleague may have added somebody meanwhile, which is no reason to refuse this one."""
    session.expunge(case)
    held = await cases.hold(session, case.id)
    await steering.require(session, held, by)
    if Status(held.status) not in OPEN:
        raise CaseIsClosed
    return held
