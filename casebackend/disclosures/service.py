"""显示: plain values for one answer, against a reason, a limit of how often, and a line in the audit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar

import yaml
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.disclosures import Reveal, Revealed, RevealedValue
from casebackend.audit import service as audit
from casebackend.cases import fields, recusing
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.customers.model import Customer, PersonalValue
from casebackend.customers.rules import TOKEN, Kind, Level, shown
from casebackend.disclosures.model import Disclosure
from casebackend.disclosures.rules import Levels, level_of
from casebackend.errors import DomainError, Forbidden
from casebackend.matters.catalogue import catalogue
from casebackend.parties import queries as parties
from casebackend.parties.rules import ObjectKind

FILE = Path(__file__).with_name("levels.yml")
HOUR = timedelta(hours=1)
OF_CUSTOMER = (
    ("name", Kind.NAME, "客户姓名"),
    ("phone", Kind.PHONE, "联系电话"),
    ("id_number", Kind.ID_NUMBER, "证件号码"),
)
OF_PARTY = (
    ("name", Kind.NAME, "姓名"), ("phone", Kind.PHONE, "联系电话"), ("caller", Kind.PHONE, "来电号码"),
    ("id_number", Kind.ID_NUMBER, "证件号码"),
)  # fmt: skip
CARDS = {ObjectKind.CARD: "卡号", ObjectKind.ACCOUNT: "账户"}


class NothingToShow(Forbidden):
    slug, title = "nothing-to-show", "您的岗位不能查看客户资料"

    def __init__(self) -> None:
        super().__init__("您的岗位没有查看完整客户资料的权限")


class ShownTooOften(DomainError):
    status: ClassVar[int] = 429
    slug, title = "shown-too-often", "查看次数过多"

    def __init__(self, most: int) -> None:
        super().__init__(f"一小时内最多查看{most}次完整客户资料，请稍后再试", most=most)


@dataclass(frozen=True, slots=True)
class Limits:
    per_hour: int
    seconds: int


@cache
def levels() -> Levels:
    found: Levels = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


async def reveal(
    session: AsyncSession, case: Case, command: Reveal, *, by: Principal, now: datetime, limits: Limits
) -> Revealed:
    """The caller has found `case` to be within the reader's scope."""
    await require_may(session, case, by, now=now, per_hour=limits.per_hour)
    tokens = await _tokens(session, case, by)
    values = [*await _people(session, case, by), *tokens.values()]
    until = now + timedelta(seconds=limits.seconds)
    reason = await fields.protected(session, case, command.reason)
    kinds = [value.kind for value in values]
    await note(session, case, kinds, why=command.why, reason=reason, until=until, by=by, now=now)
    plain = {token: value.value for token, value in tokens.items()}
    texts = [
        TOKEN.sub(lambda match: plain.get(match.group(), match.group()), text) for text in (case.facts, case.demand)
    ]
    return Revealed(number=case.number, expires_at=until, values=values, facts=texts[0], demand=texts[1])


async def require_may(session: AsyncSession, case: Case, by: Principal, *, now: datetime, per_hour: int) -> None:
    """On the screen as on paper."""
    if by.user_id is None or all(level_of(levels(), by.roles, kind) is Level.HIDDEN for kind in Kind):
        raise NothingToShow
    barred = await recusing.why_barred(session, case, by)
    if barred is not None:
        raise recusing.Recused(barred)
    recent = select(func.count()).where(Disclosure.user_id == by.user_id, Disclosure.at > now - HOUR)
    if int(await session.scalar(recent) or 0) >= per_hour:
        raise ShownTooOften(per_hour)


async def note(
    session: AsyncSession,
    case: Case,
    kinds: Collection[str],
    *,
    why: str,
    reason: str,
    until: datetime,
    by: Principal,
    now: datetime,
) -> None:
    """One line for what is shown, a kind for each value; `reason` is tokenised, `by` a colleague."""
    made = Disclosure(
        case_id=case.id, user_id=by.user_id, at=now, expires_at=until, why=why, reason=reason, kinds=sorted(set(kinds))
    )
    session.add(made)
    await session.flush()
    await audit.record(
        session, chain=f"case:{case.id}", event="personal.revealed", actor=by.actor, object=case.number, now=now,
        detail={"disclosure_id": str(made.id), "why": why, "kinds": made.kinds, "values": len(kinds)},
    )  # fmt: skip


def seen(by: Principal, kind: Kind, value: str) -> str:
    return shown(kind, value, level_of(levels(), by.roles, kind))


async def _people(session: AsyncSession, case: Case, by: Principal) -> list[RevealedValue]:
    vault, found = customers.vault(session), []
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    if customer is not None:
        plain = await customers.opened(session, customer)
        found += [_value(by, label, kind, value) for name, kind, label in OF_CUSTOMER if (value := plain[name])]
    for party in await parties.people_of(session, case.id):
        for name, kind, label in OF_PARTY:
            sealed = getattr(party, f"{name}_enc")
            if sealed:
                value = vault.open("parties", f"{name}_enc", party.id, sealed)
                found.append(_value(by, f"{catalogue().people[party.role]}{label}", kind, value))
    for thing in await parties.objects_of(session, case.id):
        if thing.kind in CARDS:
            value = vault.open("business_objects", "value_enc", thing.id, thing.value_enc)
            found.append(_value(by, CARDS[ObjectKind(thing.kind)], Kind.CARD, value))
    return list({(each.label, each.value): each for each in found}.values())


def _value(by: Principal, label: str, kind: Kind, value: str) -> RevealedValue:
    return RevealedValue(label=label, kind=kind, value=seen(by, kind, value))


async def _tokens(session: AsyncSession, case: Case, by: Principal) -> dict[str, RevealedValue]:
    """What the texts of this case stand for, by token; what else was said in the conversation is not its business."""
    named = set(TOKEN.findall(f"{case.facts}\n{case.demand}"))
    tokens = {f"[{kind}#{number}]" for kind, number in named}
    rows = await session.scalars(
        select(PersonalValue).where(
            PersonalValue.conversation_id == case.conversation_id, PersonalValue.token.in_(tokens)
        )
    )
    vault, found = customers.vault(session), {}
    for row in rows:
        plain = vault.open("personal_values", "value_enc", row.id, row.value_enc)
        found[row.token] = _value(by, f"经过中的{row.kind}", Kind(row.kind), plain)
    return found
