"""People, papers and things of a case. Callers hold a writing transaction and add what is made here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.parties import DocumentReceived, ObjectNamed, Person
from casebackend.customers.rules import Kind, mask
from casebackend.customers.service import vault
from casebackend.errors import Unprocessable
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import PersonRole
from casebackend.organisations.model import Organisation
from casebackend.parties import asking
from casebackend.parties.model import BusinessObject, Party, ReceivedDocument
from casebackend.parties.rules import (
    Finding,
    ObjectKind,
    masked,
    normalised,
    right_paper,
    right_phone,
    right_unified_code,
)
from casebackend.staff.model import User

SHAPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "phone": (right_phone, "联系电话"),
    "id_number": (right_paper, "证件号码"),
    "unified_code": (right_unified_code, "统一社会信用代码"),
}


class BadValue(Unprocessable):
    """Says which field, never what was written."""

    slug, title = "bad-value", "格式不正确"

    def __init__(self, label: str, field: str) -> None:
        super().__init__(f"“{label}”的格式不正确，请核对后重填", field=field)


class TooManyRepresentatives(Unprocessable):
    slug, title = "too-many-representatives", "投诉人代表过多"

    def __init__(self, most: int) -> None:
        super().__init__(f"联名投诉推选的代表不得超过{most}人", most=most)


class NotAColleague(Unprocessable):
    slug, title = "not-a-colleague", "没有这位员工"

    def __init__(self) -> None:
        super().__init__("被投诉员工不在本行人员中，请核对工号，或只填写姓名")


def require_representatives(people: Iterable[str], day: date, *, already: int = 0) -> None:
    """令2020年第3号 Art. 12: refused, not warned about."""
    most = catalogue().group_rule(day).representatives
    if already + sum(role == PersonRole.REPRESENTATIVE for role in people) > most:
        raise TooManyRepresentatives(most)


def party(
    session: AsyncSession, case_id: UUID, person: Person, by: Principal, now: datetime, *, relation: str | None
) -> Party:
    """`relation`: to the consumer, tokenised in the conversation of the case."""
    row = Party(
        id=uuid4(),
        case_id=case_id,
        role=person.role,
        sex=person.sex,
        tier=person.tier,
        relation=relation,
        added_at=now,
        added_by=by.actor,
    )
    _seal(session, row, "name", Kind.NAME, person.name)
    _seal(session, row, "phone", Kind.PHONE, _checked(person.phone, right_phone, "联系电话", "phone"))
    _seal(session, row, "caller", Kind.PHONE, _checked(person.caller_number, right_phone, "来电号码", "caller_number"))
    _seal(session, row, "id_number", Kind.ID_NUMBER, _checked(person.id_number, right_paper, "证件号码", "id_number"))
    row.unified_code = _checked(person.unified_code, right_unified_code, "统一社会信用代码", "unified_code")
    if row.phone_enc is not None and person.phone:
        row.phone_index = vault(session).index("phone", normalised(person.phone))
    return row


def correct(session: AsyncSession, row: Party, values: Mapping[str, str]) -> None:
    """`values`: by field, checked and made plain; they replace what stands there."""
    for field, kind in (("name", Kind.NAME), ("phone", Kind.PHONE), ("id_number", Kind.ID_NUMBER)):
        _seal(session, row, field, kind, values.get(field))
    if "phone" in values:
        row.phone_index = vault(session).index("phone", values["phone"])
    row.unified_code = values.get("unified_code", row.unified_code)


def checked(person: Mapping[str, str | None]) -> dict[str, str]:
    """What identifies somebody, as it is kept; a wrong shape is refused."""
    found = {"name": (person.get("name") or "").strip() or None}
    for field, (right, label) in SHAPES.items():
        found[field] = _checked(person.get(field), right, label, field)
    return {field: value for field, value in found.items() if value}


def _seal(session: AsyncSession, row: Party, field: str, kind: Kind, value: str | None) -> None:
    if value:
        setattr(row, f"{field}_enc", vault(session).seal("parties", f"{field}_enc", row.id, value))
        setattr(row, f"{field}_masked", mask(kind, value))


def _checked(value: str | None, right: Callable[[str], bool], label: str, field: str) -> str | None:
    if not value or not value.strip():
        return None
    plain = normalised(value)
    if not right(plain):
        raise BadValue(label, field)
    return plain


def document(case_id: UUID, received: DocumentReceived, by: Principal, now: datetime) -> ReceivedDocument:
    return ReceivedDocument(
        id=uuid4(),
        case_id=case_id,
        kind=received.kind,
        original_seen=received.original_seen,
        received_at=now,
        received_by=by.user_id,
        received_by_name=by.display_name or by.name,
    )


async def things(
    session: AsyncSession, case_id: UUID, named: Sequence[ObjectNamed], by: Principal, now: datetime
) -> list[BusinessObject]:
    """Each with what core data say of it."""
    told = [(each, asking.plain(each)) for each in named]
    ours = [await _ours(session, each, value) for each, value in told]
    theirs = await asking.ahead(session.info.get("core"), named)
    rows = []
    for (each, value), known in zip(told, ours, strict=True):
        finding, user_id = known or (theirs[each.kind, value], None)
        row = BusinessObject(
            id=uuid4(),
            case_id=case_id,
            kind=each.kind,
            value_masked=masked(each.kind, value),
            value_index=vault(session).index(f"object.{each.kind}", value.upper()),
            user_id=user_id,
            finding=finding,
            added_at=now,
            added_by=by.actor,
        )
        row.value_enc = vault(session).seal("business_objects", "value_enc", row.id, value)
        rows.append(row)
    return rows


async def _ours(session: AsyncSession, each: ObjectNamed, value: str) -> tuple[Finding, UUID | None] | None:
    """Colleagues and outlets are ours to know."""
    match each.kind:
        case ObjectKind.STAFF:
            return await _colleague(session, each.user_id, value)
        case ObjectKind.OUTLET:
            query = select(Organisation.id).where((Organisation.code == value) | (Organisation.name == value))
            held = await session.scalar(query.limit(1))
            return Finding.KNOWN if held else Finding.UNKNOWN, None
    return None


async def _colleague(session: AsyncSession, user_id: UUID | None, value: str) -> tuple[Finding, UUID | None]:
    """By id or staff number; a bare name is nobody in particular."""
    if user_id is not None:
        if await session.scalar(select(User.id).where(User.id == user_id)) is None:
            raise NotAColleague
        return Finding.KNOWN, user_id
    found = (await session.scalars(select(User.id).where(User.staff_no == value).limit(2))).all()
    return (Finding.KNOWN, found[0]) if len(found) == 1 else (Finding.UNKNOWN, None)


async def representatives(session: AsyncSession, case_id: UUID) -> int:
    query = select(func.count()).where(Party.case_id == case_id, Party.role == PersonRole.REPRESENTATIVE)
    return int(await session.scalar(query) or 0)
