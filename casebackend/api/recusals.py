from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.conversations import Command, View


class DeclareRecusal(Command):
    reason: str = Field(min_length=1, max_length=1_000)


class GrantWaiver(Command):
    """`user_id` may work on the case although a rule or an own declaration keeps this person away."""

    user_id: UUID
    reason: str = Field(min_length=1, max_length=1_000)


class RecusalView(View):
    id: UUID
    user_id: UUID
    name: str
    reason: str
    declared_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
    lifted_reason: str | None


class WaiverView(View):
    id: UUID
    user_id: UUID
    name: str
    reason: str
    granted_by: str
    granted_at: datetime


class RecusalsView(View):
    """`mine`: why the reader has to stay away, in words."""

    number: str
    recusals: list[RecusalView]
    waivers: list[WaiverView]
    mine: str | None
