"""Papers on which a version of a knowledge entry rests."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casebackend.api.base import Command, View
from casebackend.attachments.rules import Scan


class RemoveArticleFile(Command):
    reason: str = Field(min_length=1, max_length=200, pattern=r"\S")


class ArticleFileView(View):
    """A file on which a version rests. `sha256` is ours, over the bytes as received. `openable`: it may be downloaded
    now."""

    id: UUID
    version: int
    name: str
    content_type: str
    size: int
    sha256: str
    scan: Scan
    scan_label: str
    openable: bool
    added_at: datetime
    added_by: str


class ArticleFiles(View):
    items: list[ArticleFileView]
    next: str | None = None
