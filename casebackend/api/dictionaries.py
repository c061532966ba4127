"""Code lists, their versions, and the import of official codes."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View


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


class DictionaryView(View):
    """`words`: how many are in use now."""

    code: str
    label: str
    words: int


class DictionaryPage(View):
    items: list[DictionaryView]
    next: str | None


type Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]


class ChangeTerm(Command):
    """From a day of Asia/Shanghai on, today at the earliest. `add` names a new word; `change` says what is to be
    different (an empty code takes it away); `retire`: the day is the first on which it can no longer be chosen;
    `delete`: a word of the bank's own that nothing was ever said with."""

    change: Literal["add", "change", "retire", "delete"]
    term_id: str | None = Field(default=None, max_length=64)
    name: Word | None = None
    code: str | None = Field(default=None, max_length=40, pattern=r"^\S*$")
    parent_id: str | None = Field(default=None, max_length=64)
    keywords: Annotated[list[Word], Field(max_length=40)] | None = None
    effective_from: date
    source: str = Field(min_length=2, max_length=200, pattern=r"\S")


class TermChangeView(View):
    id: UUID
    dictionary: str
    change: str
    term_id: str | None
    name: str
    wanted: dict[str, Any]
    effective_from: date
    source: str
    added_at: datetime
    added_by_name: str
    applied_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    version: int


class TermChangePage(View):
    items: list[TermChangeView]
    next: str | None
