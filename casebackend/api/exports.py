from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View


class AskExport(Command):
    """`query`: the conditions as they stand in the address of the list (`queue` too) or of the report (`from`, `to`,
    `by` too), of the ledger (`month`, `unit`) or of the demands (`state`). What is not known there is refused.
    `report` is the name of the report, for `kind` report only.

    `purpose` (4 to 100 letters) is printed on the file and kept in the audit: no personal data."""

    kind: Literal["cases", "report", "ledger", "supervision"]
    format: Literal["csv", "xlsx"]
    report: str | None = Field(default=None, max_length=40)
    query: str = Field(default="", max_length=4_000)
    purpose: str = Field(max_length=400)


class DecideExport(Command):
    """`withdraw` is for whoever asked; the others for a second person. A rejection needs a reason."""

    decision: Literal["approve", "reject", "withdraw"]
    reason: str = Field(default="", max_length=200)


class ExportView(View):
    """`rows`: how many there were when it was asked for, and so many are approved; `matched`: how many there were when
    the file was made; `written`: how many it holds. `note` says so where these differ."""

    id: UUID
    number: str
    kind: str
    report: str | None
    title: str
    format: str
    filter: list[str]
    purpose: str
    state: str
    state_label: str
    rows: int
    matched: int | None
    written: int | None
    note: str | None
    approval: bool
    asked_by: str
    staff_no: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    ready_at: datetime | None
    expires_at: datetime
    size: int | None
    sha256: str | None
    downloads: int
    may_decide: bool
    may_withdraw: bool
    may_download: bool
    version: int


class ExportPage(View):
    """`next` is the cursor of the following page."""

    items: list[ExportView]
    next: str | None
