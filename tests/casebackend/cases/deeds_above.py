"""What superiors and the office outside do to a case in somebody's hands: supervision, and the day of an appraisal."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.access.principal import Principal
from casebackend.api.evidence import AddEvidence
from casebackend.api.extensions import ExpectBack
from casebackend.api.supervision import OpenSupervision, ReturnSupervision
from casebackend.calendar.rules import local_date
from casebackend.cases import attaching
from casebackend.cases.model import Case
from casebackend.cases.rules import IN_PROCESS, Move, Status
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import SUPERVISION
from casebackend.demands.model import Supervision
from casebackend.demands.rules import State
from casebackend.evidence.model import Evidence
from casebackend.evidence.rules import Kind
from casebackend.extensions import postponing
from casebackend.supervision import service as supervision
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.deeds_around import newest


async def expect_back(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    """On the letter of the office outside, or wrongly on whatever paper came last."""
    letter = AddEvidence(kind=Kind.DOCUMENT, title="鉴定机构延期函", source="档案室")
    comes = draw(st.booleans())
    paper = await attaching.add(session, case.id, letter, principal=by, now=now) if comes else None
    paper = paper or await newest(session, Evidence, case, Evidence.added_at)
    day = local_date(now) + timedelta(days=draw(st.sampled_from([45, 10, 1, -1])))
    command = ExpectBack(expected_back_on=day, evidence_id=paper.id, reason="鉴定机构来函延期")
    handler = case.handler_id
    await postponing.expect(session, case, command, match=f'"{case.version}"', principal=by, now=now)
    assert by.user_id != handler, "somebody moved the reminders of his own case"
    asked = select(TimelineEntry.detail).where(TimelineEntry.case_id == case.id, TimelineEntry.move == Move.SUSPEND)
    papers = [detail["evidence_id"] for detail in await session.scalars(asked)]
    assert str(paper.id) not in papers, "a case is expected back on the paper that sent it away"
    assert case.status == Status.SUSPENDED, "a case that is not suspended was expected back"


async def supervise(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    command = OpenSupervision(demand="请说明进展", due_at=now + timedelta(days=draw(st.sampled_from([3, 1, 0]))))
    await supervision.open_item(session, case.number, command, by=by, now=now)
    assert case.status in IN_PROCESS, "what is over was supervised"


async def reply_supervision(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    item = await _newest(session, case)
    await supervision.reply(session, item, case, "已联系客户", by=by, now=now)


async def return_supervision(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    item = await _newest(session, case)
    command = ReturnSupervision(demand="请补充依据", due_at=now + timedelta(days=2))
    await supervision.send_back(session, item, case, command, by=by, now=now)


async def close_supervision(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    item = await _newest(session, case)
    waited = item.state == State.OPEN
    await supervision.close(session, item, case, "已处理", by=by, now=now)
    assert not (waited and case.status in IN_PROCESS), "an unanswered supervision was ended while the case goes on"


async def _newest(session: Any, case: Case) -> Supervision:
    found: Supervision = await newest(
        session, Supervision, case, Supervision.opened_at, Supervision.state != State.CLOSED
    )
    return found


async def a_clock_for_each(session: Any, case: dict[str, Any]) -> None:
    """While a case is in process, each answer that is awaited has a clock; nothing else of supervision has one."""
    of_case = Supervision.case_id == case["id"]
    waiting = set(await session.scalars(select(Supervision.timer_id).where(of_case, Supervision.state == State.OPEN)))
    runs = select(Timer.id).where(Timer.case_id == case["id"], Timer.stopped_at.is_(None), Timer.kind == SUPERVISION)
    running = set(await session.scalars(runs))
    assert running <= waiting, "a supervision that waits for nothing has a clock"
    assert running == waiting or case["status"] not in IN_PROCESS, "an answer is awaited without a clock"
