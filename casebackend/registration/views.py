"""From rows to what colleagues read; personal data are masked."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.parties import DocumentView, ObjectView, PersonView
from casebackend.api.registration import ChangeView, Register, Registered, RegistrationView
from casebackend.cases import agreed
from casebackend.cases.model import Case, CaseChange
from casebackend.customers import service as customers
from casebackend.matters.catalogue import catalogue
from casebackend.parties import queries as parties
from casebackend.parties.model import BusinessObject, Party, ReceivedDocument

OF_THE_CASE = RegistrationView.model_fields.keys() & set(Case.__table__.columns.keys())


HIDDEN = ("severity_reason", "source_ref", "referral_agency", "third_party")


def registered(case: Case, command: Register) -> Registered:
    known = catalogue()
    held = [(document.kind, document.original_seen) for document in command.documents]
    roles = [person.role for person in command.people]
    missing = [known.documents[kind] for kind in known.documents_missing(command.capacity, held, roles)]
    same = Registered.model_fields.keys() & set(Case.__table__.columns.keys())
    return Registered.model_validate(
        {name: getattr(case, name) for name in same} | {"case_id": case.id, "missing_documents": missing}
    )


async def view(session: AsyncSession, case: Case) -> RegistrationView:
    masks = await masks_of(session, case)
    people = await parties.people_of(session, case.id)
    documents = await parties.documents_of(session, case.id)
    known = catalogue()
    held = [(each.kind, each.original_seen) for each in documents]
    missing = known.documents_missing(case.capacity, held, [each.role for each in people])
    hidden = {name: customers.rendered(text, masks) for name in HIDDEN if (text := getattr(case, name))}
    return RegistrationView.model_validate(
        {name: getattr(case, name) for name in OF_THE_CASE}
        | hidden
        | {
            "notice_form_label": agreed.label(case.notice_form),
            "people": [person(each, masks) for each in people],
            "documents": [document(each) for each in documents],
            "missing_documents": [known.documents[kind] for kind in missing],
            "objects": [thing(each) for each in await parties.objects_of(session, case.id)],
            "changes": [change(each, masks) for each in await _changes(session, case)],
        }
    )


async def _changes(session: AsyncSession, case: Case) -> list[CaseChange]:
    found = await session.scalars(
        select(CaseChange).where(CaseChange.case_id == case.id).order_by(CaseChange.at.desc(), CaseChange.field)
    )
    return list(found)


def change(row: CaseChange, masks: dict[str, str]) -> ChangeView:
    shown = ChangeView.model_validate(row)
    said = {name: getattr(row, name) for name in ("reason", "before", "after")}
    return shown.model_copy(
        update={name: customers.rendered(text, masks) if text else text for name, text in said.items()}
    )


async def masks_of(session: AsyncSession, case: Case) -> dict[str, str]:
    return (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})


def person(row: Party, masks: dict[str, str]) -> PersonView:
    shown = PersonView.model_validate(row)
    return shown.model_copy(update={"relation": customers.rendered(row.relation, masks) if row.relation else None})


def document(row: ReceivedDocument) -> DocumentView:
    return DocumentView.model_validate(row)


def thing(row: BusinessObject) -> ObjectView:
    return ObjectView.model_validate(row)
