"""What a registration has to say, by matter, source and capacity, and who complains in it."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.parties import Person
from casebackend.api.registration import Register
from casebackend.calendar.rules import local_date
from casebackend.cases import agreed
from casebackend.conversations.rules import Channel
from casebackend.customers.model import Customer
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CODED
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import PersonRole, missing
from casebackend.organisations.queries import tree
from casebackend.parties import service as parties
from casebackend.parties.rules import normalised
from casebackend.registration.errors import (
    ChannelOfRegulator,
    ComplainantTwice,
    GroupTooSmall,
    NotFilledIn,
    NotYetReceived,
    ReferralDayWrong,
    RightOfOtherMatter,
    UnknownRegulator,
    UnknownTerm,
    UnknownUnit,
)
from casebackend.registration.rules import filled

NOBODY = Person(role=PersonRole.COMPLAINANT)


def complainant_of(command: Register) -> Person:
    found = [person for person in command.people if person.role is PersonRole.COMPLAINANT]
    if len(found) > 1:
        raise ComplainantTwice
    return found[0] if found else NOBODY


def identity(person: Person) -> dict[str, str | None]:
    """As it is sealed and looked for."""
    return {
        "name": (person.name or "").strip() or None,
        "phone": normalised(person.phone or "") or None,
        "id_number": normalised(person.id_number or person.unified_code or "") or None,
    }


def is_somebody(person: Person) -> bool:
    return any(identity(person).values())


async def require(
    session: AsyncSession, command: Register, complainant: Person, held: Customer | None, now: datetime
) -> None:
    """What the bank holds already is not asked for again (令2020年第3号 Art. 13)."""
    known = catalogue()
    given = filled(command.model_dump(), complainant.model_dump())
    if held is not None:
        given |= {name for name in ("name", "phone") if getattr(held, f"{name}_enc")}
    absent = missing(known.needed(command.matter_type, command.source, command.capacity), given)
    roles = known.people_needed(command.capacity, [person.role for person in command.people if person.name])
    if absent or roles:
        raise NotFilledIn(absent, [known.people[role] for role in roles])
    require_right(command.matter_type, command.personal_right)
    if (command.channel == Channel.REGULATOR) > (known.sources[command.source].channel == Channel.REGULATOR):
        raise ChannelOfRegulator
    if command.received_at is not None and command.received_at > now:
        raise NotYetReceived
    day = local_date(command.received_at or now)
    require_referral(command.source, command.referral_due_on, day)
    regulator_of(command.source, command.regulator)
    agreed.require(command.notice_form, day)
    parties.require_representatives([person.role for person in command.people], day)
    if command.group_size < sum(person.role is PersonRole.REPRESENTATIVE for person in command.people):
        raise GroupTooSmall
    units = (await tree(session)).open().units
    if any(unit is not None and unit not in units for unit in (command.unit_id, command.responsible_unit_id)):
        raise UnknownUnit
    for field, dictionary in CODED.items():
        name = getattr(command, field)
        if name and not await dictionaries.has_name(session, dictionary, name):
            raise UnknownTerm(field)


def require_right(matter: str, right: str | None) -> None:
    if right is not None and not catalogue().takes(matter, "personal_right"):
        raise RightOfOtherMatter


def regulator_of(source: str, regulator: str | None) -> str | None:
    """Which regulator a matter of this source comes from; the usual one where nobody says."""
    known = catalogue()
    takes = "regulator" in known.sources[source].takes
    if regulator is not None and not (takes and regulator in known.regulators):
        raise UnknownRegulator
    return (regulator or next(iter(known.regulators))) if takes else None


def require_referral(source: str, due_on: date | None, received_on: date) -> None:
    if due_on is None:
        return
    if "referral_due_on" not in catalogue().sources[source].takes:
        raise ReferralDayWrong("只有外部转办和信访转来的事项有转办单要求的反馈日期；监管下发的请填写监管要求办结日期")
    if due_on < received_on:
        raise ReferralDayWrong("转办单要求的反馈日期不能早于收到日期")
