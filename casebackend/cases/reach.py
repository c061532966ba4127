"""Which complaints are a conversation's own: those of the same sender where the platform has verified him, and with a
code to the phone on file those of that phone, from wherever (identity/levels.yml). A number alone opens nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases import merging
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN, Status
from casebackend.cases.words import NUMBERING, TS, numbers_in
from casebackend.conversations.model import Conversation, Message
from casebackend.identity import levels
from casebackend.identity import queries as identity
from casebackend.identity.rules import Action, Level, Where, where

type Closed = Literal["foreign", "unproved"]


@dataclass(frozen=True, slots=True)
class Meant:
    """`cases`: what the message may mean. `foreign`: it names a number that is not own. `unproved`: what else it may
    mean was registered in this chat, and a code to the phone on file comes first."""

    cases: list[Case]
    foreign: bool = False
    unproved: tuple[Case, ...] = ()

    @property
    def closed(self) -> Closed | None:
        """Why nothing is within reach although something is meant."""
        if self.cases:
            return None
        return "unproved" if self.unproved else "foreign" if self.foreign else None


async def registered_here(session: AsyncSession, conversation_id: UUID) -> list[Case]:
    """Open ones first, newest first. A conversation belongs to one sender of one channel for good."""
    found = await session.scalars(
        select(Case)
        .where(Case.conversation_id == conversation_id, Case.status != Status.VOIDED)
        .order_by(Case.number.desc())
    )
    return sorted(found, key=_closed_last)


async def open_to(
    session: AsyncSession, conversation_id: UUID, action: Action, *, now: datetime
) -> tuple[list[Case], list[Case]]:
    """Open ones first; and those registered here that a code would open."""
    here = await registered_here(session, conversation_id)
    opened = await _opened(session, conversation_id, here, action, now)
    every = [*opened, *await _from_elsewhere(session, conversation_id, action, now=now)]
    return sorted(every, key=_closed_last), [case for case in here if case not in opened]


async def _opened(
    session: AsyncSession, conversation_id: UUID, here: list[Case], action: Action, now: datetime
) -> list[Case]:
    conversation = await session.get_one(Conversation, conversation_id)
    place = where(conversation.channel)
    if place is Where.HERE or levels.allows(action, place, Level.CHANNEL):
        return here
    reached = await identity.customers_within_reach(session, conversation_id, action, now=now, where=place)
    return [case for case in here if case.customer_id in reached]


async def _from_elsewhere(session: AsyncSession, conversation_id: UUID, action: Action, *, now: datetime) -> list[Case]:
    """Registered by another channel or sender, of the customers whose phone this conversation has shown to hold."""
    reached = await identity.customers_within_reach(session, conversation_id, action, now=now)
    if not reached:
        return []
    found = await session.scalars(
        select(Case)
        .where(Case.customer_id.in_(reached), Case.conversation_id != conversation_id, Case.status != Status.VOIDED)
        .order_by(Case.number.desc())
    )
    return list(found)


async def refused(
    session: AsyncSession, case: Case, conversation_id: UUID, action: Action, *, now: datetime
) -> Closed | None:
    """Asked again where a talk goes on: a level ends with its time."""
    cases, unproved = await open_to(session, conversation_id, action, now=now)
    if case in await going_on(session, cases):
        return None
    return "unproved" if case in await going_on(session, unproved) else "foreign"


async def level_of(session: AsyncSession, conversation_id: UUID, now: datetime) -> Level:
    return (await identity.shown(session, conversation_id, now=now)).level


async def meant(session: AsyncSession, message: Message, action: Action, *, now: datetime) -> Meant:
    cases, unproved = await open_to(session, message.conversation_id, action, now=now)
    named = numbers_in(message.text, session.info.get(NUMBERING, TS))
    if not named:
        return Meant(cases, unproved=tuple(unproved))
    chosen = [case for case in cases if case.number in named]
    held = tuple(case for case in unproved if case.number in named)
    return Meant(chosen, len(chosen) + len(held) < len(named), held)


async def going_on(session: AsyncSession, cases: Sequence[Case]) -> list[Case]:
    """Where these are handled now: what is said about a merged complaint concerns the one it was merged into."""
    found = {each.id: each for each in [await merging.followed(session, case) for case in cases]}
    return list(found.values())


def _closed_last(case: Case) -> bool:
    return Status(case.status) not in OPEN
