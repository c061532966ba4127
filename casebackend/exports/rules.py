"""What may leave the house, through whose hands, and how its cells are written. Standard library only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
PURPOSE_LEAST, PURPOSE_MOST, REASON_MOST = 4, 100, 200
MOST_TRIES = 5
LEASE = timedelta(minutes=10)
NOTICE = "内部资料，不得外传"
# The head of the cause under which an approver is told.
ASKED = "export-asked:"


class Kind(StrEnum):
    CASES = "cases"
    REPORT = "report"
    LEDGER = "ledger"
    SUPERVISION = "supervision"


# The page whose button it is: whoever may not press that does not get the file by another way either.
BUTTONS: dict[Kind, str] = {
    Kind.LEDGER: "console_ledger.export", Kind.SUPERVISION: "console_supervision.export",
}  # fmt: skip
# Lists of cases and reports are for these; whoever only takes complaints in takes out his ledger.
LISTING = frozenset(
    {
        "handler", "team_lead", "reviewer", "department_head", "auditor", "approver", "complaint_manager", "executive",
    }
)  # fmt: skip


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


MEDIA: dict[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class State(StrEnum):
    """`waiting` for a second person, then `queued` for the worker. `expired`: its file, or the question, is too old."""

    WAITING = "waiting"
    QUEUED = "queued"
    READY = "ready"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


STATE_LABELS: dict[State, str] = {
    State.WAITING: "待审批",
    State.QUEUED: "生成中",
    State.READY: "可下载",
    State.REJECTED: "未批准",
    State.WITHDRAWN: "已撤回",
    State.EXPIRED: "已过期",
    State.FAILED: "未生成",
}
OPEN = frozenset({State.WAITING, State.QUEUED})


@dataclass(frozen=True, slots=True)
class Limits:
    """In force on one day. All counts are of rows but `per_day`, of exports a person and day of Asia/Shanghai.

    `free_rows_per_day`: so many rows a day without approval, whatever they are cut into."""

    approval_rows: int
    free_rows_per_day: int
    at_once_rows: int
    most_rows: int
    per_day: int
    kept: timedelta
    approvers: frozenset[str]

    def needs_approval(self, rows: int, *, free_today: int) -> bool:
        return rows > self.approval_rows or free_today + rows > self.free_rows_per_day


def limits(values: Mapping[str, str]) -> Limits:
    """Of the security parameters in force."""
    return Limits(
        approval_rows=int(values["export.approval_rows"]),
        free_rows_per_day=int(values["export.free_rows_per_day"]),
        at_once_rows=int(values["export.at_once_rows"]),
        most_rows=int(values["export.most_rows"]),
        per_day=int(values["export.per_day"]),
        kept=timedelta(days=int(values["export.keep_days"])),
        approvers=frozenset(each.strip() for each in values["export.approver_roles"].split(",") if each.strip()),
    )


def day_of(now: datetime) -> tuple[datetime, datetime]:
    """The day in China that `now` lies in: its beginning, and that of the next."""
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight, midnight + timedelta(days=1)


def number_of(day: date, place: int) -> str:
    return f"{prefix(day)}{place:06}"


def prefix(day: date) -> str:
    return f"DC{day:%Y%m%d}"


# Reliability F67. What a spreadsheet would take for the beginning of a formula, also in full width.
FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
# No letter to a reader, skipped by some spreadsheets before they look.
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
QUOTE = "'"


def is_dangerous(cell: str) -> bool:
    """Before and after trimming: a tab and a line end are both space and danger."""
    return cell[:1] in FORMULA or _trimmed(cell)[:1] in FORMULA


def _trimmed(cell: str) -> str:
    """Blanks that are letters to `strip`, and what nobody sees, in any order."""
    start = 0
    while start < len(cell) and (cell[start].isspace() or cell[start] in UNSEEN):
        if cell[start] in FORMULA:
            break
        start += 1
    return cell[start:]


def defused(cell: str) -> str:
    """As a text that no spreadsheet evaluates. A text that already looks defused gets one more, so that nothing is
    lost: `restored` gives back exactly what was there."""
    return QUOTE + cell if is_dangerous(cell.lstrip(QUOTE)) else cell


def restored(cell: str) -> str:
    return cell[1:] if cell.startswith(QUOTE) and is_dangerous(cell.lstrip(QUOTE)) else cell


@dataclass(frozen=True, slots=True)
class Mark:
    """The watermark: who took it out, when, what for, under which number."""

    number: str
    name: str
    staff_no: str
    at: datetime
    purpose: str

    @property
    def who(self) -> str:
        return f"{self.name}（工号 {self.staff_no}）"

    @property
    def moment(self) -> str:
        return self.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")

    @property
    def line(self) -> str:
        return f"导出编号 {self.number} · {self.who} · {self.moment} · 用途：{self.purpose} · {NOTICE}"


type Cell = str | int | float | None


class Rows(Protocol):
    """As many as one knows, to be read in their order."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Sequence[Cell]]: ...


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    headings: Sequence[str]
    rows: Rows


def outgrown(approved: int, matched: int) -> str | None:
    """What the file and its page say where more fits the conditions now than was approved."""
    if matched <= approved:
        return None
    return f"申请时 {approved} 行，生成时符合条件 {matched} 行；超出的 {matched - approved} 行未导出，需要时请重新申请"


def file_name(title: str, number: str, form: Format) -> str:
    return f"{title}-{number}.{form}"
