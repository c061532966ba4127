"""What is left of a family after its time: the rows, their dates and codes, and every event; no words, no people.

Texts of the customer and of the decision go, and what colleagues wrote in the history where the policy does not keep
it; what is kept stays with its tokens, for which nobody can find a value any more. The audit never held any of it.
Files lose their key, and the job of the attachments does the rest.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist.model import SuggestionUse
from casebackend.attachments.model import Attachment
from casebackend.candidates import service as candidates
from casebackend.candidates.model import Candidate
from casebackend.cases.filing import SYSTEM, written
from casebackend.cases.model import Case, CaseChange
from casebackend.cases.rules import Move
from casebackend.cases.service import hold
from casebackend.conversations.model import Conversation, Delivery, Message
from casebackend.conversations.service import hold as hold_talk
from casebackend.customers import service as customers
from casebackend.customers.model import ChannelIdentity, Customer, PersonalValue
from casebackend.demands.model import Supervision, SupervisionReply
from casebackend.disclosures.model import Disclosure
from casebackend.drafts.model import CallTranscript, Confirmation, Draft, DraftField
from casebackend.escalations.model import Urge
from casebackend.evidence.model import Evidence
from casebackend.extensions.model import Extension, Material
from casebackend.families.model import CaseLink
from casebackend.forms.model import FormPrint
from casebackend.gaps.model import Gap
from casebackend.owings.model import Owed
from casebackend.parties.model import BusinessObject, Party
from casebackend.parties.rules import ObjectKind
from casebackend.recusals.model import Recusal, Waiver
from casebackend.registration.model import Registration
from casebackend.requests.model import CaseRequest
from casebackend.retention import queries
from casebackend.retention.model import LegalHold, Redaction, RedactionRun, TalkEnd
from casebackend.retention.queries import Family
from casebackend.retention.rules import Policy
from casebackend.reviews.model import Review
from casebackend.revisits.model import Revisit
from casebackend.tasks.model import Task
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

GONE = "［已按保存期限删除］"
OF_CASE = (
    "facts", "demand", "findings", "proposal", "judgement_basis", "reply_text", "closing_info", "overdue_reason",
    "told_proof", "no_recording_reason", "source_ref", "third_party",
)  # fmt: skip
# Texts around a case, by the table's column `case_id`.
AROUND: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Evidence, ("title", "source")),
    (Task, ("demand", "answer")),
    (Owed, ("text", "told_proof")),
    (Extension, ("reason", "decision_opinion", "told_proof")),
    (Material, ("text", "decision_opinion", "told_proof")),
    (Review, ("document", "grounds", "findings_process", "findings_time", "findings_result", "opinion", "told_proof")),
    (Revisit, ("words",)),
    (Supervision, ("demand", "closing_opinion")),
)
OPINIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (TimelineEntry, ("opinion",)),
    (CaseChange, ("reason",)),
    (LegalHold, ("reason", "lift_reason")),
    (Disclosure, ("reason",)),
    (FormPrint, ("reason",)),
    (Recusal, ("reason", "lifted_reason")),
    (Waiver, ("reason",)),
    (Urge, ("opinion",)),
    (CaseLink, ("reason",)),
    (Task, ("cancel_reason",)),
    (Attachment, ("removed_reason",)),
    (Candidate, ("reason",)),
    (SuggestionUse, ("refused_reason", "flagged_reason")),
)
PERSONAL = (ObjectKind.STAFF, ObjectKind.CARD, ObjectKind.ACCOUNT, ObjectKind.POLICY)
OF_PARTY = (
    "name_enc", "name_masked", "phone_enc", "phone_masked", "phone_index", "caller_enc", "caller_masked",
    "id_number_enc", "id_number_masked", "unified_code", "relation",
)  # fmt: skip
OF_CUSTOMER = (
    "name_enc", "name_masked", "name_index", "phone_enc", "phone_masked", "phone_index", "id_number_enc",
    "id_number_masked", "id_number_index",
)  # fmt: skip


async def redact(session: AsyncSession, case_id: UUID, run: RedactionRun, *, today: date, now: datetime) -> int:
    """How many cases; none when something has come in the way since the run was approved. `today`: the day of the
    run, so that nothing is redacted that was not due when it was approved."""
    known = await queries.policies(session)
    for case in await queries.members(session, case_id):
        await hold(session, case.id)
    for talk in sorted({case.conversation_id for case in await queries.members(session, case_id)}):
        await hold_talk(session, talk)
    family = await queries.family(session, case_id, known, today)
    if family.obstacle is not None:
        return 0
    done = [case for case in family.cases if await session.get(Redaction, case.id) is None]
    if not done:
        return 0
    if session.get_bind().dialect.name == "sqlite":  # what is freed is overwritten, not only forgotten
        await session.execute(text("PRAGMA secure_delete=ON"))
    for case in done:
        await _case(session, case, family, family.policies[case.id], run, now)
    await _around(session, [case.id for case in done], today)
    await _opinions(session, [case.id for case in done if not family.policies[case.id].keeps_opinions])
    await candidates.forget(session, [case.id for case in done], now)
    await _conversations(session, {case.conversation_id for case in done}, today)
    await forget_customers(session, {case.customer_id for case in done if case.customer_id}, now)
    return len(done)


async def _case(
    session: AsyncSession, case: Case, family: Family, policy: Policy, run: RedactionRun, now: datetime
) -> None:
    names = [name for name in OF_CASE if getattr(case, name)]
    for name in names:
        setattr(case, name, GONE)
    if not policy.keeps_opinions:
        case.severity_reason = case.severity_reason.partition("：")[0]
    await session.flush()
    detail: dict[str, object] = {"run_id": str(run.id), "kept_until": family.until.isoformat(), "years": policy.years}
    await written(session, case, Kind.REDACTED, SYSTEM, now=now, detail=detail, fields=names)
    session.add(Redaction(case_id=case.id, run_id=run.id, at=now, kept_until=family.until, policy=policy.source))
    await session.flush()


async def set_all(session: AsyncSession, table: Any, where: Any, **values: Any) -> None:
    await session.execute(update(table).where(where).values(values).execution_options(synchronize_session=False))


async def _around(session: AsyncSession, ids: Sequence[UUID], today: date) -> None:
    for table, columns in AROUND:
        for name in columns:
            column = getattr(table, name)
            await set_all(session, table, table.case_id.in_(ids) & column.is_not(None), **{name: GONE})
    corrected = CaseChange.case_id.in_(ids) & CaseChange.field.in_(("facts", "demand", "referral_agency", "source_ref"))
    await set_all(session, CaseChange, corrected, before=GONE, after=GONE)
    proposed = TimelineEntry.case_id.in_(ids) & (TimelineEntry.move == Move.PROPOSE)
    await set_all(session, TimelineEntry, proposed & TimelineEntry.opinion.is_not(None), opinion=GONE)
    mine = select(Supervision.id).where(Supervision.case_id.in_(ids))
    await set_all(session, SupervisionReply, SupervisionReply.supervision_id.in_(mine), text=GONE)
    await set_all(session, Revisit, Revisit.case_id.in_(ids), last_result=None)
    await set_all(session, Party, Party.case_id.in_(ids), **dict.fromkeys(OF_PARTY))
    await set_all(
        session, Registration, Registration.case_id.in_(ids), content_enc=None, typed_enc=None, complainant=None
    )
    await set_all(session, Attachment, Attachment.case_id.in_(ids), name=GONE, retain_until=today - timedelta(days=1))
    things = await session.scalars(
        select(BusinessObject).where(BusinessObject.case_id.in_(ids), BusinessObject.kind.in_(PERSONAL))
    )
    vault = customers.vault(session)
    for thing in things:
        thing.value_enc = vault.seal("business_objects", "value_enc", thing.id, "")
        thing.value_masked, thing.value_index, thing.user_id = GONE, f"gone{thing.id.hex[:28]}", None
    await session.flush()


async def _opinions(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Who did what and when stays; why, in his own words, goes."""
    for table, columns in OPINIONS:
        for name in columns:
            column = getattr(table, name)
            await set_all(session, table, table.case_id.in_(ids) & column.is_not(None), **{name: GONE})


async def _conversations(session: AsyncSession, ids: set[UUID], today: date) -> None:
    """Everything that was said and sent. Every case of these conversations is of the family."""
    sent = Attachment.conversation_id.in_(ids) & Attachment.case_id.is_(None)
    await set_all(session, Attachment, sent, name=GONE, retain_until=today - timedelta(days=1))
    drafts = select(Draft.id).where(Draft.conversation_id.in_(ids))
    await set_all(session, DraftField, DraftField.draft_id.in_(drafts), value=GONE, display=GONE)
    told: dict[str, Any] = {"last_result": {}, "failures": {}, "likeness_result": None}
    await set_all(session, Draft, Draft.conversation_id.in_(ids), **told)
    await set_all(session, CaseRequest, CaseRequest.conversation_id.in_(ids), last_result=None)
    await set_all(session, Gap, Gap.conversation_id.in_(ids), conversation_id=None, message_id=None)
    await set_all(session, Confirmation, Confirmation.conversation_id.in_(ids), shown_text=GONE, said_text=GONE)
    await set_all(
        session, Message, Message.conversation_id.in_(ids), text=GONE, original_enc=None, media=[], choices=[]
    )
    await set_all(session, CallTranscript, CallTranscript.conversation_id.in_(ids), turns={}, recording_url=None)
    await set_all(session, Delivery, Delivery.conversation_id.in_(ids), receiver="gone")
    await session.execute(delete(PersonalValue).where(PersonalValue.conversation_id.in_(ids)))


async def forget_customers(session: AsyncSession, ids: set[UUID], now: datetime) -> None:
    """Only whoever has no other case with us and no other conversation."""
    for customer_id in ids:
        left = select(Case.id).where(Case.customer_id == customer_id, Case.id.not_in(select(Redaction.case_id)))
        gone = select(Case.conversation_id).where(Case.id.in_(select(Redaction.case_id)))
        silent = select(TalkEnd.conversation_id).where(TalkEnd.next_on.is_(None))
        own = Conversation.customer_id == customer_id
        talks = select(Conversation.id).where(own, Conversation.id.not_in(gone), Conversation.id.not_in(silent))
        if await session.scalar(left.limit(1)) or await session.scalar(talks.limit(1)):
            continue
        await set_all(session, Customer, Customer.id == customer_id, updated_at=now, **dict.fromkeys(OF_CUSTOMER))
        await session.execute(delete(ChannelIdentity).where(ChannelIdentity.customer_id == customer_id))
        for talk in await session.scalars(select(Conversation).where(Conversation.customer_id == customer_id)):
            talk.sender = f"gone:{talk.id}"
        await session.flush()
