"""Where a matter came from, put right: another source brings what it asks for and loses what the former had."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.corrections import CorrectRegistration
from casebackend.calendar.rules import local_date
from casebackend.cases import fields
from casebackend.cases.model import Case
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Channel
from casebackend.matters.catalogue import catalogue
from casebackend.registration.errors import ChannelOfRegulator, NotFilledIn, NotOfThisSource
from casebackend.registration.requiring import regulator_of, require_referral

TEXTS = ("referral_agency", "source_ref")
OF_A_SOURCE = (*TEXTS, "regulator_number", "regulator_due_on", "referral_due_on")
# A day that a paper from outside has set is moved by the next paper (regulating.py), not corrected.
BY_PAPER = ("regulator_due_on", "referral_due_on")


async def wanted(session: AsyncSession, case: Case, command: CorrectRegistration) -> dict[str, Any]:
    """The columns as they ought to be."""
    source = str(command.source or case.source)
    moves = source != case.source
    given = _given(command)
    _require_taken(source, given, moves=moves)
    found: dict[str, Any] = {"source": source} if moves else {}
    if moves:
        found |= dict.fromkeys(OF_A_SOURCE)
        if command.received_at is None:
            require_referral(source, command.referral_due_on, local_date(case.received_at))
        else:
            require_referral(source, command.referral_due_on, local_date(command.received_at))
    for name, value in given.items():
        column = "source_ref" if name == "source_url" else name
        found[column] = await fields.protected(session, case, value) if name in TEXTS else value
    if moves or command.regulator is not None:
        found["regulator"] = regulator_of(source, command.regulator)
    _require_given(case, source, found if moves else {})
    return found | await _channel(session, case, command, source)


def _given(command: CorrectRegistration) -> dict[str, Any]:
    names = (*OF_A_SOURCE, "source_url")
    said = {name: getattr(command, name) for name in names}
    return {
        name: value.strip() if isinstance(value, str) else value
        for name, value in said.items()
        if (value.strip() if isinstance(value, str) else value)
    }


def _require_taken(source: str, given: Mapping[str, Any], *, moves: bool) -> None:
    origin = catalogue().sources[source]
    taken = {*origin.needs, *origin.takes} - (set() if moves else set(BY_PAPER))
    for name in given:
        if name not in taken:
            raise NotOfThisSource(name, origin.label)


def _require_given(case: Case, source: str, found: Mapping[str, Any]) -> None:
    """Of the new source all of its own fields, and what it no longer waives."""
    if not found:
        return
    stands: dict[str, object] = {**found, "source_url": found.get("source_ref")}
    stands |= {"facts": case.facts, "demand": case.demand, "unit": case.unit_id}
    stands |= dict.fromkeys(("name", "phone"), case.customer_id)
    needed = catalogue().needed(case.matter_type, source, case.capacity)
    absent = [name for name in needed if name in stands and not stands[name]]
    if absent:
        raise NotFilledIn(absent)


async def _channel(session: AsyncSession, case: Case, command: CorrectRegistration, source: str) -> dict[str, Any]:
    """Of what a colleague took down only; what a channel brought came in by it, whoever sent it."""
    talk = await session.get_one(Conversation, case.conversation_id)
    if not talk.sender.startswith("registration:"):
        if command.channel is not None and command.channel != case.channel:
            raise ChannelOfRegulator
        return {}
    channel = catalogue().sources[source].channel or str(command.channel or case.channel)
    if channel == Channel.REGULATOR and catalogue().sources[source].channel != Channel.REGULATOR:
        raise ChannelOfRegulator
    talk.channel = channel
    return {"channel": channel}
