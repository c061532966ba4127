"""What a move writes on a case besides its status."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import MoveCase
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.conversations import service as conversations
from casebackend.customers import service as customers
from casebackend.errors import NotFound
from casebackend.notifications.words import words
from casebackend.organisations.model import Organisation

CLASSIFICATION = ("business_channel_a", "category_b", "cause_c")
CORRECTION = ("facts", "demand", "unit_id", "amount", "occurred_on")
KEPT = ("decline_reason", "findings", "responsible", "proposal", "closing_info", "overdue_reason", "satisfaction")
TEXTS = {"facts", "demand", "findings", "proposal", "closing_info", "overdue_reason", "reply_text"}


class UnitNotFound(NotFound):
    slug = "unit-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个机构")


async def given(session: AsyncSession, case: Case, command: MoveCase) -> dict[str, Any]:
    """What this command wants to change on the case, with texts tokenised. Corrections come with `submit` only."""
    names = [*CLASSIFICATION, *KEPT] + (list(CORRECTION) if command.move is Move.SUBMIT else [])
    wanted = {name: value for name in names if (value := getattr(command, name)) is not None}
    if command.move in (Move.DISPATCH, Move.TRANSFER):
        wanted["handling_unit_id"] = command.handling_unit_id
    if command.move is Move.REPLY:
        wanted["reply_text"] = words(
            "case_reply",
            number=case.number,
            facts=command.reply_facts,
            basis=command.reply_basis,
            remedies=command.reply_remedies,
        )
    for name in TEXTS & wanted.keys():
        wanted[name] = await protected(session, case, wanted[name])
    for name in ("unit_id", "handling_unit_id"):
        if name in wanted:
            await _require_unit(session, wanted[name])
    return wanted


async def protected(session: AsyncSession, case: Case, text: str) -> str:
    """Tokens are numbered within the conversation, so it is held while they are given."""
    await conversations.hold(session, case.conversation_id)
    return (await customers.protect(session, case.conversation_id, text, asked=None)).text


def take(case: Case, given: dict[str, Any], *, by_person: bool) -> list[str]:
    """No query in here: a case is written once for one move."""
    changed = [name for name, value in given.items() if getattr(case, name) != value]
    for name in changed:
        setattr(case, name, given[name])
    if "handling_unit_id" in given:
        case.handler_id = None
    if by_person and any(name in CLASSIFICATION for name in given):
        case.classified_by_person = True
    return changed


async def _require_unit(session: AsyncSession, unit_id: UUID) -> None:
    if await session.get(Organisation, unit_id) is None:
        raise UnitNotFound


def detail(command: MoveCase, fields: list[str]) -> dict[str, object]:
    """What colleagues need to see of a step; the texts themselves stand on the case."""
    shown: dict[str, object] = {"fields": sorted(fields)}
    if command.handling_unit_id:
        shown["handling_unit_id"] = str(command.handling_unit_id)
    if command.appraisal:
        shown["appraisal"] = command.appraisal
    if command.cosigners:
        shown["cosigners"] = command.cosigners
    if command.master_number:
        shown["master_number"] = command.master_number
    if command.decline_reason:
        shown["decline_reason"] = command.decline_reason
    return shown
