"""How much of the personal values of a case gets onto the paper."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.customers.model import Customer, PersonalValue
from casebackend.customers.rules import TOKEN, Kind
from casebackend.customers.vault import Vault
from casebackend.disclosures.service import seen
from casebackend.parties.model import BusinessObject, Party

type Row = Customer | Party | BusinessObject


class Sight(Protocol):
    """`kinds`: of each plain value that was opened so far."""

    kinds: list[str]

    def value(self, row: Row | None, name: str, kind: Kind) -> str:
        """The value of the columns NAME_enc and NAME_masked; empty where there is none."""

    def text(self, text: str | None) -> str:
        """`text` with something in place of its tokens."""


@dataclass(slots=True)
class Masked:
    masks: Mapping[str, str]
    kinds: list[str] = field(default_factory=list)

    def value(self, row: Row | None, name: str, kind: Kind) -> str:
        return getattr(row, f"{name}_masked", None) or ""

    def text(self, text: str | None) -> str:
        return customers.rendered(text, dict(self.masks)) if text else ""


@dataclass(slots=True)
class Opened:
    """As much as the post of `by` may see; a value is opened when it is written, not before."""

    by: Principal
    vault: Vault
    values: Mapping[str, PersonalValue]
    kinds: list[str] = field(default_factory=list)

    def value(self, row: Row | None, name: str, kind: Kind) -> str:
        sealed = getattr(row, f"{name}_enc", None)
        if row is None or not sealed:
            return ""
        return self._open(row.__tablename__, f"{name}_enc", row.id, sealed, kind)

    def text(self, text: str | None) -> str:
        return TOKEN.sub(lambda match: self._said(match.group()), text) if text else ""

    def _said(self, token: str) -> str:
        row = self.values.get(token)
        if row is None:
            return token
        return self._open("personal_values", "value_enc", row.id, row.value_enc, Kind(row.kind))

    def _open(self, table: str, column: str, row: UUID, sealed: str, kind: Kind) -> str:
        self.kinds.append(kind)
        return seen(self.by, kind, self.vault.open(table, column, row, sealed))


async def masked(session: AsyncSession, case: Case) -> Masked:
    return Masked((await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {}))


async def opened(session: AsyncSession, case: Case, by: Principal) -> Opened:
    """The caller has made sure that `by` may, and writes down what was shown."""
    rows = await session.scalars(select(PersonalValue).where(PersonalValue.conversation_id == case.conversation_id))
    return Opened(by, customers.vault(session), {row.token: row for row in rows})
