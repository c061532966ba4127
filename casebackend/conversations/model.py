from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.approvals.model import Edited
from casebackend.conversations.rules import Owner, TurnState
from casebackend.database import Base


class Conversation(Base):
    """One for each sender of a channel, for good. `has_draft` is kept by drafts, `code_until` (the end of a one-time
    code that is on its way) by identity; both stand above. `handoff_seq`: the words that led to a person, or
    with which one took it. `callback_by`: until when a person was promised while nobody was there. `wanted_from`,
    `wanted_until`: when the customer said that a call suits."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("channel", "sender"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    channel: Mapped[str] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(160))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    owner: Mapped[str] = mapped_column(String(32), default=Owner.BOT, index=True)
    owner_user_id: Mapped[UUID | None]
    owner_name: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0)
    asked: Mapped[str | None] = mapped_column(String(32))
    choices: Mapped[list[str]] = mapped_column(default=list)
    has_draft: Mapped[bool] = mapped_column(default=False)
    large: Mapped[bool] = mapped_column(default=False)
    code_until: Mapped[datetime | None]
    notice_version: Mapped[str | None] = mapped_column(String(32))
    notice_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    last_in_at: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime | None]
    handoff_reason: Mapped[str | None] = mapped_column(String(32))
    handoff_seq: Mapped[int | None]
    callback_by: Mapped[datetime | None]
    wanted_from: Mapped[datetime | None]
    wanted_until: Mapped[datetime | None]


class Delivery(Base):
    """Outgoing messages of one conversation, carried together. `seq` is that of the first one."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_open", "state", "channel", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    receiver: Mapped[str] = mapped_column(String(160))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(32))
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    passive: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Message(Base):
    """`text` is tokenised. `original_enc` holds what was cut off a long message, encrypted and without secrets.
    `answer_digest`: the keyed hash of a one-time code that was taken out of it, until it is compared. `danger`,
    `stirred`: what was heard in it when it came, `heard_by` the codes of the rules, `severity` of the turn."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "seq"), UniqueConstraint("channel", "external_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    author: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[UUID | None]
    text: Mapped[str]
    original_enc: Mapped[str | None]
    answer_digest: Mapped[str | None] = mapped_column(String(32))
    secret_dropped: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[str]] = mapped_column(default=list)
    asks: Mapped[str | None] = mapped_column(String(32))
    media: Mapped[list[str]] = mapped_column(default=list)
    channel: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str | None] = mapped_column(String(200))
    received_at: Mapped[datetime | None]
    at: Mapped[datetime]
    answers: Mapped[UUID | None] = mapped_column(index=True)
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    danger: Mapped[str | None] = mapped_column(String(16))
    stirred: Mapped[str | None] = mapped_column(String(16))
    heard_by: Mapped[str | None] = mapped_column(String(200))
    severity: Mapped[str | None] = mapped_column(String(32))


class MediaDuty(Base):
    """A medium that its platform keeps for a few days only: somebody has to fetch it before."""

    __tablename__ = "media_duties"
    __table_args__ = (Index("ix_media_duties_open", "state", "next_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), index=True)
    channel: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(512))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    created_at: Mapped[datetime]
    attachment_id: Mapped[UUID | None]


class Turn(Base):
    """The duty to answer one message. `asked` is the question that was open when the turn was claimed.

    `purpose` and `confidence`: what the bot took the message for and how sure it was; `decision`: what it did first;
    `called_for`: the reason for which this message called a person. No words of the customer."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_open", "state", "created_at"), Index("ix_turns_order", "conversation_id", "seq"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"), unique=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id"))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(32), default=TurnState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str | None] = mapped_column(String(32))
    asked: Mapped[str | None] = mapped_column(String(32))
    delivery_id: Mapped[UUID | None] = mapped_column(ForeignKey("deliveries.id"))
    created_at: Mapped[datetime]
    purpose: Mapped[str | None] = mapped_column(String(32))
    confidence: Mapped[float | None]
    decision: Mapped[str | None] = mapped_column(String(64))
    called_for: Mapped[str | None] = mapped_column(String(32))


class DangerRule(Edited):
    """A rule of `dangers.yml`, or what the bank made of it, from a day on. It holds once somebody else than who
    proposed it has approved it; `reviewed_by` is his post."""

    __tablename__ = "danger_rules"
    __table_args__ = (Index("ix_danger_rules_code", "code", "effective_from"),)

    kind: Mapped[str] = mapped_column(String(40))
    use: Mapped[str] = mapped_column(String(16))
    says: Mapped[str] = mapped_column(String(16))
    patterns: Mapped[list[str]]
    phrases: Mapped[list[str]]
    text: Mapped[str | None] = mapped_column(String(40))
    severity: Mapped[str | None] = mapped_column(String(32))
    handoff: Mapped[str | None] = mapped_column(String(32))
    at_words: Mapped[int] = mapped_column(default=0)
    at_turns: Mapped[int] = mapped_column(default=0)
    within_hours: Mapped[int] = mapped_column(default=24)
    effective_until: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(500))
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed_on: Mapped[date | None]
