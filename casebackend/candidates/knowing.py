"""What is known of a case that may not stay in its texts. Plain values are read here, used once and kept nowhere."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.candidates.marks import What
from casebackend.candidates.patterns import TOKEN_WORDS
from casebackend.candidates.redaction import Known
from casebackend.candidates.rules import UNIT_KINDS
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.customers.model import Customer, PersonalValue
from casebackend.customers.rules import Kind
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import PersonRole
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import ORGANISATIONS
from casebackend.parties import queries as parties
from casebackend.parties.rules import ObjectKind
from casebackend.staff.model import User

SHORTEST = 2
OF_PARTY = {"phone": "联系电话", "caller": "联系电话", "id_number": "证件号码"}
OF_THING: dict[str, tuple[What, str]] = {
    ObjectKind.STAFF: (What.STAFF, "工作人员"),
    ObjectKind.CARD: (What.NUMBER, "银行卡"),
    ObjectKind.ACCOUNT: (What.NUMBER, "账户"),
    ObjectKind.POLICY: (What.NUMBER, "保单"),
    ObjectKind.OUTLET: (What.UNIT, "某网点"),
}
OF_CASE = ("number", "regulator_number", "source_ref", "third_party", "referral_agency")

type Value = tuple[str, What, str]


async def known(session: AsyncSession, case: Case, texts: Mapping[str, str]) -> Known:
    values: dict[str, tuple[What, str]] = {}
    async for value, what, word in _all(session, case, "\n".join(texts.values())):
        if len(value.strip()) >= SHORTEST:
            values.setdefault(value.strip(), (what, word))
    units = await editions.kept(session, ORGANISATIONS, _units, key="redaction")
    return Known(dict(sorted(values.items(), key=lambda each: -len(each[0]))), units)


async def _all(session: AsyncSession, case: Case, text: str) -> AsyncIterator[Value]:
    async for found in _people(session, case):
        yield found
    staff = select(User.display_name, User.staff_no).where(
        func.length(User.display_name) >= SHORTEST, literal(text).contains(User.display_name)
    )
    for name, number in await session.execute(staff):
        yield name, What.STAFF, "工作人员"
        yield number, What.STAFF, "某工号"
    for name in OF_CASE:
        yield getattr(case, name) or "", What.NUMBER, "某编号"


async def _people(session: AsyncSession, case: Case) -> AsyncIterator[Value]:
    vault = customers.vault(session)
    customer = await session.get(Customer, case.customer_id) if case.customer_id else None
    plain = await customers.opened(session, customer) if customer is not None else {}
    yield plain.get("name") or "", What.NAME, "客户"
    for name, word in OF_PARTY.items():
        yield plain.get(name) or "", What.NUMBER, word
    rows = await session.scalars(select(PersonalValue).where(PersonalValue.conversation_id == case.conversation_id))
    for row in rows:
        what = What.NAME if row.kind == Kind.NAME else What.NUMBER
        yield vault.open("personal_values", "value_enc", row.id, row.value_enc), what, TOKEN_WORDS[row.kind]
    for party in await parties.people_of(session, case.id):
        role = "客户" if party.role == PersonRole.COMPLAINANT else catalogue().people[party.role]
        if party.name_enc:
            yield vault.open("parties", "name_enc", party.id, party.name_enc), What.NAME, role
        for name, word in OF_PARTY.items():
            if sealed := getattr(party, f"{name}_enc"):
                yield vault.open("parties", f"{name}_enc", party.id, sealed), What.NUMBER, word
        yield party.unified_code or "", What.NUMBER, "某编号"
    for thing in await parties.objects_of(session, case.id):
        if thing.kind in OF_THING:
            yield vault.open("business_objects", "value_enc", thing.id, thing.value_enc), *OF_THING[thing.kind]


async def _units(session: AsyncSession) -> dict[str, str]:
    """Departments identify nobody; branches, sub-branches and outlets do. The longest name first."""
    rows = await session.execute(
        select(Organisation.level, Organisation.name, Organisation.short_name, Organisation.aliases).where(
            Organisation.level.in_(UNIT_KINDS)
        )
    )
    named = {
        name: UNIT_KINDS[level]
        for level, full, short, aliases in rows
        for name in (full, short, *aliases)
        if len(name) >= SHORTEST
    }
    return dict(sorted(named.items(), key=lambda each: -len(each[0])))


def unit_of(case: Case) -> UUID | None:
    return case.handling_unit_id or case.unit_id
