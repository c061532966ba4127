from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View


class IssueToken(Command):
    """`days`: until it expires."""

    name: str = Field(min_length=3, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")
    scopes: list[str] = Field(min_length=1, max_length=20)
    days: int = Field(ge=1, le=3650)


class TokenView(View):
    """`hint`: the last characters of the secret, which itself is told once."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    version: int


class IssuedToken(TokenView):
    token: str


class TokenPage(View):
    """`next` is the cursor of the following page."""

    items: list[TokenView]
    next: str | None
