from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.attachments.holds import LegalHold as LegalHold
from casebackend.attachments.holds import TalkHold as TalkHold
from casebackend.database import Base


class RetentionPolicy(Base):
    """So many years after its end a matter of this type is kept, from a day on. `*` is every other type, `talk` the
    files of a conversation of which no case came, `talk_text` what was said in it. `keeps_opinions`: what colleagues
    wrote in the history stays."""

    __tablename__ = "retention_policies"
    __table_args__ = (UniqueConstraint("matter_type", "effective_from"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    matter_type: Mapped[str] = mapped_column(String(32))
    years: Mapped[int]
    floor: Mapped[int]
    effective_from: Mapped[date]
    source: Mapped[str]
    evidence: Mapped[str] = mapped_column(String(8))
    keeps_opinions: Mapped[bool] = mapped_column(default=False, server_default=false())
    added_at: Mapped[datetime | None]
    added_by: Mapped[str | None]


class RedactionRun(Base):
    """Asked for by one person, approved by another, carried out by the worker. `as_of`: a day of Asia/Shanghai."""

    __tablename__ = "redaction_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    as_of: Mapped[date]
    due: Mapped[int]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID]
    asked_by_name: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str | None]
    done_at: Mapped[datetime | None]
    redacted: Mapped[int] = mapped_column(default=0)


class Redaction(Base):
    """A case whose words and personal data are gone. The case itself stays and counts."""

    __tablename__ = "redactions"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("redaction_runs.id"))
    at: Mapped[datetime]
    kept_until: Mapped[date]
    policy: Mapped[str]


class TalkEnd(Base):
    """What was said before `gone_before` in a conversation of which no case came is gone. `next_on`: the day of the
    oldest words left; None once nothing is left and nobody can be told from it."""

    __tablename__ = "talk_ends"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    gone_before: Mapped[date]
    next_on: Mapped[date | None] = mapped_column(index=True)
    at: Mapped[datetime]
