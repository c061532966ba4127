from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from casebackend.database import Base


class Edited(Base):
    """A dated version of a rule that one proposes and another approves. `number` counts the approved versions of one
    `code` in the order in which they came to hold; `based_on` is the number of the last one when this was proposed."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[date]
    state: Mapped[str] = mapped_column(String(16), default="approved")
    number: Mapped[int] = mapped_column(default=0)
    based_on: Mapped[int] = mapped_column(default=0)
    proposed_by: Mapped[str | None]
    proposed_by_name: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_by_name: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}
