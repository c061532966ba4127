"""People, papers and things of a case, as they are sent and shown."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View
from casebackend.matters.rules import DocumentKind, PersonRole
from casebackend.parties.rules import Finding, ObjectKind, Sex, Tier


class Person(Command):
    """Personal values go to the vault. `caller_number`: the number that called, `relation`: to the consumer."""

    role: PersonRole
    name: str | None = Field(default=None, max_length=80)
    sex: Sex | None = None
    phone: str | None = Field(default=None, max_length=32)
    caller_number: str | None = Field(default=None, max_length=32)
    id_number: str | None = Field(default=None, max_length=32)
    unified_code: str | None = Field(default=None, max_length=18)
    tier: Tier | None = None
    relation: str | None = Field(default=None, max_length=40)


class DocumentReceived(Command):
    kind: DocumentKind
    original_seen: bool = False


class ObjectNamed(Command):
    """`user_id`: the colleague complained of, when known."""

    kind: ObjectKind
    value: str = Field(min_length=1, max_length=80, pattern=r"\S")
    user_id: UUID | None = None


class PersonView(View):
    id: UUID
    role: PersonRole
    name_masked: str | None
    phone_masked: str | None
    caller_masked: str | None
    id_number_masked: str | None
    unified_code: str | None
    sex: Sex | None
    tier: Tier | None
    relation: str | None


class DocumentView(View):
    id: UUID
    kind: DocumentKind
    original_seen: bool
    received_at: datetime
    received_by_name: str


class ObjectView(View):
    """`user_id` is set when the person complained of is a colleague."""

    id: UUID
    kind: ObjectKind
    value_masked: str
    user_id: UUID | None
    finding: Finding
