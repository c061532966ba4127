"""Which own complaints one that is being filled in looks like: the same thing, or much the same words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import reach
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.customers import service as customers
from casebackend.drafts import queries as drafts
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import COMPLAINT, Field
from casebackend.identity.rules import Action
from casebackend.notices.thresholds import in_force
from casebackend.parties.queries import objects_of
from casebackend.parties.rules import ObjectKind
from casebackend.requests import objects, rules
from casebackend.requests.objects import Thing

NOT_AGAIN = frozenset({Status.WITHDRAWN, Status.VOIDED, Status.DRAFT, Status.MERGED})
# An outlet or a colleague is what many different complaints are about.
TELLING = frozenset({ObjectKind.CARD, ObjectKind.ACCOUNT, ObjectKind.PRODUCT, ObjectKind.POLICY})


@dataclass(frozen=True, slots=True)
class Told:
    """`facts` as stored, `plain` all of it in clear, `things` what it names."""

    facts: str
    plain: str
    things: frozenset[Thing]


async def alike(session: AsyncSession, draft: Draft, now: datetime) -> list[Case]:
    """Among those of this chat, and with a code to the phone on file those of the customer from any channel."""
    held = await drafts.fields(session, draft)
    if Field.FACTS not in held:
        return []
    settings = await in_force(session, now)
    since, least = now - timedelta(days=settings.number("likeness.days")), settings.number("likeness.percent")
    words = [held[name].value for name in (Field.FACTS, Field.DEMAND) if name in held]
    plain = await customers.reveal(session, draft.conversation_id, "\n".join(words))
    told = Told(held[Field.FACTS].value, plain, objects.named(plain))
    opened, unproved = await reach.open_to(session, draft.conversation_id, Action.JOIN, now=now)
    recent = [case for case in (*opened, *unproved) if case.filed_at >= since and _may_be_again(case)]
    return [case for case in recent if await _is_like(session, told, case, least)]


def _may_be_again(case: Case) -> bool:
    return case.matter_type == COMPLAINT and Status(case.status) not in NOT_AGAIN


async def _is_like(session: AsyncSession, told: Told, case: Case, least: int) -> bool:
    return rules.similarity(case.facts, told.facts) >= least or await _same_thing(session, told, case)


async def _same_thing(session: AsyncSession, told: Told, case: Case) -> bool:
    plain = await customers.reveal(session, case.conversation_id, f"{case.facts}\n{case.demand}")
    taken_down = [
        Thing(
            ObjectKind(row.kind), customers.vault(session).open(row.__tablename__, "value_enc", row.id, row.value_enc)
        )
        for row in await objects_of(session, case.id)
        if ObjectKind(row.kind) in TELLING
    ]
    theirs = objects.named(plain) | frozenset(taken_down)
    return objects.shared(told.things, theirs) or any(objects.told_in(thing, told.plain) for thing in theirs)
