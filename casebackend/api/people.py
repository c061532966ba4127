from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View

type Login = Annotated[str, Field(min_length=2, max_length=64, pattern=r"^[a-z][a-z0-9._-]+$")]
type PersonName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
type Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
type Codes = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=30)]
type Email = Annotated[str, Field(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")]
type Mobile = Annotated[str, Field(max_length=20, pattern=r"^\+?[0-9-]{6,19}$")]


class CreateUser(Command):
    """An account without any right and without a password: both are given by steps of their own."""

    login: Login
    display_name: PersonName
    staff_no: str = Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z-]+$")
    organisation_id: UUID | None = None
    superior_id: UUID | None = None
    email: Email | None = None
    mobile: Mobile | None = None
    skills: Codes = Field(default_factory=list)


class ChangeUser(Command):
    """Everything but rights. What is not given is emptied."""

    display_name: PersonName
    organisation_id: UUID | None = None
    superior_id: UUID | None = None
    email: Email | None = None
    mobile: Mobile | None = None
    skills: Codes = Field(default_factory=list)


class ActOnUser(Command):
    reason: Reason


class AskRights(Command):
    """All rights that the user is to have. `scope_unit_id`: from which unit downwards he sees, if not from his own."""

    roles: Codes = Field(default_factory=list)
    posts: Codes = Field(default_factory=list)
    groups: Codes = Field(default_factory=list)
    scope_unit_id: UUID | None = None
    reason: Reason


class AskFunctions(Command):
    """`all`: whatever the roles of the group may. `only`: of that, these functions. `without`: these are taken away
    from whoever is in the group, whatever gives them. Days of Asia/Shanghai; the last one is included."""

    mode: Literal["all", "only", "without"]
    codes: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=400)] = Field(
        default_factory=list
    )
    effective_from: date
    effective_until: date | None = None


class AskGroup(Command):
    """A post or a permission group as it is to be; a new code makes a new one. Without `functions` those stay."""

    code: str = Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_-]+$")
    kind: Literal["post", "group"]
    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    roles: Codes
    active: bool = True
    functions: AskFunctions | None = None
    reason: Reason


class DecideRights(Command):
    decision: Literal["approve", "refuse", "withdraw"]
    opinion: Reason


class Leave(Command):
    """Without a successor the work goes back to the pool of its unit."""

    successor_id: UUID | None = None
    reason: Reason


class UserView(View):
    id: UUID
    login: str
    display_name: str
    staff_no: str
    organisation_id: UUID | None
    unit: str | None
    superior_id: UUID | None
    email: str | None
    mobile: str | None
    skills: list[str]
    roles: list[str]
    role_names: list[str]
    granted: list[str]
    posts: list[str]
    groups: list[str]
    scope_unit_id: UUID | None
    active: bool
    disabled_why: str | None
    left_at: datetime | None
    must_change: bool
    version: int


class UserPage(View):
    """`next` is the cursor of the following page."""

    items: list[UserView]
    next: str | None


class InitialPassword(View):
    """Shown once and kept nowhere; it must be changed at the next login."""

    initial_password: str
    version: int


class RightsRequestView(View):
    id: UUID
    user_id: UUID | None
    group_code: str | None
    about: str
    wanted: dict[str, Any]
    before: dict[str, Any]
    reason: str
    state: str
    state_label: str
    asked_by_name: str
    asked_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    opinion: str | None
    version: int


class RightsRequestPage(View):
    items: list[RightsRequestView]
    next: str | None


class GroupView(View):
    code: str
    kind: str
    name: str
    roles: list[str]
    active: bool
    version: int


class GroupFunctionsView(View):
    """What one post or group grants or takes away, newest first."""

    mode: str
    functions: list[str]
    effective_from: date
    effective_until: date | None
    added_at: datetime
    added_by: str


class GroupDetail(GroupView):
    functions: list[GroupFunctionsView]


class FunctionView(View):
    """`roles`: who may at most have it."""

    code: str
    label: str
    room: str
    roles: list[str]


class FunctionPage(View):
    items: list[FunctionView]
    next: str | None


class GroupPage(View):
    items: list[GroupView]
    next: str | None


class WorkItem(View):
    """What somebody has open. `id` is that of the case, task, review, demand, talk or registration."""

    kind: Literal["case", "task", "review", "supervision", "talk", "draft"]
    id: UUID
    label: str
    due_at: datetime | None = None


class OpenWork(View):
    items: list[WorkItem]
    next: str | None


class Left(View):
    """How many of each kind went to the successor, and how many to the pool."""

    user_id: UUID
    version: int
    to_successor: dict[str, int]
    to_pool: dict[str, int]


class CheckFile(Command):
    """`content` is the file in base64: CSV with a head line, UTF-8 (with or without BOM) or GB18030."""

    content: str = Field(min_length=4, max_length=1_400_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$")


class ApplyImport(Command):
    """The hash of the file that was looked at: nothing else is applied."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ImportView(View):
    id: UUID
    kind: str
    sha256: str
    report: dict[str, Any]
    checked_at: datetime
    applied_at: datetime | None
