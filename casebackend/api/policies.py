from datetime import date

from pydantic import Field

from casebackend.api.base import Command, View


class ParameterView(View):
    code: str
    label: str
    value: str
    effective_from: date
    source: str
    evidence: str
    added_by: str


class ParameterList(View):
    """Newest first within a code. `next` is the cursor of the following page."""

    items: list[ParameterView]
    next: str | None


class AddParameter(Command):
    """A whole number, djbh or asvs, or roles separated by commas; of what kind, the code says."""

    code: str = Field(min_length=1, max_length=40)
    value: str = Field(max_length=500, pattern=r"^[a-z0-9_, ]*$")
    effective_from: date
    source: str = Field(min_length=1, max_length=500)
