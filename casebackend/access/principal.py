from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    SERVICE = "service"
    STAFF = "staff"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Rights:
    """Where roles come from and which functions come with them (None: all that the role may have), and what is taken
    away whatever gives it."""

    sources: tuple[tuple[frozenset[str], frozenset[str] | None], ...]
    withheld: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `roles` are slugs for staff, service:<name> for a program of ours, scope:<name> for what a service
    token was given, and pending:<stage> for a colleague whose login is not finished. `rights`: None where all that the
    roles may is granted."""

    kind: Kind
    name: str
    roles: frozenset[str]
    user_id: UUID | None = None
    display_name: str = ""
    organisation_id: UUID | None = None
    scope_unit_id: UUID | None = None
    rights: Rights | None = None

    @property
    def actor(self) -> str:
        return f"{self.kind}:{self.name}"


ANONYMOUS = Principal(Kind.ANONYMOUS, "anonymous", frozenset())
