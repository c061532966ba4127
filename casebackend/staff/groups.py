"""Posts and permission groups: the roles they give, and since when which functions of those roles."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from casebackend import editions
from casebackend.database import Base

EDITION = "functions"


class Mode(StrEnum):
    ALL = "all"
    ONLY = "only"
    WITHOUT = "without"


MODE_NAMES: dict[Mode, str] = {Mode.ALL: "角色的全部功能", Mode.ONLY: "仅授予所列功能", Mode.WITHOUT: "收回所列功能"}


class PermissionGroup(Base):
    """A named set of roles: of a post (岗位), or of a group that is given besides. Data scope stands apart from it."""

    __tablename__ = "permission_groups"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class GroupFunctions(Base):
    """From a day on, of Asia/Shanghai. Added to, never changed; `effective_until` is the last day. A grant that has
    ended gives nothing more; what was taken away until a day is there again after it."""

    __tablename__ = "group_functions"
    __table_args__ = (Index("ix_group_functions_group", "group_code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    group_code: Mapped[str] = mapped_column(ForeignKey("permission_groups.code"))
    mode: Mapped[str] = mapped_column(String(16))
    functions: Mapped[list[str]]
    effective_from: Mapped[date]
    effective_until: Mapped[date | None]
    added_at: Mapped[datetime]
    added_by: Mapped[str]


@dataclass(frozen=True, slots=True)
class Dated:
    mode: Mode
    functions: frozenset[str]
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Given:
    """What a group gives on one day: its roles with `only` these functions (None: with all), and what it takes away."""

    roles: frozenset[str]
    only: frozenset[str] | None = None
    withheld: frozenset[str] = frozenset()


type Known = dict[str, tuple[frozenset[str], tuple[Dated, ...]]]


def on(day: date, roles: frozenset[str], rows: Sequence[Dated]) -> Given:
    """`rows`: oldest first."""
    begun = [row for row in rows if row.since <= day]
    if not begun:
        return Given(roles)
    row = begun[-1]
    ended = row.until is not None and day > row.until
    if row.mode is Mode.ONLY:
        return Given(roles, only=frozenset() if ended else row.functions)
    return Given(roles, withheld=row.functions if row.mode is Mode.WITHOUT and not ended else frozenset())


async def _known(session: AsyncSession) -> Known:
    order = (GroupFunctions.effective_from, GroupFunctions.added_at)
    rows: dict[str, list[Dated]] = {}
    for row in await session.scalars(select(GroupFunctions).order_by(*order)):
        dated = Dated(Mode(row.mode), frozenset(row.functions), row.effective_from, row.effective_until)
        rows.setdefault(row.group_code, []).append(dated)
    groups = await session.scalars(select(PermissionGroup).where(PermissionGroup.active))
    return {group.code: (frozenset(group.roles), tuple(rows.get(group.code, ()))) for group in groups}


async def given(session: AsyncSession, codes: Collection[str], day: date) -> list[Given]:
    """Of those of them that are in use."""
    known = await editions.kept(session, EDITION, _known)
    return [on(day, *known[code]) for code in codes if code in known]
