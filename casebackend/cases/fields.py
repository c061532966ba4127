"""What a move writes on a case besides its status."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases import admission, judgement, outcome, replying
from casebackend.cases.model import Case, CaseChange
from casebackend.cases.rules import Move
from casebackend.conversations import service as conversations
from casebackend.customers import service as customers
from casebackend.errors import Conflict, NotFound
from casebackend.organisations.model import Organisation

CLASSIFICATION = ("business_channel_a", "category_b", "cause_c")
BASIC_RIGHT = "basic_right"
CLASSES = (*CLASSIFICATION, BASIC_RIGHT)
SIGNED = {
    *CLASSES,
    "severity",
    "matter_type",
    "personal_right",
    "unit_id",
    "receiving_unit_id",
    "responsible_unit_id",
    "handling_unit_id",
    "group_size",
    "regulator_due_on",
    "referral_due_on",
    "facts",
    "demand",
    "amount",
    "occurred_on",
    "notice_form",
    "source",
    "channel",
    "regulator",
    "regulator_number",
    "referral_agency",
    "source_ref",
    "profile",
    "received_at",
}
CORRECTION = ("facts", "demand", "unit_id", "amount", "occurred_on")
TOLD = ("told_by", "told_at", "told_proof")
JUDGED = ("findings", "judgement_basis", "no_recording_reason", "validity", "responsible", "proposal")
ENDED = ("decline_reason", "closing_info")
# Which fields a move writes. Whoever approves does not write what he approves, and nothing of it changes afterwards.
WRITES: dict[Move, tuple[str, ...]] = {
    Move.SUBMIT: (*CLASSES, *CORRECTION),
    Move.ACCEPT: CLASSES,
    Move.DECLINE: (*ENDED, *TOLD),
    Move.DISPATCH: CLASSES,
    Move.RECEIVE: CLASSES,
    Move.PROPOSE: (*CLASSES, *JUDGED, "responsible_unit_id", "closing_info"),
    Move.PROPOSE_REPLY: (*CLASSES, *JUDGED, "closing_info"),
    Move.APPROVE_OPINION: (*CLASSES, "closing_info"),
    Move.APPROVE_REPLY: (*CLASSES, "closing_info"),
    Move.SUSPEND: ("expected_back_on",),
    Move.REPLY: ("overdue_reason", *TOLD),
    Move.CLOSE: ("satisfaction",),
    Move.WITHDRAW: ("closing_info",),
    Move.MERGE: ("closing_info",),
}
TEXTS = {
    "facts", "demand", "findings", "judgement_basis", "proposal", "closing_info", "overdue_reason", "reply_text",
    "told_proof", "no_recording_reason",
}  # fmt: skip


class UnitNotFound(NotFound):
    slug = "unit-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个机构")


class NoUnitAbove(Conflict):
    slug, title = "no-unit-above", "没有上级机构"

    def __init__(self) -> None:
        super().__init__("承办单位已是最高一级，不能再上报")


async def given(session: AsyncSession, case: Case, command: MoveCase) -> dict[str, Any]:
    """What this command wants to change on the case, with texts tokenised. What it may not write it does not write."""
    names = WRITES.get(command.move, ())
    if command.move is Move.REPLY and judgement.is_regulated(case) and not case.closing_info:
        names = (*names, "closing_info")
    wanted = {name: value for name in names if (value := getattr(command, name)) is not None}
    wanted |= judgement.given(command) if admission.is_judged(case) else {}
    wanted |= await judgement.takes_back(session, case, command)
    if command.told_at is not None and "told_at" in wanted:
        wanted["told_at"] = outcome.aware(command.told_at)
    if command.move in (Move.DISPATCH, Move.TRANSFER):
        wanted["handling_unit_id"] = command.handling_unit_id
    if command.move is Move.REPORT_UP:
        wanted["handling_unit_id"] = await _unit_above(session, case)
    if command.move is Move.REPLY:
        wanted["reply_text"] = replying.text(case, command)
    for name in TEXTS & wanted.keys():
        wanted[name] = await protected(session, case, wanted[name])
    for name in ("unit_id", "handling_unit_id", "responsible_unit_id"):
        if wanted.get(name) is not None:
            await _require_unit(session, wanted[name])
    return wanted


async def _unit_above(session: AsyncSession, case: Case) -> UUID:
    unit = await session.get(Organisation, case.handling_unit_id) if case.handling_unit_id else None
    if unit is None or unit.parent_id is None:
        raise NoUnitAbove
    return unit.parent_id


async def protected(session: AsyncSession, case: Case, text: str) -> str:
    """Tokens are numbered within the conversation, so it is held while they are given."""
    await conversations.hold(session, case.conversation_id)
    return (await customers.protect(session, case.conversation_id, text, asked=None)).text


def take(case: Case, given: dict[str, Any], *, by_person: bool) -> dict[str, Any]:
    """What stood there before, by name of what changed. No query in here: a case is written once for one move."""
    before = {name: getattr(case, name) for name, value in given.items() if getattr(case, name) != value}
    for name in before:
        setattr(case, name, given[name])
    if "handling_unit_id" in given:
        case.handler_id = case.assignee_id = None
        case.assigned_why = []
    if by_person and any(name in CLASSIFICATION for name in given):
        case.classified_by_person = True
    return before


def signed(
    case: Case, before: Mapping[str, Any], principal: Principal, *, reason: str | None, now: datetime
) -> list[CaseChange]:
    """Who changed what was registered, from what to what, and why. Texts are tokenised, before as after."""
    return [
        CaseChange(
            case_id=case.id,
            at=now,
            actor=principal.actor,
            actor_name=principal.display_name or principal.name,
            user_id=principal.user_id,
            field=name,
            before=None if before[name] is None else str(before[name]),
            after=None if getattr(case, name) is None else str(getattr(case, name)),
            reason=reason,
        )
        for name in sorted(SIGNED & before.keys())
    ]


def taken_over(case: Case, command: MoveCase, principal: Principal) -> dict[str, object]:
    """Asked before the move: a colleague receives what was assigned to another."""
    other = case.assignee_id is not None and case.assignee_id != principal.user_id
    return {"taken_over": True} if command.move is Move.RECEIVE and other else {}


async def _require_unit(session: AsyncSession, unit_id: UUID) -> None:
    unit = await session.get(Organisation, unit_id)
    if unit is None or unit.closed_on is not None:
        raise UnitNotFound


def detail(command: MoveCase, fields: Iterable[str]) -> dict[str, object]:
    """What colleagues need to see of a step; the texts themselves stand on the case."""
    shown: dict[str, object] = {"fields": sorted(fields)}
    if command.handling_unit_id:
        shown["handling_unit_id"] = str(command.handling_unit_id)
    if command.move is Move.SUSPEND and command.appraisal_id:
        shown["evidence_id"] = str(command.appraisal_id)
        shown["pause_ground"] = command.pause_ground
        shown["expected_back_on"] = str(command.expected_back_on)
    if command.cosigners:
        shown["cosigners"] = [str(identity) for identity in command.cosigners]
        shown["mode"] = command.countersign_mode
    if command.move is Move.TRANSFER and command.assignee_id:
        shown["assignee_id"] = str(command.assignee_id)
    if command.master_number:
        shown["master_number"] = command.master_number
    if command.decline_reason:
        shown["decline_reason"] = command.decline_reason
    return shown
