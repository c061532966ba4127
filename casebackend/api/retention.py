from pydantic import Field

from casebackend.api.base import Command


class HoldReason(Command):
    """Why a legal hold is set or lifted."""

    reason: str = Field(min_length=4, max_length=500, pattern=r"\S")
