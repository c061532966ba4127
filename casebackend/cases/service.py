"""Moving a case along its lifecycle."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases import (
    clockwork,
    deciding,
    effects,
    fields,
    granting,
    guards,
    judgement,
    merging,
    outcome,
    passing_on,
    proposing,
    queries,
    regrading,
    rules,
    suspending,
    tasking,
    voiding,
)
from casebackend.cases.filing import SYSTEM, written
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.database import locked
from casebackend.errors import NotFound
from casebackend.outbox import service as outbox
from casebackend.timeline import service as timeline
from casebackend.timeline.rules import Kind

KINDS = {Move.WITHDRAW: Kind.WITHDRAWN, Move.REPLY: Kind.REPLIED}
ON_MASTER = {Move.MERGE: Kind.MERGED_IN, Move.UNMERGE: Kind.UNMERGED}
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
    case = await locked(session, Case, case_id)
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
    match: str | None = None,
    level: int | None = None,
    rejoins: bool = False,
) -> Case:
    """`effective_at`: when the move counts by law, where that is not the time of recording it. `match`: an If-Match as
    it was sent, compared with what stands under the lock: what was seen before it may have passed meanwhile.
    `level`: how sure we were that it is the customer who does it (identity). `rejoins`: a part goes back into what it
    was split from, whatever unit it is about; the caller has seen to it that it is one.

    A withdrawal counts from the receipt of the customer's message, a telling by staff from when it took place.
    """
    await merging.lock(session, case_id, command)
    case = await hold(session, case_id)
    preconditions.require(match or preconditions.ANY, case.version)
    guards.require_version(case, command.version)
    command = passing_on.completed(case, command)
    arrow = case.arrow(command.move, principal.roles)
    await guards.require_distance(session, case, command, principal)
    at = effective_at or outcome.effective(case, command, principal, now) or now
    await guards.require_fields(session, case, command, principal, at)
    await passing_on.require(session, case, command, principal, now=now)
    if command.move is Move.VOID and not await voiding.agreed_by_two(session, case, command.opinion, principal, now):
        return case
    master_id = await merging.concerned(session, case, command, rejoins=rejoins)
    await clockwork.run(session, case, command.move, arrow, at=at, now=now)
    await suspending.follow(session, case, command, now=now)
    opinion = await _write(session, case, command, master_id, principal, at=at, now=now, level=level)
    await tasking.follow(session, case, command, principal, opinion=opinion, now=now)
    passing_on.told(session, case, command, now=now)
    await granting.follow(session, case, command.move, principal, now=now)
    if master_id is not None:
        await _note_on_master(session, case, master_id, ON_MASTER[command.move], principal, now)
    topic = TOPICS.get(command.move, "case.moved")
    about: dict[str, object] = {"case_id": str(case.id), "move": command.move}
    outbox.emit(session, topic, about | ({"by": str(principal.user_id)} if principal.user_id else {}), now=now)
    if command.move in merging.FREES:
        await _free_merged(session, case, now)
    return case


async def _free_merged(session: AsyncSession, case: Case, now: datetime) -> None:
    """Whoever was merged into a case that ended without an answer is waiting for one still."""
    for child_id in await merging.merged_into(session, case.id):
        command = MoveCase(move=Move.UNMERGE, opinion=f"主投诉 {case.number} 已终止，恢复单独办理")
        await move_case(session, child_id, command, principal=SYSTEM, now=now)


async def _write(
    session: AsyncSession,
    case: Case,
    command: MoveCase,
    master_id: UUID | None,
    principal: Principal,
    *,
    at: datetime,
    now: datetime,
    level: int | None = None,
) -> str | None:
    """The row once, with its history. What was said, as it is kept."""
    promised = await clockwork.promised_on(session, case)
    given = await fields.given(session, case, command)
    said = outcome.opinion(case, command, principal)
    opinion = await fields.protected(session, case, said) if said else None
    told: dict[str, object] = {}
    text = outcome.text_of(case, command, given.get("reply_text"), promised)
    if text is not None:
        kept, told = await outcome.tell(session, case, text, principal, now)
        given |= kept if command.move in outcome.KEEPS else {}
    before, had = case.status, (case.handler_id, case.assignee_id)
    told |= fields.taken_over(case, command, principal)
    told |= {} if level is None else {"level": level}
    if command.move is Move.DISPATCH and principal.user_id is not None:
        given_to, by = command.handling_unit_id, principal.user_id
        told["proposal"] = await proposing.counted(session, case, given_to, user_id=by, now=now)
    changed = fields.take(case, given, by_person=principal.user_id is not None)
    graded = await regrading.resubmitted(session, case, command.move, changed, now=now)
    session.add_all(fields.signed(case, changed, principal, reason=opinion, now=now))
    case.promised_on = promised or case.promised_on
    case.master_id = master_id or case.master_id
    effects.take(case, command, principal, changed, at=at, now=now)
    case.move(command.move, roles=principal.roles, at=at)
    with session.no_autoflush:
        await deciding.wait_for(session, case, now=now)
    await regrading.rescheduled(session, case, graded, now)
    await session.flush()
    kind, detail = KINDS.get(command.move, Kind.MOVED), fields.detail(command, changed) | told
    entry = judgement.recorded(command.move, given, opinion)
    due_at = await clockwork.node_due(session, case)
    await written(
        session, case, kind, principal, now=now, move=command.move, from_status=before, opinion=entry, detail=detail,
        fields=[*changed, *graded.fields], due_at=due_at, had=had,
    )  # fmt: skip
    await regrading.noted(session, case, graded, principal, now=now)
    return opinion


async def _note_on_master(
    session: AsyncSession, case: Case, master_id: UUID, kind: Kind, principal: Principal, now: datetime
) -> None:
    await timeline.append(
        session,
        master_id,
        kind,
        actor=principal.actor,
        actor_name=principal.display_name or principal.name,
        now=now,
        detail={"number": case.number},
    )
