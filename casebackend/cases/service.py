"""Moving a case along its lifecycle."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.conversations import Reply
from casebackend.cases import clockwork, fields, guards, queries, rules
from casebackend.cases.filing import SYSTEM, written
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import CARRIED_BY_US, Author
from casebackend.errors import NotFound
from casebackend.outbox import service as outbox
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind

KINDS = {Move.WITHDRAW: Kind.WITHDRAWN, Move.REPLY: Kind.REPLIED}
TOPICS = {Move.WITHDRAW: "case.withdrawn", Move.REPLY: "case.replied"}


class CaseNotFound(NotFound):
    slug = "case-not-found"

    def __init__(self) -> None:
        super().__init__("没有这件投诉，或不在您的权限范围内")


async def visible(session: AsyncSession, principal: Principal, reference: str) -> Case:
    """By number or id, or a refusal that does not say whether it exists."""
    case = await queries.visible(session, principal, reference)
    if case is None:
        raise CaseNotFound
    return case


async def movable(session: AsyncSession, principal: Principal, reference: str) -> Case:
    """An administrator edits and voids what he may not read."""
    if rules.ADMIN in principal.roles:
        return await visible(session, SYSTEM, reference)
    return await visible(session, principal, reference)


async def hold(session: AsyncSession, case_id: UUID) -> Case:
    """The case, locked until the end of the transaction."""
    case = await session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise CaseNotFound
    return case


async def move_case(
    session: AsyncSession,
    case_id: UUID,
    command: MoveCase,
    *,
    principal: Principal,
    now: datetime,
    effective_at: datetime | None = None,
) -> Case:
    """`effective_at`: when the move counts by law; a withdrawal counts from the receipt of the customer's message."""
    case = await hold(session, case_id)
    if command.version is not None and command.version != case.version:
        raise guards.Stale(case.version)
    arrow = case.arrow(command.move, principal.roles)
    await guards.require_distance(session, case, command, principal)
    await guards.require_fields(session, case, command, now)
    if command.move is Move.VOID and await _asks_for_second_person(session, case, principal, now):
        return case
    master = None
    if command.move is Move.MERGE:
        master = await guards.master_of(session, case, command.master_number)
    await clockwork.run(session, case, command.move, arrow, at=effective_at or now, now=now)
    promised = await clockwork.promised_on(session, case)

    given = await fields.given(session, case, command)
    opinion = await fields.protected(session, case, command.opinion) if command.opinion else None

    before = case.status
    changed = fields.take(case, given, by_person=principal.user_id is not None)
    session.add_all(fields.signed(case, changed, principal, reason=opinion, now=now))
    case.promised_on = promised or case.promised_on
    case.master_id = master.id if master else case.master_id
    _take_effect(case, command, principal, now)
    case.move(command.move, roles=principal.roles, at=effective_at or now)
    await session.flush()

    kind = KINDS.get(command.move, Kind.MOVED)
    told = await _tell_customer(session, case, principal, now) if command.move is Move.REPLY else {}
    detail = fields.detail(command, changed) | told
    await written(
        session,
        case,
        kind,
        principal,
        now=now,
        move=command.move,
        from_status=before,
        opinion=opinion,
        detail=detail,
        fields=changed,
        due_at=await clockwork.node_due(session, case),
    )
    if master is not None:
        await _note_on_master(session, case, master, principal, now)
    topic = TOPICS.get(command.move, "case.moved")
    outbox.emit(session, topic, {"case_id": str(case.id), "move": command.move}, now=now)
    return case


async def _asks_for_second_person(session: AsyncSession, case: Case, principal: Principal, now: datetime) -> bool:
    """Voiding takes two administrators: the first one only asks."""
    if case.void_requested_by not in (None, principal.actor):
        return False
    if case.void_requested_by is None:
        case.void_requested_by = principal.actor
        await session.flush()
        await written(session, case, Kind.VOID_REQUESTED, principal, now=now)
    return True


def _take_effect(case: Case, command: MoveCase, principal: Principal, now: datetime) -> None:
    move = command.move
    if move is Move.RECEIVE:
        case.handler_id = principal.user_id
    elif move is Move.ASK_COUNTERSIGN:
        case.cosigners = list(command.cosigners)
    elif move is Move.RETURN_FOR_REWORK:
        case.rework_count += 1
    elif move is Move.REPLY:
        case.replied_at = now
    elif move in (Move.CLOSE, Move.CLOSE_WITHOUT_FOLLOWUP, Move.DECLINE, Move.WITHDRAW, Move.MERGE):
        case.closed_at = now
    elif move is Move.REOPEN:
        case.replied_at = case.closed_at = case.satisfaction = None
    elif move is Move.UNMERGE:
        case.master_id = case.closed_at = None


async def _tell_customer(session: AsyncSession, case: Case, principal: Principal, now: datetime) -> dict[str, object]:
    """Over the channel of the complaint where we carry messages; elsewhere the handler tells, and says so."""
    if case.channel not in CARRIED_BY_US or case.reply_text is None:
        return {"told": "by_staff"}
    said = await conversations.say(
        session,
        case.conversation_id,
        author=Author.AGENT,
        replies=[Reply(text=case.reply_text)],
        now=now,
        user_id=principal.user_id,
    )
    return {"told": "by_channel", "message_id": str(said[-1].id)}


async def _note_on_master(session: AsyncSession, case: Case, master: Case, principal: Principal, now: datetime) -> None:
    await timeline.append(
        session,
        master.id,
        Kind.MERGED_IN,
        actor=principal.actor,
        actor_name=principal.display_name or principal.name,
        now=now,
        detail={"number": case.number},
    )
