from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View

type Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
type Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
type Level = Literal["head", "branch", "subbranch", "outlet", "department"]
type Aliases = Annotated[list[Name], Field(max_length=20)]


class CreateUnit(Command):
    """`effective_from` may lie ahead: the unit is there from that day."""

    code: str = Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z._-]+$")
    name: Name
    short_name: Name
    level: Level
    parent_id: UUID
    aliases: Aliases = Field(default_factory=list)
    effective_from: date
    reason: Reason


class ChangeUnit(Command):
    """rename takes name, short_name, aliases; move parent_id and level; merge successor_id; close nothing more."""

    change: Literal["rename", "move", "merge", "close"]
    name: Name | None = None
    short_name: Name | None = None
    aliases: Aliases | None = None
    parent_id: UUID | None = None
    level: Level | None = None
    successor_id: UUID | None = None
    effective_from: date
    reason: Reason


class UnitView(View):
    id: UUID
    code: str
    name: str
    short_name: str
    level: str
    level_label: str
    parent_id: UUID | None
    aliases: list[str]
    closed_on: date | None
    successor_id: UUID | None
    version: int


class UnitPage(View):
    """`next` is the cursor of the following page."""

    items: list[UnitView]
    next: str | None


class UnitVersionView(View):
    """How a unit stands from a day on; `state` is in_force, past, planned or cancelled."""

    id: UUID
    seq: int
    change: str
    change_label: str
    effective_from: date
    state: str
    name: str
    short_name: str
    level: str
    parent_id: UUID | None
    parent: str | None
    closed: bool
    successor: str | None
    reason: str
    actor_name: str
    recorded_at: datetime


class UnitHistory(View):
    items: list[UnitVersionView]
    next: str | None
