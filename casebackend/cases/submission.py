"""A draft that the customer has confirmed becomes a case."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.calendar.rules import local_date
from casebackend.cases import filing, rules
from casebackend.cases.model import Case
from casebackend.cases.own import question_open_for
from casebackend.cases.placing import bot_unit, territorial_unit, unit_of_code
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.rules import Asked
from casebackend.customers import service as customers
from casebackend.drafts import confirming, consent
from casebackend.drafts import service as drafts
from casebackend.drafts.errors import NotConfirmed
from casebackend.drafts.model import Draft
from casebackend.errors import Conflict
from casebackend.failpoints import failpoint
from casebackend.grading.queries import graded
from casebackend.grading.rules import Subject
from casebackend.identity.rules import VERIFIED_SENDERS
from casebackend.matters.catalogue import catalogue
from casebackend.outbox import service as outbox
from casebackend.timeline.rules import Kind

# How the rule of care (grading/rules.yml) begins its reason; a part that is split off keeps the lane by it.
CARE_REASON = "客户情况："


async def confirmed(session: AsyncSession, message: Message) -> None:
    """A yes to the read-back with a wait, a but or a question beside it files nothing, and nor does one to a read-back
    that has been overtaken, by a newer one or by a change that nobody read back."""
    if await question_open_for(session, message) != Asked.CONFIRM:
        return
    if consent.hold(message.text) is not None:
        raise NotConfirmed
    draft = await drafts.open_draft(session, message.conversation_id)
    if draft is not None and await confirming.overtaken(session, draft, message):
        raise NotConfirmed(unread=not await confirming.read_back(session, draft))


# Filed without an answer to what should become of the earlier one.
UNANSWERED = "unanswered"


class NothingToFile(Conflict):
    slug, title = "nothing-to-file", "没有可提交的投诉"

    def __init__(self) -> None:
        super().__init__("该会话没有填写中的投诉")


async def file_from_draft(
    session: AsyncSession, conversation_id: UUID, *, actor: str, now: datetime, said: Message | None = None
) -> Case:
    """Filing a draft again gives its case again. `said`: the customer's yes; none where a colleague registers."""
    conversation = await session.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    draft = await drafts.open_draft(session, conversation_id)
    if draft is None:
        return await _filed_before(session, conversation_id)
    complete = await drafts.complete(session, conversation_id)
    customer = await customers.register(
        session,
        channel=conversation.channel,
        sender=conversation.sender,
        name=complete.name,
        phone=complete.phone,
        id_number=complete.id_number,
        now=now,
        verified=conversation.channel in VERIFIED_SENDERS,
    )
    conversation.customer_id = customer.id
    case = Case(
        id=uuid4(),
        status=rules.INITIAL,
        kind="first",
        draft_id=draft.id,
        conversation_id=conversation_id,
        customer_id=customer.id,
        channel=draft.channel,
        matter_type=draft.matter_type,
        facts=complete.facts,
        demand=complete.demand,
        unit_id=complete.unit_id,
        receiving_unit_id=await bot_unit(session),
        handling_unit_id=await territorial_unit(
            session, complete.unit_id, local_date(draft.first_received_at), matter=draft.matter_type
        ),
        amount=complete.amount,
        occurred_on=complete.occurred_on,
        creator=actor,
        received_at=draft.first_received_at,
        capacity=draft.capacity or "self",
        group_size=draft.group_size or 1,
    )
    await filing.classify(session, case)
    if draft.care and case.lane is None:
        _, care = await graded(session, Subject("", care=tuple(draft.care)), local_date(case.received_at))
        case.lane, case.lane_reason = (care.result, care.reason) if care else (None, None)
    await filing.file(session, case, now=now)
    await _praised(session, case, now)
    if said is not None:
        await confirming.keep(session, draft, case.id, said)
    await _likeness_kept(session, draft, case, now)
    await drafts.mark_filed(session, draft, case.id)
    await failpoint("case.before_commit")
    return case


async def _praised(session: AsyncSession, case: Case, now: datetime) -> None:
    """Of praise the unit hears, and whoever else is named in matters.yml."""
    code = catalogue().matters[case.matter_type].notice_unit
    if code:
        unit_id = await unit_of_code(session, code)
        about: dict[str, object] = {"case_id": str(case.id), "unit_id": str(unit_id) if unit_id else None}
        outbox.emit(session, "case.praised", about, now=now)


async def _likeness_kept(session: AsyncSession, draft: Draft, case: Case, now: datetime) -> None:
    """The customer was shown earlier complaints like this one, and filed it all the same."""
    if not draft.likeness:
        return
    earlier = select(Case.number).where(Case.id.in_([UUID(each) for each in draft.likeness])).order_by(Case.number)
    numbers = list(await session.scalars(earlier))
    detail: dict[str, object] = {"choice": draft.likeness_choice or UNANSWERED, "earlier": numbers}
    said = f"已向客户提示此前相似的投诉：{'、'.join(numbers)}"
    await filing.noted(session, case, Kind.LIKENESS_DECIDED, filing.CUSTOMER, now=now, opinion=said, detail=detail)


async def _filed_before(session: AsyncSession, conversation_id: UUID) -> Case:
    """The newest draft decides: one that was given up after an earlier case was filed gives nothing."""
    newest: Draft | None = await session.scalar(
        select(Draft).where(Draft.conversation_id == conversation_id).order_by(Draft.first_received_at.desc()).limit(1)
    )
    case = await session.get(Case, newest.case_id) if newest is not None and newest.case_id else None
    if case is None:
        raise NothingToFile
    return case
