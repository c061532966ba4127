from datetime import date

from casebackend.api.base import View


class DataItem(View):
    """One stored column. `tag` is the code of what it holds, `content` the same in words; `sensitive` is of the two
    highest levels."""

    table: str
    table_label: str
    column: str
    tag: str
    content: str
    personal: bool
    sensitive: bool
    level: str
    source: str
    system: str


class DataItemPage(View):
    """`reviewed_on`: when the catalogue was last looked through. `next` is the cursor of the following page."""

    items: list[DataItem]
    reviewed_on: date
    overdue: bool
    next: str | None
