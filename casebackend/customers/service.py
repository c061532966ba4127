from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.customers import codes, personal
from casebackend.customers.model import ChannelIdentity, Customer, PersonalValue
from casebackend.customers.personal import Tokenised, Value
from casebackend.customers.rules import HIDDEN_CODE, TOKEN, Kind, mask, token
from casebackend.customers.vault import Vault

# A paper's number that answers the identity check has a token of its own: it is wiped when the check is over.
ANSWERS_CHECK = "identity.paper"
OTHER = "|"
WIPED = "***"


def vault(session: AsyncSession) -> Vault:
    held: Vault = session.info["vault"]
    return held


async def _values(session: AsyncSession, conversation_id: UUID) -> list[PersonalValue]:
    found = await session.scalars(select(PersonalValue).where(PersonalValue.conversation_id == conversation_id))
    return list(found)


def _opened(session: AsyncSession, value: PersonalValue) -> str:
    return vault(session).open("personal_values", "value_enc", value.id, value.value_enc)


async def protect(session: AsyncSession, conversation_id: UUID, text: str, *, asked: str | None) -> Tokenised:
    """Tokenises and keeps the values, encrypted. The caller holds the conversation, so numbers are given once."""
    values = await _values(session, conversation_id)
    known = {(Kind(value.kind), _opened(session, value)): value.token for value in values}
    if asked == ANSWERS_CHECK:
        known = {
            (kind, value + OTHER if kind is Kind.ID_NUMBER else value): held for (kind, value), held in known.items()
        }
    tokenised = personal.tokenise(text, asked, known)
    session.add_all([_kept(session, conversation_id, value) for value in tokenised.values])
    await session.flush()
    return tokenised


async def wipe(session: AsyncSession, conversation_id: UUID, tokens: Collection[str]) -> None:
    """The tokens stay, so that none is given twice; what they stood for is gone."""
    for value in await _values(session, conversation_id):
        if value.token in tokens:
            value.value_enc = vault(session).seal("personal_values", "value_enc", value.id, "")
            value.masked = WIPED
    await session.flush()


def _replaced(text: str, values: dict[str, str]) -> str:
    return TOKEN.sub(lambda match: values.get(match.group(), match.group()), text)


async def masks(session: AsyncSession, conversation_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Masked values by token, for each of these conversations."""
    found: dict[UUID, dict[str, str]] = {}
    rows = select(PersonalValue.conversation_id, PersonalValue.token, PersonalValue.masked).where(
        PersonalValue.conversation_id.in_(set(conversation_ids))
    )
    for conversation, name, masked in await session.execute(rows):
        found.setdefault(conversation, {})[name] = masked
    return found


def rendered(text: str, masked: dict[str, str]) -> str:
    return _replaced(text, masked)


async def render(session: AsyncSession, conversation_id: UUID, text: str) -> str:
    """`text` with masked values in place of tokens."""
    if not TOKEN.search(text):
        return text
    return _replaced(text, (await masks(session, [conversation_id])).get(conversation_id, {}))


async def reveal(session: AsyncSession, conversation_id: UUID, text: str) -> str:
    """`text` with plain values. The caller has the right to see them and writes the audit line. A pick-up code is
    opened to nobody: where these words go, nothing would know it again."""
    if not TOKEN.search(text):
        return text
    values = [value for value in await _values(session, conversation_id) if value.token in text]
    plain = {each.token: HIDDEN_CODE if each.kind == Kind.PICKUP else _opened(session, each) for each in values}
    return _replaced(text, plain)


def seal_into(
    session: AsyncSession, customer: Customer, name: str | None, phone: str | None, paper: str | None
) -> None:
    """What is given replaces what stands there; what is not given stays."""
    seal = vault(session).seal
    if name:
        customer.name_enc = seal("customers", "name_enc", customer.id, name)
        customer.name_masked = mask(Kind.NAME, name)
        customer.name_index = vault(session).index("name", name)
    if phone:
        customer.phone_enc = seal("customers", "phone_enc", customer.id, phone)
        customer.phone_masked = mask(Kind.PHONE, phone)
        customer.phone_index = vault(session).index("phone", phone)
    if paper:
        customer.id_number_enc = seal("customers", "id_number_enc", customer.id, paper)
        customer.id_number_masked = mask(Kind.ID_NUMBER, paper)
        customer.id_number_index = vault(session).index("id_number", paper)


async def register(
    session: AsyncSession,
    *,
    channel: str,
    sender: str,
    name: str | None,
    phone: str | None,
    id_number: str | None,
    now: datetime,
    verified: bool = True,
) -> Customer:
    """The customer behind a sender; newly said data replace older ones, what was not said stays. Whom nobody has
    verified may be somebody else at the same browser: another phone is another customer, and opens nothing of the
    first one's."""
    identity = await session.get(ChannelIdentity, (channel, sender))
    customer = await session.get(Customer, identity.customer_id) if identity else None
    if customer is not None and not verified and _another_phone(session, customer, phone):
        customer = None
    if customer is None:
        customer = Customer(id=uuid4(), created_at=now, updated_at=now)
        session.add(customer)
        await session.flush()
        if identity is None:
            session.add(ChannelIdentity(channel=channel, sender=sender, customer_id=customer.id))
        else:
            identity.customer_id = customer.id
    seal_into(session, customer, name, phone, id_number)
    customer.updated_at = now
    await session.flush()
    return customer


def _another_phone(session: AsyncSession, customer: Customer, phone: str | None) -> bool:
    held = customer.phone_index
    return phone is not None and held is not None and held not in vault(session).indexes("phone", phone)


async def index_customers(session: AsyncSession, *, most: int = 500) -> int:
    """Earlier versions did not index papers and names; a customer from then is found by them too."""
    indexed = 0
    for kind in ("id_number", "name"):
        sealed, index = getattr(Customer, f"{kind}_enc"), getattr(Customer, f"{kind}_index")
        rows = await session.scalars(select(Customer).where(sealed.is_not(None), index.is_(None)).limit(most))
        for customer in rows.all():
            plain = vault(session).open("customers", f"{kind}_enc", customer.id, getattr(customer, f"{kind}_enc"))
            setattr(customer, f"{kind}_index", vault(session).index(kind, plain))
            indexed += 1
    await session.flush()
    return indexed


async def found(
    session: AsyncSession, *, name: str | None, phone: str | None, id_number: str | None
) -> Customer | None:
    """Whom a colleague at the counter has before them, by phone or paper. Another name is another person."""
    keys = []
    if phone:
        keys.append(Customer.phone_index.in_(vault(session).indexes("phone", phone)))
    if id_number:
        keys.append(Customer.id_number_index.in_(vault(session).indexes("id_number", id_number)))
    if not keys:
        return None
    rows = await session.scalars(select(Customer).where(or_(*keys)).order_by(Customer.updated_at.desc()).limit(20))
    for customer in rows:
        plain = await opened(session, customer)
        same_name = not name or plain["name"] in (None, name)
        same_paper = not id_number or plain["id_number"] in (None, id_number)
        if same_name and same_paper:
            return customer
    return None


def known_by(
    session: AsyncSession,
    customer: Customer | None,
    *,
    name: str | None,
    phone: str | None,
    id_number: str | None,
    now: datetime,
) -> Customer:
    """The customer with what was said now; a new one, not yet in the session, when there was none.
    What stands there already is not written again."""
    if customer is None:
        customer = Customer(id=uuid4(), created_at=now, updated_at=now)
        seal_into(session, customer, name, phone, id_number)
        return customer
    name = None if customer.name_enc else name
    phone = None if phone and customer.phone_index in vault(session).indexes("phone", phone) else phone
    id_number = None if customer.id_number_index else id_number
    if name or phone or id_number:
        seal_into(session, customer, name, phone, id_number)
        customer.updated_at = now
    return customer


def protect_first(
    session: AsyncSession, conversation_id: UUID, texts: Sequence[str], *, names: Sequence[str] = ()
) -> tuple[list[str], list[PersonalValue]]:
    """The first words of a conversation that nobody else can hold yet; `names` are hidden wherever they stand.
    The values are for `insert_rows`."""
    known: dict[tuple[Kind, str], str] = {}
    for name in dict.fromkeys(names):
        if len(name) >= 2 and any(name in text for text in texts):
            known[Kind.NAME, name] = token(Kind.NAME, len(known) + 1)
    made = [Value(held, kind, value) for (kind, value), held in known.items()]
    hidden = []
    for text in texts:
        tokenised = personal.tokenise(text, None, known)
        hidden.append(tokenised.text)
        made += tokenised.values
        known |= {(value.kind, value.value): value.token for value in tokenised.values}
    return hidden, [_kept(session, conversation_id, value) for value in made]


async def token_for(session: AsyncSession, conversation_id: UUID, kind: Kind, value: str) -> str:
    """What stands for a value that we know in a conversation. The caller holds the conversation."""
    values = await _values(session, conversation_id)
    known = [each for each in values if each.kind == kind]
    for each in known:
        if _opened(session, each) == value:
            return each.token
    numbers = [int(found.group(2)) for each in known if (found := TOKEN.fullmatch(each.token))]
    made = Value(token(kind, max(numbers, default=0) + 1), kind, value)
    session.add(_kept(session, conversation_id, made))
    await session.flush()
    return made.token


async def without_pickups(session: AsyncSession, conversation_id: UUID, text: str) -> str:
    """Words of ours for the customer, with a token where a pick-up code of his stands. The caller holds the
    conversation."""
    if not codes.may_hold_pickup(text):
        return text
    values = [each for each in await _values(session, conversation_id) if each.kind == Kind.PICKUP]
    found = sorted(set(codes.pickups(text, [_opened(session, each) for each in values])))
    kept, at = [], 0
    for start, end, value in found:
        if start >= at:
            kept += [text[at:start], await token_for(session, conversation_id, Kind.PICKUP, value)]
            at = end
    return "".join(kept) + text[at:]


async def pickups(session: AsyncSession, conversation_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Pick-up codes by token, for each of these conversations; for their customers alone."""
    found: dict[UUID, dict[str, str]] = {}
    query = select(PersonalValue).where(
        PersonalValue.conversation_id.in_(set(conversation_ids)), PersonalValue.kind == Kind.PICKUP
    )
    for value in await session.scalars(query):
        found.setdefault(value.conversation_id, {})[value.token] = _opened(session, value)
    return found


def _kept(session: AsyncSession, conversation_id: UUID, value: Value) -> PersonalValue:
    row = uuid4()
    return PersonalValue(
        id=row,
        conversation_id=conversation_id,
        token=value.token,
        kind=value.kind,
        value_enc=vault(session).seal("personal_values", "value_enc", row, value.value),
        masked=mask(value.kind, value.value),
    )


async def opened(session: AsyncSession, customer: Customer) -> dict[str, str | None]:
    """Plain name, phone and id_number. The caller has the right to see them and writes the audit line."""
    plain: dict[str, str | None] = {}
    for column in ("name", "phone", "id_number"):
        sealed = getattr(customer, f"{column}_enc")
        plain[column] = vault(session).open("customers", f"{column}_enc", customer.id, sealed) if sealed else None
    return plain
