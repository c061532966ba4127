"""What colleagues do around a case with the people, papers and other cases that belong to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.access.principal import Principal
from casebackend.api.families import Link
from casebackend.api.parties import DocumentReceived, ObjectNamed, Person
from casebackend.api.registration import ChangeGroup, ChangeMatter
from casebackend.assignments import service as assignments
from casebackend.cases import countersigning, declaring
from casebackend.cases.model import Case
from casebackend.errors import NotFound
from casebackend.families import service as families
from casebackend.families.model import CaseLink
from casebackend.families.rules import BY_HAND
from casebackend.matters.rules import DocumentKind, MatterType, PersonalRight, PersonRole
from casebackend.parties.rules import ObjectKind
from casebackend.recusals.model import Recusal
from casebackend.registration import around, changing, grouping
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from casebackend.tasks.rules import State

HANDLERS = ("agent", "outlet", "branch", "auditor")
WAITING = (State.OPEN, State.RECEIVED)
COMPLAINED_OF = ("agent", "outlet", "lead")


async def newest(session: Any, model: Any, case: Case, order: Any, waits: Any = None) -> Any:
    """`waits`: what still does is newer than what is over."""
    newer = [order.desc()] if waits is None else [waits.desc(), order.desc()]
    found = await session.scalar(select(model).where(model.case_id == case.id).order_by(*newer).limit(1))
    if found is None:
        raise NotFound("没有可以处理的事项")
    return found


async def _held(session: Any, case: Case, by: Principal) -> Case:
    return await changing.held(session, by, case.number, f'"{case.version}"')


async def waive(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> UUID:
    declared = await newest(session, Recusal, case, Recusal.declared_at)
    whom: UUID = declared.user_id
    await declaring.waive(session, case.id, whom, "无其他人员可以办理", principal=by, now=now)
    assert by.user_id != whom, "somebody let himself back"
    return whom


async def name_colleague(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> UUID:
    found = select(User.id).where(User.login == draw(st.sampled_from(COMPLAINED_OF)))
    whom: UUID = await session.scalar(found)
    named = ObjectNamed(kind=ObjectKind.STAFF, value="被投诉员工", user_id=whom)
    await around.add_object(session, case, named, by=by, now=now)
    return whom


async def assign(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    """To somebody of the handling unit, or wrongly to another one."""
    found = await session.scalars(select(User).where(User.login.in_(HANDLERS)).order_by(User.login))
    people = sorted(found, key=lambda each: each.organisation_id != case.handling_unit_id)
    whom = draw(st.sampled_from(people[:1] * 8 + people)).id
    await assignments.give(session, case.id, whom, "熟悉该业务", principal=by, now=now)


async def receive_task(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    asked = await newest(session, Task, case, Task.sent_at, Task.state == State.OPEN)
    await countersigning.receive(session, asked.id, principal=by, now=now)


async def cancel_task(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    asked = await newest(session, Task, case, Task.sent_at, Task.state.in_(WAITING))
    await countersigning.cancel(session, asked.id, "不再需要", principal=by, now=now)
    assert asked.round_id is None, "a part of a countersigning was cancelled by itself"


async def grow(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    size = draw(st.sampled_from([2, 5, 25, 1]))
    command = ChangeGroup(group_size=size, reason="联名投诉")
    await grouping.resize(session, await _held(session, case, by), command, by=by, now=now)


async def add_representative(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    person = Person(role=PersonRole.REPRESENTATIVE, name="李四", phone="13800138000")
    await around.add_person(session, case, person, by=by, now=now)


async def add_proxy(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    await around.add_person(session, case, Person(role=PersonRole.AGENT, name="王五"), by=by, now=now)


async def _paper(session: Any, case: Case, by: Principal, now: datetime, kind: DocumentKind) -> None:
    await around.add_document(session, case, DocumentReceived(kind=kind, original_seen=True), by=by, now=now)


async def bring_authorisation(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    await _paper(session, case, by, now, DocumentKind.AUTHORISATION)


async def bring_agent_id(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    await _paper(session, case, by, now, DocumentKind.AGENT_ID)


async def link(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    others = list(await session.scalars(select(Case.number).where(Case.id != case.id).order_by(Case.number)))
    command = Link(number=draw(st.sampled_from(others)), kind=draw(st.sampled_from(sorted(BY_HAND))), reason="同一业务")
    await families.relate(session, case.id, command, principal=by, now=now)


async def unlink(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    made = await newest(session, CaseLink, case, CaseLink.at)
    await families.unrelate(session, case.id, made.id, version=None, principal=by, now=now)
    assert made.kind in BY_HAND, "where a complaint came from was taken away"


async def convert(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    matter = draw(st.sampled_from(list(MatterType)))
    right = PersonalRight.ACCESS if matter is MatterType.PERSONAL_INFO else None
    command = ChangeMatter(matter_type=matter, personal_right=right, reason="客户说明了来意")
    await changing.convert(session, await _held(session, case, by), command, by=by, now=now)
