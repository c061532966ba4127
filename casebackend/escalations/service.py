"""Urging by colleagues, and the words of every reminder about a case."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases import fields, steering
from casebackend.cases.filing import written
from casebackend.cases.model import Case
from casebackend.cases.rules import COUNTED_AS_CLOSED, IN_PROCESS, Status
from casebackend.cases.service import hold, visible
from casebackend.clocks.rules import moment_text
from casebackend.errors import Conflict, Forbidden
from casebackend.escalations.model import Urge
from casebackend.notices.service import Word
from casebackend.notices.thresholds import in_force
from casebackend.outbox import service as outbox
from casebackend.timeline.rules import Kind

MINUTE = timedelta(minutes=1)


class NotInProcess(Conflict):
    slug, title = "not-in-process", "该投诉不在办理中"

    def __init__(self, *, ended: bool) -> None:
        hint = "已办结，不能再催办；客户仍不满意的，可以登记二次投诉" if ended else "还没有进入办理，暂不能催办"
        super().__init__(f"这件投诉{hint}", second_complaint=ended)


class UrgedTooSoon(Conflict):
    slug, title = "urged-too-soon", "催办过于频繁"

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"您已催办过这件投诉，{moment_text(again_at)}之后可以再次催办", again_at=again_at.isoformat())


class OnlyStaff(Forbidden):
    slug = "only-staff"

    def __init__(self) -> None:
        super().__init__("只有工作人员可以催办")


def word(case: Case, template: str, cause: str, kind: Kind | str, values: dict[str, Any], **more: Any) -> Word:
    return Word(
        cause=cause,
        kind=str(kind),
        template=template,
        values={"number": case.number} | values,
        link=f"/cases/{case.number}",
        case_id=case.id,
        **more,
    )


def until(due_at: datetime) -> str:
    """A day of law ends at 24:00, which a reader does not call 00:00 of the next."""
    text = moment_text(due_at)
    return f"{moment_text(due_at - MINUTE)[:-5]}24:00" if text.endswith("00:00") else text


async def urge(session: AsyncSession, reference: str, opinion: str, *, by: Principal, now: datetime) -> Urge:
    """Once in a while each, and only while somebody works on it. Whoever has the case is told."""
    if by.user_id is None:
        raise OnlyStaff
    case = await hold(session, (await visible(session, by, reference)).id)
    await steering.require(session, case, by)
    if Status(case.status) not in IN_PROCESS:
        raise NotInProcess(ended=Status(case.status) in COUNTED_AS_CLOSED)
    every = (await in_force(session, now)).hours("urge.hours")
    last = await session.scalar(
        select(Urge.at).where(Urge.case_id == case.id, Urge.user_id == by.user_id).order_by(Urge.at.desc()).limit(1)
    )
    if last is not None and now - last < every:
        raise UrgedTooSoon(last + every)
    kept = await fields.protected(session, case, opinion)
    case.urge_count += 1
    await session.flush()
    detail: dict[str, object] = {"count": case.urge_count}
    await written(session, case, Kind.STAFF_URGED, by, now=now, opinion=kept, detail=detail, fields=["urge_count"])
    outbox.emit(session, "case.urged", {"case_id": str(case.id), "count": case.urge_count}, now=now)
    made = Urge(
        case_id=case.id, user_id=by.user_id, actor_name=by.display_name, opinion=kept, count=case.urge_count, at=now
    )
    session.add(made)
    await session.flush()
    return made


async def urges_of(session: AsyncSession, case_id: UUID) -> Sequence[Urge]:
    return (await session.scalars(select(Urge).where(Urge.case_id == case_id).order_by(Urge.at))).all()
