"""Who reads which words of a conversation: whoever sees only some of its cases does not read what is of the others."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.access.scope import Scope, scope_of
from casebackend.cases.model import Case
from casebackend.cases.queries import within
from casebackend.cases.rules import INTAKE, LEAD
from casebackend.cases.words import NUMBERING, TS, numbers_in
from casebackend.conversations import parts
from casebackend.conversations.model import Conversation, Message
from casebackend.conversations.parts import Begun, Said
from casebackend.conversations.rules import Owner
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import DraftState

NOTHING: frozenset[int] = frozenset()
# Who may take a conversation that waits for a person.
TAKING = frozenset({INTAKE, LEAD})


async def left_out(
    session: AsyncSession, principal: Principal, conversation_id: UUID, *, after: int = 0
) -> frozenset[int]:
    """The places (`seq`) of the messages behind `after` that this reader is not shown."""
    return (await left_out_of(session, principal, [conversation_id], after=after)).get(conversation_id, NOTHING)


async def left_out_of(
    session: AsyncSession, principal: Principal, ids: Collection[UUID], *, after: int = 0
) -> dict[UUID, frozenset[int]]:
    """Only conversations of which something is left out."""
    scope = await scope_of(session, principal)
    if scope.everything or not ids:
        return {}
    unseen = await _unseen(session, principal, scope, ids)
    found = {each: await _left_out(session, principal, each, cases, after) for each, cases in unseen.items()}
    return {each: places for each, places in found.items() if places}


async def _unseen(
    session: AsyncSession, principal: Principal, scope: Scope, ids: Collection[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """The cases out of reach, by conversation. What one's units have had stays open to them, also when it is over."""
    of_these = Case.conversation_id.in_(ids)
    reached = or_(scope.condition(Case.unit_id, Case.handling_unit_id), within(scope, principal))
    seen = set(await session.scalars(select(Case.id).where(of_these, reached)))
    found: dict[UUID, frozenset[UUID]] = {}
    for conversation_id, case_id in await session.execute(select(Case.conversation_id, Case.id).where(of_these)):
        if case_id not in seen:
            found[conversation_id] = found.get(conversation_id, frozenset()) | {case_id}
    return found


async def _left_out(
    session: AsyncSession, principal: Principal, conversation_id: UUID, unseen: frozenset[UUID], after: int
) -> frozenset[int]:
    conversation = await session.get_one(Conversation, conversation_id)
    live_from = (conversation.handoff_seq or 0) if _talks(conversation, principal) else None
    said = await _said(session, conversation_id, after)
    hidden = parts.left_out(said, await _begun(session, conversation_id), unseen, live_from=live_from)
    return frozenset(seq for seq in hidden if seq > after)


def _talks(conversation: Conversation, principal: Principal) -> bool:
    """With the customer, now or next."""
    if conversation.owner == Owner.PERSON:
        return principal.user_id is not None and conversation.owner_user_id == principal.user_id
    return conversation.owner == Owner.QUEUED and bool(principal.roles & TAKING)


async def _said(session: AsyncSession, conversation_id: UUID, after: int) -> list[Said]:
    """What was said behind `after`, and what that answers: no text besides is read."""
    numbered = select(Case.number, Case.id).where(Case.conversation_id == conversation_id)
    cases: dict[str, UUID] = {number: id for number, id in await session.execute(numbered)}
    numbering = session.info.get(NUMBERING, TS)
    query = select(Message.id, Message.seq, Message.answers, Message.text)
    query = query.where(Message.conversation_id == conversation_id)
    rows = list(await session.execute(query.where(Message.seq > after)))
    read, wanted = {row.id for row in rows}, {row.answers for row in rows} - {None}
    while wanted := wanted - read:
        more = list(await session.execute(query.where(Message.id.in_(wanted))))
        rows += more
        read |= wanted
        wanted = {row.answers for row in more} - {None}
    return [
        Said(row.id, row.seq, row.answers, frozenset(cases[n] for n in numbers_in(row.text, numbering) if n in cases))
        for row in rows
    ]


async def _begun(session: AsyncSession, conversation_id: UUID) -> list[Begun]:
    rows = await session.execute(
        select(Message.seq, Draft.case_id, Draft.state)
        .join(Message, Message.id == Draft.started_message_id)
        .where(Draft.conversation_id == conversation_id)
    )
    return [Begun(seq, case, given_up=state == DraftState.CANCELLED) for seq, case, state in rows]
