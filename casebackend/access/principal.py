from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    SERVICE = "service"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `roles` are slugs for staff, and service:<name> for a program."""

    kind: Kind
    name: str
    roles: frozenset[str]
    user_id: UUID | None = None
    display_name: str = ""
    organisation_id: UUID | None = None

    @property
    def actor(self) -> str:
        return f"{self.kind}:{self.name}"


ANONYMOUS = Principal(Kind.ANONYMOUS, "anonymous", frozenset())
