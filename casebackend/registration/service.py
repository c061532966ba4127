"""From what a colleague took down to a case with its number. Callers hold a writing transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.registration import Register
from casebackend.calendar.rules import local_date
from casebackend.cases import filing, rules
from casebackend.cases.fields import CLASSIFICATION
from casebackend.cases.model import Case
from casebackend.cases.placing import territorial_unit, unit_of_code
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Owner
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.database import Base
from casebackend.matters.catalogue import catalogue
from casebackend.outbox import service as outbox
from casebackend.parties import service as parties
from casebackend.registration.model import Registration
from casebackend.registration.requiring import complainant_of, identity, is_somebody, regulator_of, require
from casebackend.registration.rules import State

HIDDEN = ("facts", "demand", "referral_agency", "source_ref", "third_party")


async def register(
    session: AsyncSession,
    command: Register,
    *,
    by: Principal,
    now: datetime,
    saved: Registration | None = None,
    form_id: UUID | None = None,
) -> Case:
    """`saved`: the registration that this was put aside in before; `form_id`: a form that is sent twice is one."""
    complainant = complainant_of(command)
    held = await customers.found(session, **identity(complainant))
    await require(session, command, complainant, held, now)
    customer = customers.known_by(session, held, **identity(complainant), now=now) if is_somebody(complainant) else None
    conversation = _conversation(command, customer, now)
    names = [person.name.strip() for person in command.people if person.name]
    relations = [person.relation or "" for person in command.people]
    texts = [getattr(command, name) or "" for name in HIDDEN]
    hidden, values = customers.protect_first(session, conversation.id, [*texts, *relations], names=names)
    said = {name: hidden[place] or getattr(command, name) for place, name in enumerate(HIDDEN)}
    case = await _case(session, command, conversation, said=said, by=by, now=now)
    await filing.classify(session, case, tier=complainant.tier)
    rows: list[Base] = [
        conversation,
        *values,
        *await _companions(session, command, case, by, now, hidden[len(HIDDEN) :]),
    ]
    if customer is not None and held is None:
        rows.append(customer)
    if saved is None:
        rows.append(
            _submitted(Registration(id=form_id or uuid4(), user_id=by.user_id, created_at=now), command, case, now)
        )
    await filing.file(session, case, now=now, by=by, with_it=rows)
    if saved is not None:
        _submitted(saved, command, case, now)
        await session.flush()
    return case


def _conversation(command: Register, customer: Customer | None, now: datetime) -> Conversation:
    """A channel of its own for what is said about this matter: tokens and notes hang on it."""
    identity = uuid4()
    return Conversation(
        id=identity,
        channel=_channel(command),
        sender=f"registration:{identity}",
        customer_id=customer.id if customer else None,
        owner=Owner.BOT,
        opened_at=now,
    )


def _channel(command: Register) -> str:
    return catalogue().sources[command.source].channel or command.channel


async def _case(
    session: AsyncSession,
    command: Register,
    conversation: Conversation,
    *,
    said: dict[str, Any],
    by: Principal,
    now: datetime,
) -> Case:
    received_at = command.received_at or now
    same = (
        "matter_type", "source", "capacity", "group_size", "unit_id", "responsible_unit_id", "amount", "occurred_on",
        "regulator_number", "regulator_due_on", "referral_due_on", "notice_form", "personal_right", *CLASSIFICATION,
    )  # fmt: skip
    case = Case(
        id=uuid4(),
        status=rules.INITIAL,
        kind="first",
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        channel=conversation.channel,
        **said | {"source_ref": command.source_url or said["source_ref"]},
        receiving_unit_id=by.organisation_id,
        handling_unit_id=await territorial_unit(
            session, command.unit_id, local_date(received_at), matter=command.matter_type
        ),
        creator=by.actor,
        regulator=regulator_of(command.source, command.regulator),
        received_at=received_at,
        classified_by_person=any(getattr(command, field) for field in CLASSIFICATION),
        **{name: getattr(command, name) for name in same},
    )
    if command.basic_right:
        case.basic_right = command.basic_right
    return case


async def _companions(
    session: AsyncSession, command: Register, case: Case, by: Principal, now: datetime, relations: Sequence[str]
) -> list[Base]:
    rows: list[Base] = [
        parties.party(session, case.id, person, by, now, relation=relation or None)
        for person, relation in zip(command.people, relations, strict=True)
    ]
    rows += [parties.document(case.id, received, by, now) for received in command.documents]
    rows += await parties.things(session, case.id, command.objects, by, now)
    code = catalogue().matters[command.matter_type].notice_unit
    if code:
        unit = await unit_of_code(session, code)
        about: dict[str, object] = {"case_id": str(case.id), "unit_id": str(unit) if unit else None}
        rows.append(outbox.message("case.praised", about, now=now))
    return rows


def _submitted(row: Registration, command: Register, case: Case, now: datetime) -> Registration:
    """Every case that a colleague registered has its registration; what stood in it stands in the case now."""
    row.matter_type, row.channel, row.unit_id = command.matter_type, case.channel, case.unit_id
    row.state, row.case_id, row.updated_at = State.SUBMITTED, case.id, now
    row.version, row.complainant, row.content_enc = row.version or 1, None, None
    return row
