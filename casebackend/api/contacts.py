from datetime import datetime
from uuid import UUID

from casebackend.api.base import View
from casebackend.api.cases import CaseRow


class SamePerson(View):
    """Another record with the same paper or telephone number. It is another record, perhaps another person."""

    name: str | None
    by: str


class ContactRow(View):
    """One contact, notice or survey. `number`: of the case it was about. `conversation_id`: where to read it."""

    at: datetime
    label: str
    number: str | None
    who: str | None
    about: str | None
    conversation_id: UUID | None = None


class CustomerHistory(View):
    """Everything between one customer and us, as far as the reader may see it, newest first; values are masked.
    `number` or `conversation_id`: from where it is read. `next`: the cursor of the following contacts, `next_cases`
    of the following cases."""

    number: str | None
    conversation_id: UUID | None
    name: str | None
    phone: str | None
    id_number: str | None
    same: list[SamePerson]
    cases: list[CaseRow]
    next_cases: str | None
    contacts: list[ContactRow]
    next: str | None
