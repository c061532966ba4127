from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    SERVICE = "service"
    STAFF = "staff"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `roles` are slugs for staff, service:<name> for a program of ours, scope:<name> for what a service
    token was given, and pending:<stage> for a colleague whose login is not finished."""

    kind: Kind
    name: str
    roles: frozenset[str]
    user_id: UUID | None = None
    display_name: str = ""
    organisation_id: UUID | None = None
    scope_unit_id: UUID | None = None

    @property
    def actor(self) -> str:
        return f"{self.kind}:{self.name}"


ANONYMOUS = Principal(Kind.ANONYMOUS, "anonymous", frozenset())
