from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class Article(Base):
    """One version of one knowledge entry, from its draft on. The database is the truth; the index is made from what
    is published. `row_version` counts the changes of this row; `version` is what a reader cites.
    `unit_id`: the department that keeps it."""

    __tablename__ = "articles"
    __table_args__ = (Index("ix_articles_status", "status"),)

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    row_version: Mapped[int] = mapped_column(default=1)
    hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    branch: Mapped[str]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    questions: Mapped[list[str]]
    reply: Mapped[str | None] = mapped_column(Text)
    links: Mapped[list[str]] = mapped_column(default=list)
    supersedes: Mapped[str | None] = mapped_column(String(120))
    clause: Mapped[str | None]
    source: Mapped[str]
    basis: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(String(8))
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    audience: Mapped[str] = mapped_column(String(32))
    # its type is said: whoever builds the index knows no organisations
    unit_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("organisations.id"))
    origin: Mapped[str] = mapped_column(String(32), default="content")
    origin_id: Mapped[UUID | None]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    publish_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    imported_at: Mapped[datetime]

    @property
    def unit(self) -> str | None:
        return str(self.unit_id) if self.unit_id else None


class ArticleStep(Base):
    """Who did what with a version, in order: drafted, submitted, checked, approved, published, verified, returned.
    `former_end`: of what was ended, the last day that it had before."""

    __tablename__ = "article_steps"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "version"], ["articles.id", "articles.version"]),
        Index("ix_article_steps_article", "article_id", "version"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    article_id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    step: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    opinion: Mapped[str | None] = mapped_column(Text)
    former_end: Mapped[date | None]


class ArticleFile(Base):
    """A file on which a version rests: the paper that it follows. Added while it is a draft, read by whoever checks."""

    __tablename__ = "article_files"
    __table_args__ = (
        ForeignKeyConstraint(["article_id", "version"], ["articles.id", "articles.version"]),
        Index("ix_article_files_article", "article_id", "version"),
    )

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]


class Phrasing(Base):
    """A way of asking that an entry was found useful for. Only `accepted` ones are searched by."""

    __tablename__ = "phrasings"
    __table_args__ = (Index("ix_phrasings_article", "article_id", "state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    article_id: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(32))
    use_id: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)


class ChangeRequest(Base):
    """What the liaison of a department, or anybody who flagged an entry, wants changed, with a due day."""

    __tablename__ = "change_requests"
    __table_args__ = (Index("ix_change_requests_state", "state", "due_on"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    article_id: Mapped[str | None] = mapped_column(String(120))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(32))
    due_on: Mapped[date]
    requested_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_id: Mapped[str | None] = mapped_column(String(120))
    answered_version: Mapped[int | None]
    row_version: Mapped[int] = mapped_column(default=1)


class Impact(Base):
    """An open case or a saved suggestion that cites a version which a newer one or its end has overtaken; or a canned
    reply (`reply_id`) that was made from it."""

    __tablename__ = "article_impacts"
    __table_args__ = (Index("ix_article_impacts_open", "article_id", "reviewed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    article_id: Mapped[str] = mapped_column(String(120))
    version: Mapped[int]
    case_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    use_id: Mapped[UUID | None]
    reply_id: Mapped[UUID | None]
    noted_at: Mapped[datetime]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)
