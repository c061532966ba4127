"""Whether a complaint was justified, who is answerable, by which rule, and who besides the handler looked at it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.cases import MoveCase
from casebackend.cases.model import Case, CaseChange
from casebackend.cases.rules import Move
from casebackend.cases.words import RESPONSIBLE_LABELS, VALIDITY_LABELS, Responsible, Validity
from casebackend.conversations.rules import Channel
from casebackend.dictionaries.rules import UNCLASSIFIED
from casebackend.errors import Conflict, Forbidden, Unprocessable
from casebackend.evidence.queries import has_recording
from casebackend.timeline.queries import moved_at

SERIOUS = frozenset({"重大投诉", "紧急投诉"})
BY_PHONE = frozenset({Channel.IVR, Channel.HOTLINE})
JUDGING = (Move.PROPOSE, Move.PROPOSE_REPLY)
# After these somebody judges once more.
JUDGED_ANEW = frozenset({Move.RETURN_FOR_REWORK, Move.REOPEN, Move.EDIT, Move.UNMERGE})
ENDING = frozenset({Move.APPROVE_REPLY, Move.REPLY, Move.DECLINE, Move.WITHDRAW, Move.MERGE})
CODED = ("business_channel_a", "category_b", "cause_c")
LABELS: dict[str, Mapping[Any, str]] = {
    "validity": {each: f"投诉{label}" for each, label in VALIDITY_LABELS.items()},
    "responsible": {each: f"我行{label}" for each, label in RESPONSIBLE_LABELS.items()},
}
PROPOSED = {"findings": "调查结果", "judgement_basis": "认定依据", "proposal": "处理方案"}
ANSWERABLE, UNIT = frozenset({Responsible.YES, Responsible.PARTLY}), "responsible_unit_id"


class Contradicting(Unprocessable):
    slug, title = "contradicting-judgement", "认定前后矛盾"

    def __init__(self, why: str = "投诉不成立的，不能认定我行有责") -> None:
        super().__init__(why)


class UnitNotNamed(Unprocessable):
    slug, title = "responsible-unit-missing", "未指明责任机构"

    def __init__(self) -> None:
        super().__init__("认定我行有责或部分有责的，请指明责任机构", fields=[UNIT])


class UnitStands(Unprocessable):
    slug, title = "responsible-unit-stands", "责任机构已登记"

    def __init__(self) -> None:
        super().__init__("这件投诉已登记责任机构；确有错误的，请由班长或投诉管理岗变更", fields=[UNIT])


class NeedsReview(Conflict):
    slug, title = "needs-review", "该投诉须经审定"

    def __init__(self) -> None:
        super().__init__("重大、紧急、群体、监管转办和二次投诉不能直接答复，请提交处理意见")


class NotJustified(Unprocessable):
    slug, title = "only-unjustified", "投诉成立的须提交处理意见"

    def __init__(self) -> None:
        super().__init__("直接答复仅限于不成立的投诉")


class SecondPersonNeeded(Forbidden):
    slug, title = "second-person-needed", "须由另一人同意办结"

    def __init__(self) -> None:
        super().__init__("重大、紧急投诉的办结审批不能由同意处理意见的同一人进行")


class HeadOfficeOnly(Forbidden):
    slug, title = "head-office-only", "须由总行审核人同意办结"

    def __init__(self) -> None:
        super().__init__("监管转办投诉的办结须由总行审核人审批")


def is_serious(case: Case) -> bool:
    return case.severity in SERIOUS


def is_regulated(case: Case) -> bool:
    """By where it came from, or by the number that the regulator gave it."""
    return case.channel == Channel.REGULATOR or case.source == "regulator" or bool(case.regulator_number)


def from_regulator() -> ColumnElement[bool]:
    """`is_regulated`, for a WHERE."""
    numbered = func.coalesce(Case.regulator_number, "") != ""
    return or_(Case.channel == Channel.REGULATOR, Case.source == "regulator", numbered)


def needs_review(case: Case) -> bool:
    """What the handler's department never answers by itself."""
    return is_serious(case) or is_regulated(case) or case.kind == "second" or case.group_size > 1


def given(command: MoveCase) -> dict[str, str]:
    """An answer without review says that the complaint was not justified."""
    if command.move is not Move.PROPOSE_REPLY:
        return {}
    return {"validity": Validity.INVALID, "responsible": Responsible.NO}


def recorded(move: Move, given: Mapping[str, Any], opinion: str | None) -> str | None:
    """What the history says of a proposal: the next one overwrites it on the case. `given`: as the case keeps it."""
    if move is not Move.PROPOSE:
        return opinion
    found = [labels[value] for name, labels in LABELS.items() if (value := given.get(name)) in labels]
    lines = [f"认定：{'，'.join(found)}"] if found else []
    lines += [f"{label}：{given[name]}" for name, label in PROPOSED.items() if given.get(name)]
    return "\n".join([*lines, opinion] if opinion else lines) or None


async def wanted(session: AsyncSession, case: Case, command: MoveCase) -> list[str]:
    """Fields that this case needs besides those of the table. A classification counts when it stands already."""
    found = []
    if command.move in JUDGING and case.channel in BY_PHONE and not case.no_recording_reason:
        found += [] if await has_recording(session, case.id) else ["no_recording_reason"]
    if command.move is Move.APPROVE_REPLY or command.move in JUDGING:
        found += [name for name in CODED if (getattr(command, name) or getattr(case, name)) in (None, "", UNCLASSIFIED)]
    return found


def closing(case: Case, command: MoveCase, principal: Principal) -> list[str]:
    """Whatever ends a regulator's case leaves something to report; the customer's own withdrawal asks for nothing."""
    ends = command.move in ENDING and not (command.move is Move.WITHDRAW and principal.user_id is None)
    return ["closing_info"] if ends and is_regulated(case) and not case.closing_info else []


async def require(session: AsyncSession, case: Case, command: MoveCase, principal: Principal) -> None:
    if command.move is Move.PROPOSE_REPLY:
        if needs_review(case):
            raise NeedsReview
        if command.validity is Validity.VALID or command.responsible not in (None, Responsible.NO):
            raise NotJustified
    if command.validity is Validity.INVALID and command.responsible in ANSWERABLE:
        raise Contradicting
    if command.move is Move.PROPOSE:
        require_unit(case, command)
    if command.move is not Move.APPROVE_REPLY or principal.user_id is None:
        return
    if await needs_another(session, case, principal.user_id):
        raise SecondPersonNeeded
    if is_regulated(case) and not (await scope_of(session, principal)).everything:
        raise HeadOfficeOnly


def require_unit(case: Case, command: MoveCase) -> None:
    """Whoever finds the bank answerable says which unit of it. One that is named already stays: it is changed by a
    second role (registration/safeguards.py)."""
    stands, named = case.responsible_unit_id, command.responsible_unit_id
    if stands is not None and named not in (None, stands):
        raise UnitStands
    if command.responsible in ANSWERABLE and stands is None and named is None:
        raise UnitNotNamed
    if command.responsible not in ANSWERABLE and stands is None and named is not None:
        raise Contradicting("认定无责的，不能指明责任机构")


async def takes_back(session: AsyncSession, case: Case, command: MoveCase) -> dict[str, None]:
    """A unit that only a proposal named goes with that proposal, and does not stand where nobody is answerable. One of
    the registration or of a second role stays."""
    responsible = given(command).get("responsible", command.responsible)
    blameless = command.move in JUDGING and responsible not in ANSWERABLE
    if case.responsible_unit_id is None or not (blameless or command.move in JUDGED_ANEW):
        return {}
    return {UNIT: None} if await _named_by_proposal(session, case) else {}


async def _named_by_proposal(session: AsyncSession, case: Case) -> bool:
    named = select(CaseChange.at, CaseChange.actor).where(
        CaseChange.case_id == case.id, CaseChange.field == UNIT, CaseChange.after == str(case.responsible_unit_id)
    )
    last = (await session.execute(named.order_by(CaseChange.at.desc()).limit(1))).one_or_none()
    return last is not None and await moved_at(session, case.id, Move.PROPOSE, by=last.actor, at=last.at)


async def needs_another(session: AsyncSession, case: Case, user_id: UUID) -> bool:
    """Whether this person has agreed already to what two people have to agree to."""
    alone = user_id == case.judgement_reviewed_by
    return alone and (is_serious(case) or await _regraded(session, case, user_id))


async def _regraded(session: AsyncSession, case: Case, user_id: UUID) -> bool:
    """Whoever has called a case less serious is not the one who then decides alone."""
    found = select(CaseChange.id).where(
        CaseChange.case_id == case.id, CaseChange.field == "severity", CaseChange.user_id == user_id
    )
    return await session.scalar(found.limit(1)) is not None
