from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from casebackend.api.base import Command, View


class LoginView(View):
    """`login` and `name` only where the account is one of ours: what else was typed is not kept."""

    at: datetime
    login: str | None
    name: str | None
    address: str
    outcome: str


class LoginPage(View):
    """Newest first. `next` is the cursor of the following page."""

    items: list[LoginView]
    next: str | None


class Unlock(Command):
    """An account, or an address."""

    user_id: UUID | None = None
    address: str | None = Field(default=None, min_length=1, max_length=64)

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.user_id is None) == (self.address is None):
            raise ValueError("either user_id or address")
        return self
