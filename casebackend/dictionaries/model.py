from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from casebackend.database import Base


class DictionaryTerm(Base):
    """One word of one code list. `code` is the official code, null while we do not hold it."""

    __tablename__ = "dictionary_terms"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    dictionary: Mapped[str] = mapped_column(String(40), index=True)
    seq: Mapped[int]
    name: Mapped[str]
    code: Mapped[str | None]
    parent_id: Mapped[str | None] = mapped_column(String(64))
    keywords: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
