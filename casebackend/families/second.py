"""A second complaint: the closed first case behind it, the unit that decides it for good, and other hands."""

from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.families import OpenSecond
from casebackend.calendar.rules import local_date
from casebackend.cases import recusing
from casebackend.cases.fields import protected
from casebackend.cases.filing import CUSTOMER, SYSTEM, file, noted
from casebackend.cases.model import Case
from casebackend.cases.outcome import aware
from casebackend.cases.rules import INITIAL, Move, Status
from casebackend.cases.seconds import may_have_second, second_of
from casebackend.cases.service import hold, move_case
from casebackend.errors import Conflict, Unprocessable
from casebackend.families.inheriting import inherit
from casebackend.outbox import service as outbox
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind
from casebackend.workflow.queries import deciding_unit

log = structlog.get_logger()
NOBODY = "“机构职能”中没有指定承担二次投诉最终处理的机构，未能自动转办：请手工转办，并在“时限与日历”页指定承担机构"
COPIED = (
    "conversation_id", "customer_id", "channel", "matter_type", "source", "source_ref", "referral_agency",
    "capacity", "group_size", "third_party", "demand", "unit_id", "receiving_unit_id", "responsible_unit_id", "amount",
    "occurred_on", "business_channel_a", "category_b", "cause_c", "basic_right", "severity", "severity_reason", "lane",
    "lane_reason", "notice_form",
)  # fmt: skip


class NotForSecond(Conflict):
    slug, title = "not-for-second", "不能转为二次投诉"

    def __init__(self) -> None:
        super().__init__("只有已结案、未归档的首次内部投诉可以转为二次投诉；监管转办和二次投诉不可以")


class SecondExists(Conflict):
    slug, title = "second-exists", "已有二次投诉"

    def __init__(self, number: str) -> None:
        super().__init__("同一件投诉只能转为一次二次投诉", number=number)


class AskedTooEarly(Unprocessable):
    slug, title = "asked-too-early", "时间不可能"

    def __init__(self) -> None:
        super().__init__("客户提出的时间不能早于结案，也不能晚于现在")


async def by_staff(
    session: AsyncSession, case_id: UUID, command: OpenSecond, *, principal: Principal, now: datetime
) -> Case:
    """On the word of the customer, who came back by telephone, letter or in person."""
    first = await hold(session, case_id)
    await recusing.require_unbarred(session, first, principal)
    asked = aware(command.requested_at) if command.requested_at else now
    if asked > now or (first.closed_at is not None and asked < first.closed_at.replace(second=0, microsecond=0)):
        raise AskedTooEarly
    words = await protected(session, first, command.opinion)
    return await open_second(session, first, words=words, received_at=asked, principal=principal, now=now)


async def open_second(
    session: AsyncSession,
    first: Case,
    *,
    words: str | None,
    received_at: datetime,
    now: datetime,
    principal: Principal = CUSTOMER,
    level: int | None = None,
) -> Case:
    """Linked, once, to the unit that decides it. The caller holds the first case; `words` are tokenised; `level`: what
    the customer had shown who asked for it himself."""
    known = await second_of(session, first)
    if known is not None:
        raise SecondExists(known.number)
    if not may_have_second(first) or Status(first.status) is not Status.CLOSED:
        raise NotForSecond
    second = Case(
        id=uuid4(),
        status=INITIAL,
        kind="second",
        parent_id=first.id,
        facts=first.facts + (f"\n【二次投诉理由】{words}" if words else ""),
        creator=principal.actor,
        received_at=received_at,
        **{name: getattr(first, name) for name in COPIED},
    )
    await file(session, second, now=now, by=principal)
    await inherit(session, first.id, second.id, stays_away=False)
    await move_case(session, second.id, MoveCase(move=Move.ACCEPT), principal=SYSTEM, now=now)
    await _dispatch(session, second, now)
    await timeline.append(
        session,
        first.id,
        Kind.SECOND_OPENED,
        actor=principal.actor,
        actor_name=principal.display_name or principal.name,
        now=now,
        detail={"number": second.number} if level is None else {"number": second.number, "level": level},
        user_id=principal.user_id,
    )
    outbox.emit(session, "case.second_opened", {"case_id": str(first.id), "second_case_id": str(second.id)}, now=now)
    return second


async def _dispatch(session: AsyncSession, second: Case, now: datetime) -> None:
    """Without a unit it stays accepted, among the cases that wait for a colleague to dispatch them."""
    unit_id = await deciding_unit(session, second.profile, second.kind, local_date(second.received_at))
    if unit_id is None:
        log.error("family.no_unit_decides", case_id=str(second.id), reason="the chain names no unit of the bank")
        await noted(session, second, Kind.NOBODY_DECIDES, SYSTEM, now=now, opinion=NOBODY)
        return
    command = MoveCase(move=Move.DISPATCH, handling_unit_id=unit_id)
    await move_case(session, second.id, command, principal=SYSTEM, now=now)
