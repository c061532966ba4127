from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.approvals.model import Edited
from casebackend.database import Base


class WorkflowStep(Base):
    """One step of an internal chain of a profile. Its time is the limit named by `clock`; moves start and stop it.

    `takes`: who takes the moves that decide in it, as `rules.Taker`. `duty`: the unit that has it decides."""

    __tablename__ = "workflow_steps"
    __table_args__ = (UniqueConstraint("profile", "chain", "code", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    profile: Mapped[str] = mapped_column(String(32), default="four_step")
    chain: Mapped[str] = mapped_column(String(16))
    seq: Mapped[int]
    code: Mapped[str] = mapped_column(String(32))
    clock: Mapped[str] = mapped_column(String(40))
    label: Mapped[str]
    who: Mapped[str]
    starts_on: Mapped[list[str]]
    stops_on: Mapped[list[str]]
    duty: Mapped[str | None] = mapped_column(String(32))
    takes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    effective_from: Mapped[date]


class FlowVersion(Edited):
    """A chain as the bank has changed it, whole, from a day on; `code` is `<profile>/<chain>`. It holds once somebody
    else than who proposed it has approved it. `steps` as in chain.yml."""

    __tablename__ = "flow_versions"
    __table_args__ = (Index("ix_flow_versions_code", "code", "effective_from"),)

    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))
    decided_on: Mapped[date | None]


class ProfileUse(Base):
    """From a day on, cases of this unit and of those under it run by this profile, unless a lower unit has its own."""

    __tablename__ = "profile_uses"
    __table_args__ = (UniqueConstraint("unit_id", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    profile: Mapped[str] = mapped_column(String(32))
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))


class UnitDuty(Base):
    """From a day on, this unit is the one of the bank that has a duty, whatever it is called."""

    __tablename__ = "unit_duties"
    __table_args__ = (UniqueConstraint("duty", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    duty: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))
