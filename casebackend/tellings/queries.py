from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.tellings import OwedView
from casebackend.cases.model import Case
from casebackend.cases.outcome import TOLD_LABELS
from casebackend.cases.words import ToldBy
from casebackend.clocks.queries import running
from casebackend.clocks.rules import PETITION_TELL, REVIEW
from casebackend.customers import service as customers
from casebackend.owings.model import Owed
from casebackend.owings.rules import LABELS, What, allows
from casebackend.tellings import service


async def of_case(session: AsyncSession, case: Case, principal: Principal) -> list[OwedView]:
    """Newest first."""
    found = select(Owed).where(Owed.case_id == case.id).order_by(Owed.since.desc(), Owed.id)
    return await views(session, case, (await session.scalars(found)).all(), principal)


async def views(session: AsyncSession, case: Case, owings: Sequence[Owed], principal: Principal) -> list[OwedView]:
    mask = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    shown = []
    for owed in owings:
        due_at = await _due(session, owed.review_id or case.id) if service.is_open(owed) else None
        mine = service.is_open(owed) and await service.may_tell(session, case, owed, principal)
        shown.append(
            OwedView(
                id=owed.id,
                version=owed.version,
                what=owed.what,
                label=LABELS[What(owed.what)],
                text=customers.rendered(owed.text, mask),
                since=owed.since,
                due_at=due_at,
                open=service.is_open(owed),
                told_by=owed.told_by,
                told_by_label=TOLD_LABELS[ToldBy(owed.told_by)] if owed.told_by else None,
                told_at=owed.told_at,
                told_proof=customers.rendered(owed.told_proof, mask) if owed.told_proof else None,
                ended_at=owed.ended_at,
                ways={
                    each.value: label
                    for each, label in TOLD_LABELS.items()
                    if each is not ToldBy.CHANNEL and allows(owed.what, each)
                },
                may_tell=mine,
            )
        )
    return shown


async def _due(session: AsyncSession, clock_of: UUID) -> datetime | None:
    law = [each.due_at for each in await running(session, clock_of) if each.kind in (PETITION_TELL, REVIEW)]
    return min(law, default=None)
