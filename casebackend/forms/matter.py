"""What both forms need of a case, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments import queries as attachments
from casebackend.attachments.model import Attachment
from casebackend.cases.model import Case
from casebackend.customers.model import Customer
from casebackend.customers.rules import Kind
from casebackend.forms.sight import Sight
from casebackend.matters.rules import PersonRole
from casebackend.organisations.queries import tree
from casebackend.organisations.tree import Unit
from casebackend.parties import queries as parties
from casebackend.parties.model import BusinessObject, Party, ReceivedDocument
from casebackend.staff import queries as staff
from casebackend.timeline import queries as timeline
from casebackend.timeline.model import TimelineEntry

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Matter:
    case: Case
    sight: Sight
    customer: Customer | None
    people: Sequence[Party]
    documents: Sequence[ReceivedDocument]
    objects: Sequence[BusinessObject]
    files: Sequence[Attachment]
    steps: Sequence[TimelineEntry]
    units: Mapping[UUID, Unit]
    names: Mapping[UUID, str]
    first_number: str | None

    @property
    def complainant(self) -> Party | None:
        return next((each for each in self.people if each.role == PersonRole.COMPLAINANT), None)

    def of_complainant(self, name: str, kind: Kind) -> str:
        """As it was taken down for this case, else as the customer is known."""
        return self.sight.value(self.complainant, name, kind) or self.sight.value(self.customer, name, kind)

    def unit(self, identity: UUID | None) -> str:
        return self.units[identity].name if identity is not None and identity in self.units else ""

    def person(self, identity: UUID | None) -> str:
        return self.names.get(identity, "") if identity else ""


async def read(session: AsyncSession, case: Case, sight: Sight) -> Matter:
    parent = await session.get(Case, case.parent_id) if case.parent_id else None
    named = (case.handler_id, case.judged_by, case.judgement_reviewed_by, case.signed_by)
    return Matter(
        case=case,
        sight=sight,
        customer=await session.get(Customer, case.customer_id) if case.customer_id else None,
        people=await parties.people_of(session, case.id),
        documents=await parties.documents_of(session, case.id),
        objects=await parties.objects_of(session, case.id),
        files=await attachments.of_case(session, case.id),
        steps=await timeline.of_case(session, case.id),
        units=(await tree(session)).units,
        names=await staff.names(session, named),
        first_number=parent.number if parent else None,
    )


def moment(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


def day(on: date | datetime | None) -> str:
    if isinstance(on, datetime):
        on = on.astimezone(SHANGHAI).date()
    return on.isoformat() if on else ""
