"""The facts of a case that may stand in a reply to its customer, as the colleague may see them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.assist import wording
from casebackend.assist.addressing import address_of
from casebackend.calendar.rules import local, local_date
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.cases.placing import is_branch
from casebackend.cases.rules import OPEN, Status
from casebackend.customers.model import Customer
from casebackend.drafts.rules import COMPLAINT
from casebackend.notifications.words import words
from casebackend.organisations.queries import tree

# Where no form of address was registered, or this reader does not see the name.
HONORIFIC = "尊敬的客户"
# Where an answer to the complaint is given or has been given.
ANSWERING = frozenset({Status.REPLY_PENDING, Status.REPLIED, Status.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Facts:
    """`remedies`: what an answer to this complaint has to end with; None where none is given. `ways`: what it has to
    name, each of them, to have said so itself."""

    values: dict[str, str]
    remedies: str | None = None
    ways: tuple[str, ...] = ()


async def newest_case(session: AsyncSession, principal: Principal, conversation_id: UUID) -> Case | None:
    """Of what this reader may see of the customer's cases, the newest open one, else the newest."""
    query = await cases.scoped(session, principal, Case)
    found = (
        await session.scalars(
            query.where(Case.conversation_id == conversation_id).order_by(Case.filed_at.desc(), Case.number.desc())
        )
    ).all()
    return next((case for case in found if Status(case.status) in OPEN), found[0] if found else None)


async def facts_of(
    session: AsyncSession, case: Case | None, *, now: datetime, viewer: Principal | None = None
) -> Facts:
    """`viewer`: for whom the customer is named, as far as this reader sees the name; None: for nobody."""
    values = {"客户称呼": HONORIFIC}
    if case is None:
        return Facts(values)
    if viewer is not None:
        values["客户称呼"] = await address_of(session, case, viewer) or HONORIFIC
    values |= {"投诉编号": case.number, "登记时间": _moment(case.filed_at)}
    if case.promised_on is not None:
        values["答复期限"] = _day(case.promised_on)
    if case.amount is not None:
        values["金额"] = f"{case.amount:,.2f}元"
    unit = case.handling_unit_id or case.receiving_unit_id
    known = (await tree(session)).units.get(unit) if unit else None
    values |= {"受理单位": known.name} if known else {}
    phone = await _phone(session, case)
    values |= {"联系电话": phone} if phone else {}
    remedies, ways = await _remedies(session, case, now)
    return Facts(values, remedies, ways)


async def _phone(session: AsyncSession, case: Case) -> str | None:
    """Masked, as it stands on the screen of the colleague."""
    if case.customer_id is None:
        return None
    found: str | None = await session.scalar(select(Customer.phone_masked).where(Customer.id == case.customer_id))
    return found


async def _remedies(session: AsyncSession, case: Case, now: datetime) -> tuple[str | None, tuple[str, ...]]:
    rule = wording.remedies_on(local_date(now))
    if rule is None or case.matter_type != COMPLAINT or Status(case.status) not in ANSWERING:
        return None, ()
    template, ways = rule.told_by(branch=await is_branch(session, case.handling_unit_id))
    return words(template), ways


def ready(reply: str, facts: Facts, *, script: bool) -> tuple[str, list[str]]:
    """The whole reply, and which facts are missing. A script (话术) is said as it was written for its step."""
    begun = reply.strip() if script else wording.with_empathy(reply.strip())
    text, missing = wording.filled(begun, facts.values)
    return with_remedies(text, facts), missing


def in_form(reply: str, facts: Facts) -> str:
    """As it goes into a field of the written answer: that is one letter, its remedies in a field of their own."""
    return wording.filled(wording.without_greeting(reply.strip()), facts.values)[0]


def with_remedies(text: str, facts: Facts) -> str:
    """As it is, where no answer is given or it names every way of redress itself."""
    if not facts.remedies or all(way in text for way in facts.ways):
        return text
    return f"{text}\n{facts.remedies}"


def _moment(at: datetime) -> str:
    here = local(at)
    return f"{_day(here.date())}{here:%H:%M}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
