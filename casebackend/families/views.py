from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.families import FamilyMember, FamilyView, LinkView, Opened, ReviewBrief, Urging
from casebackend.cases import recusing, seconds
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.words import STATUS_LABELS
from casebackend.customers import service as customers
from casebackend.families import queries
from casebackend.families.model import CaseLink
from casebackend.families.rules import LABELS, LinkKind, Relation
from casebackend.reviews import queries as reviews
from casebackend.reviews.rules import OUTCOMES, STATES, Outcome, State

SUMMARY = 40


async def family(session: AsyncSession, case: Case, principal: Principal) -> FamilyView:
    members = await queries.members(session, case, principal)
    masks = await customers.masks(session, {each.conversation_id for _, each in members})
    urged = await queries.urged_at(session, case.id)
    return FamilyView(
        number=case.number,
        members=[_member(relation, each, masks.get(each.conversation_id, {})) for relation, each in members],
        urging=Urging(count=len(urged), times=urged),
        reviews=[
            ReviewBrief(
                number=review.number,
                state=State(review.state),
                state_label=STATES[State(review.state)],
                outcome=Outcome(review.outcome) if review.outcome else None,
                outcome_label=OUTCOMES[Outcome(review.outcome)] if review.outcome else None,
                applied_at=review.applied_at,
                decided_at=review.decided_at,
            )
            for review in await reviews.of_case(session, case.id)
        ],
        may_open_second=await seconds.offered(session, case)
        and await recusing.why_barred(session, case, principal) is None,
    )


def _member(relation: Relation, case: Case, masks: dict[str, str]) -> FamilyMember:
    status = Status(case.status)
    return FamilyMember(
        relation=relation,
        label=LABELS[relation],
        number=case.number,
        status=status,
        status_label=STATUS_LABELS[status],
        received_at=case.received_at,
        replied_at=case.replied_at,
        closed_at=case.closed_at,
        promised_on=case.promised_on,
        summary=customers.rendered(case.facts, masks)[:SUMMARY],
    )


async def links(session: AsyncSession, case: Case, principal: Principal) -> list[LinkView]:
    """Those to complaints that the reader may see."""
    seen = {other.id: other for _, other in await queries.members(session, case, principal)}
    found = []
    for link in await queries.links_of(session, case.id):
        other = seen.get(link.other_id if link.case_id == case.id else link.case_id)
        if other is not None:
            found.append(await link_view(session, link, case, other))
    return found


async def link_view(session: AsyncSession, link: CaseLink, case: Case, other: Case) -> LinkView:
    relation = queries.relation_seen_from(link, case.id)
    source = case if link.case_id == case.id else other
    return LinkView(
        id=link.id,
        version=link.version,
        kind=LinkKind(link.kind),
        relation=relation,
        label=LABELS[relation],
        number=other.number,
        reason=await customers.render(session, source.conversation_id, link.reason) if link.reason else None,
        actor_name=link.actor_name,
        at=link.at,
    )


def opened(case: Case) -> Opened:
    return Opened(case_id=case.id, number=case.number, status=Status(case.status))
