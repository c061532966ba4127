"""What colleagues do around a case besides moving it, each through its own service. A refusal is as good as a deed.

What a deed answers is whom or what it was about: a case that came of it, a colleague who stays away.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.access.principal import Principal
from casebackend.api.cases import Classify
from casebackend.api.extensions import AddMaterial, AskExtension, DecideExtension, DecideMaterial
from casebackend.api.families import OpenSecond, Split
from casebackend.api.registration import ChangeRegulatorDate, ChangeSeverity
from casebackend.api.reviews import ApplyForReview, MoveReview
from casebackend.api.tasks import AnswerTask, AskTask
from casebackend.calendar.rules import local_date
from casebackend.cases import coding, countersigning, declaring
from casebackend.cases import service as cases
from casebackend.cases.model import Case
from casebackend.escalations import service as escalations
from casebackend.extensions import materials
from casebackend.extensions import service as extensions
from casebackend.extensions.model import Extension, Material
from casebackend.families import second
from casebackend.families import service as families
from casebackend.matters.rules import MatterType
from casebackend.registration import changing, regulating
from casebackend.reviews import rules as review_rules
from casebackend.reviews import service as reviews
from casebackend.reviews.model import Review
from casebackend.tasks.model import CountersignRound, Task
from tests.casebackend.cases.deeds_above import (
    close_supervision,
    expect_back,
    reply_supervision,
    return_supervision,
    supervise,
)
from tests.casebackend.cases.deeds_around import (
    WAITING,
    add_proxy,
    add_representative,
    assign,
    bring_agent_id,
    bring_authorisation,
    cancel_task,
    convert,
    grow,
    link,
    name_colleague,
    newest,
    receive_task,
    unlink,
    waive,
)
from tests.casebackend.cases.walks import SHORT

type Deed = Callable[[Any, Case, Principal, Any, datetime, list[UUID]], Awaitable[UUID | None]]


async def ask_extension(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    levels = ["petition_90"] if case.matter_type == "petition" else ["to_30", "to_60"]
    command = AskExtension.model_validate({"level": draw(st.sampled_from(levels)), "reason": "情况复杂，需调取档案"})
    before = case.promised_on
    await extensions.ask(session, case, command, principal=by, now=now)
    assert case.promised_on == before, "more time was given by asking for it"


async def decide_extension(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    asked = await newest(session, Extension, case, Extension.requested_at, Extension.decided_at.is_(None))
    command = DecideExtension(
        decision=draw(st.sampled_from(["approve", "approve", "refuse", "withdraw"])), opinion="已核"
    )
    await extensions.decide(session, asked, command, principal=by, now=now)
    if command.decision == "approve":
        assert by.user_id != asked.requested_by, "whoever asked for the time also granted it"


async def add_material(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    command = AddMaterial(text="客户补充了新的凭证", received_at=now, is_new_fact=draw(st.booleans()))
    await materials.add(session, case, command, principal=by, now=now)


async def decide_material(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    found = await newest(session, Material, case, Material.stored_at, Material.decided_at.is_(None))
    command = DecideMaterial(is_new_fact=draw(st.booleans()), opinion="属新的事实")
    await materials.decide(session, found, command, principal=by, now=now)
    assert by.user_id != found.stored_by, "whoever stored the material confirmed it"


async def ask_task(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    command = AskTask(unit_id=draw(st.sampled_from(units)), demand="请说明收费依据", required=draw(st.booleans()))
    await countersigning.ask(session, case.id, command, principal=by, now=now)


async def answer_task(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    asked = await newest(session, Task, case, Task.sent_at, Task.state.in_(WAITING))
    await countersigning.answer(
        session, asked.id, AnswerTask(answer="依据章程", agrees=draw(st.booleans())), principal=by, now=now
    )
    if asked.round_id is not None:
        current = await session.get_one(CountersignRound, asked.round_id)
        given = (await session.scalars(select(Task.agrees).where(Task.round_id == current.id))).all()
        goes_on = case.status != "countersign"
        assert goes_on is _is_decided(current.mode, current.quorum, given), "a countersigning ended at another time"


def _is_decided(mode: str, quorum: int | None, given: Sequence[bool | None]) -> bool:
    """The words of the three modes: all agree, any agrees, so many agree; or this can no longer be."""
    agree, against = given.count(True), given.count(False)
    if mode == "any":
        return agree >= 1 or against == len(given)
    if mode == "all":
        return against >= 1 or agree == len(given)
    return agree >= (quorum or 0) or len(given) - against < (quorum or 0)


async def declare(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    await declaring.declare(session, case.id, "与投诉人有亲属关系", principal=by, now=now)


async def designate(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    severity = draw(st.sampled_from(["一般投诉", "重大投诉", "紧急投诉"]))
    held = await changing.held(session, by, case.number, f'"{case.version}"')
    command = ChangeSeverity.model_validate({"severity": severity, "reason": "媒体关注"})
    await changing.designate(session, held, command, by=by, now=now)


async def move_regulators_day(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    day = local_date(now) + timedelta(days=draw(st.integers(0, 30)))
    held = await changing.held(session, by, case.number, f'"{case.version}"')
    command = ChangeRegulatorDate(due_on=day, document="监管来文17号", reason="监管同意延期")
    await regulating.move_date(session, held, command, by=by, now=now)
    assert case.channel == "regulator", "a day of the regulator on somebody else's case"


async def classify(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    command = Classify(category_b=draw(st.sampled_from(["贷款", "信用卡"])), reason="核对材料后调整")
    await coding.classify(session, case.id, command, match="*", principal=by, now=now)


async def urge(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    await escalations.urge(session, case.number, "客户再次来电", by=by, now=now)


async def open_second(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> UUID:
    opened = await second.by_staff(session, case.id, OpenSecond(opinion="仍不满意"), principal=by, now=now)
    assert case.channel != "regulator", "a second complaint on a regulator's case"
    assert case.kind == "first", "a second complaint on a second one"
    return opened.id


async def split(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> UUID:
    command = Split(facts="另有一笔手续费", demand="退还手续费", reason="两件事")
    return (await families.split(session, case.id, command, principal=by, now=now)).id


async def apply_for_review(
    session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> None:
    command = ApplyForReview.model_validate({"grounds": "不同意处理决定", "form": "document", "document": "书面申请"})
    await reviews.apply(session, case.id, command, principal=by, now=now)


async def move_review(session: Any, case: Case, by: Principal, draw: Any, now: datetime, units: list[UUID]) -> None:
    review = await newest(session, Review, case, Review.applied_at)
    arrows = [move for state, move in review_rules.LIFECYCLE if state == review.state]
    command = MoveReview.model_validate(
        {
            "move": draw(st.sampled_from(arrows or list(review_rules.Move))), "opinion": "已复查",
            "reject_reason": "late", "outcome": draw(st.sampled_from(list(review_rules.Outcome))),
            "findings_process": "程序合规", "findings_time": "期限内", "findings_result": "结果适当",
            "told_by": "phone", "told_proof": "录音",
        }
    )  # fmt: skip
    await reviews.move(session, review.id, command, version=None, principal=by, now=now)


DEEDS: tuple[Deed, ...] = (
    ask_extension, decide_extension, add_material, decide_material, ask_task, receive_task, answer_task, cancel_task,
    declare, waive, name_colleague, assign, designate, urge, move_regulators_day, classify, convert, grow,
    add_representative, add_proxy, bring_authorisation, bring_agent_id, link, unlink, open_second, split,
    apply_for_review, move_review, expect_back, supervise, reply_supervision, return_supervision, close_supervision,
)  # fmt: skip
# They take people from a case, or make it another one: often done, little else would happen.
SELDOM = frozenset({declare, name_colleague, convert})
OPENS = frozenset({open_second, split})

FOLLOWS: dict[Deed, Deed] = {
    decide_extension: ask_extension, decide_material: add_material, receive_task: ask_task, answer_task: ask_task,
    cancel_task: ask_task, waive: declare, unlink: link, bring_authorisation: add_proxy, bring_agent_id: add_proxy,
    move_review: apply_for_review, reply_supervision: supervise, return_supervision: reply_supervision,
    close_supervision: supervise,
}  # fmt: skip


def first_needed(deed: Deed, was_done: Callable[[Deed], object]) -> Deed:
    """What must be done before this can be."""
    while deed in FOLLOWS and not was_done(FOLLOWS[deed]):
        deed = FOLLOWS[deed]
    return deed


# Where a deed means something, and who usually does it: most are tried there.
EXTENDED, HEADS = ("complaint", "petition"), ("branch", "executive", "supervisor", "lead")
SUPERVISES = ("supervisor",)
SUPERVISED = ("dispatched", "investigating", "suspended", "proposed")
WHERE: dict[Deed, Callable[[dict[str, Any]], bool]] = {
    ask_extension: lambda row: row["status"] == "investigating" and row["matter_type"] in EXTENDED,
    assign: lambda row: row["status"] in ("dispatched", "investigating"),
    ask_task: lambda row: row["status"] == "investigating",
    answer_task: lambda row: row["status"] in ("investigating", "countersign"),
    convert: lambda row: row["status"] in ("pending_review", "accepted"),
    apply_for_review: lambda row: row["status"] in ("replied", "follow_up", "closed"),
    open_second: lambda row: (row["status"], row["matter_type"], row["kind"]) == ("closed", "complaint", "first"),
    move_regulators_day: lambda row: row["channel"] == "regulator",
    expect_back: lambda row: row["status"] == "suspended",
    supervise: lambda row: row["status"] in SUPERVISED,
    reply_supervision: lambda row: row["status"] in SUPERVISED,
}
WHO: dict[Deed, tuple[str, ...]] = {
    decide_extension: HEADS, decide_material: HEADS, assign: HEADS, waive: ("supervisor",),
    answer_task: ("branch", "auditor"), receive_task: ("branch", "auditor"), open_second: ("agent", "lead"),
    convert: ("lead", "supervisor"),
    move_review: ("branch", "supervisor", "auditor", "executive"), apply_for_review: ("agent", "lead", "outlet"),
    move_regulators_day: ("supervisor", "executive"), expect_back: HEADS, supervise: SUPERVISES,
    reply_supervision: ("agent", "outlet", "branch"), return_supervision: SUPERVISES, close_supervision: SUPERVISES,
}  # fmt: skip
# What is no way of these matters: more time is given to what the law limits, a second look to a complaint.
NOT_OF: dict[Deed, frozenset[str]] = {
    ask_extension: frozenset(MatterType) - set(EXTENDED),
    decide_extension: frozenset(MatterType) - set(EXTENDED),
    open_second: frozenset(MatterType) - {MatterType.COMPLAINT},
    apply_for_review: frozenset(MatterType) - {MatterType.COMPLAINT},
    move_review: frozenset(MatterType) - {MatterType.COMPLAINT},
    expect_back: frozenset(SHORT),
}


async def done(
    session: Any, deed: Deed, case_id: UUID, by: Principal, draw: Any, now: datetime, units: list[UUID]
) -> UUID | None:
    """Only who sees the case comes near it, as on the wire."""
    case = await cases.visible(session, by, str(case_id))
    return await deed(session, case, by, draw, now, units)
