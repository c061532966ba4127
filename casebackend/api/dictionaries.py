"""Code lists, their versions, and the import of official codes."""

from datetime import date

from pydantic import Field

from casebackend.api.conversations import Command, View


class TermView(View):
    id: str
    name: str
    code: str | None
    parent_id: str | None
    effective_from: date
    effective_to: date | None


class TermPage(View):
    """`next` is the cursor of the following page."""

    items: list[TermView]
    next: str | None


class ImportCodes(Command):
    """`codes`: the official code by the name of its term. `source`: the document that the codes were read from."""

    codes: dict[str, str] = Field(min_length=1, max_length=1_000)
    effective_from: date
    source: str = Field(min_length=2, max_length=200, pattern=r"\S")


class Imported(View):
    changed: int
