"""What a customer registered and was answered, in a conversation: for whom core banking has confirmed, masked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.own import OwnDetails
from casebackend.api.pickups import CaseDetails
from casebackend.cases import own, reach
from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.identity import levels, queries
from casebackend.identity.rules import Action, Where
from casebackend.timeline.rules import Kind


async def details(session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime) -> OwnDetails:
    """Before the level is there, nothing is told of any complaint, not even whether there is one."""
    message = await own.message_of(session, conversation_id, message_id)
    has = await queries.shown(session, conversation_id, now=now)
    if not levels.allows(Action.DETAILS, Where.HERE, has.level):
        return OwnDetails(outcome="level", needs=levels.table()[Action.DETAILS, Where.HERE].level)
    reached = await queries.customers_within_reach(session, conversation_id, Action.DETAILS, now=now)
    found = await reach.meant(session, message, Action.DETAILS, now=now)
    theirs = [case for case in found.cases if case.customer_id in reached]
    if not theirs:
        return OwnDetails(outcome="foreign" if found.foreign or found.cases or found.unproved else "none")
    if len(theirs) > 1:
        return OwnDetails(outcome="choose", cases=await own.briefs(session, theirs))
    [case] = theirs
    await noted(session, case, Kind.DETAILS_READ, CUSTOMER, now=now, detail={"level": int(has.level)})
    return OwnDetails(outcome="shown", number=case.number, details=await of_case(session, case))


async def of_case(session: AsyncSession, case: Case) -> CaseDetails:
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return CaseDetails(
        facts=customers.rendered(case.facts, masks),
        demand=customers.rendered(case.demand, masks),
        amount=f"{case.amount:.2f}" if case.amount is not None else None,
        occurred_on=case.occurred_on,
        reply=customers.rendered(case.reply_text, masks) if case.reply_text else None,
    )
