"""What an export is of: a list or a report with exactly the conditions of its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from casebackend.cases import search
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import Kind as Field
from casebackend.cases.queues import Queue
from casebackend.cases.search import Given
from casebackend.demands.rules import STATE_LABELS
from casebackend.exports.rules import Kind
from casebackend.paging import BadFilter
from casebackend.reports import agreement
from casebackend.reports.rules import ACROSS, BY_LABELS, COMPARABLE, REPORTS, Fixed, Period

LONGEST_QUERY, MOST_FIELDS = 4_000, 200
TITLES: dict[Kind, str] = {Kind.CASES: "投诉列表", Kind.LEDGER: "网点台账", Kind.SUPERVISION: "督办"}
SUPERVISED: dict[str, str] = {"all": "全部"} | {str(each): label for each, label in STATE_LABELS.items()}
# Of a page and not of what it lists.
OF_THE_PAGE = frozenset({"cursor", "limit", "name"})
LISTED: dict[Queue, str] = {
    Queue.TODO: "待办", Queue.DOING: "在办", Queue.DONE: "已办", Queue.CLOSED: "已结", Queue.REVIEW: "待复核",
    Queue.UNASSIGNED: "待承办", Queue.UNIT: "本单位", Queue.NEAR_DUE: "临期", Queue.ALL: "全部",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Selection:
    """`fixed` is None for a list, and for the one report that is no count of cases (`report` says which)."""

    kind: Kind
    report: str | None
    given: Given
    queue: Queue
    period: Period | None
    by: str | None
    own: tuple[tuple[str, str], ...] = ()

    @property
    def fixed(self) -> Fixed | None:
        return REPORTS.get(self.report or "")

    @property
    def title(self) -> str:
        if self.kind in TITLES:
            return TITLES[self.kind]
        return self.fixed.title if self.fixed else agreement.TITLE

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Read again, they give the same selection on any day."""
        if self.own:
            return list(self.own)
        own = [("queue", str(self.queue))] if self.queue is not Queue.ALL else []
        if self.period:
            own += [("from", str(self.period.first)), ("to", str(self.period.last))]
        return [*own, *([("by", self.by)] if self.by else []), *search.as_pairs(self.given)]

    @property
    def query(self) -> str:
        return urlencode(self.pairs)


def read(kind: Kind, report: str | None, query: str, *, today: date) -> Selection:
    """What is not known is refused: a condition that nobody heard of would let everything through."""
    args = _args(query)
    if kind in (Kind.LEDGER, Kind.SUPERVISION):
        return Selection(kind, None, search.read({}), Queue.ALL, None, None, _own(kind, report, args, today))
    own = {"queue"} if kind is Kind.CASES else {"from", "to", "by"}
    for name in args:
        if name not in CONDITIONS and name not in own | OF_THE_PAGE:
            raise BadFilter(name)
    if kind is Kind.REPORT and report not in REPORTS and report != agreement.NAME:
        raise BadFilter("report")
    if kind is Kind.CASES and report is not None:
        raise BadFilter("report")
    [by] = args.get("by", [None])[:1]
    if by is not None and by not in BY_LABELS and by not in COMPARABLE and by not in ACROSS:
        raise BadFilter("by")
    period = _period(args, today) if kind is Kind.REPORT else None
    fixed = REPORTS.get(report or "")
    if by and fixed and period and not fixed.takes(by, period):
        raise BadFilter("by")
    return Selection(kind, report, search.read(args), _queue(args), period, by)


def _own(kind: Kind, report: str | None, args: Mapping[str, list[str]], today: date) -> tuple[tuple[str, str], ...]:
    """Of the ledger a month, which is this one where none is said, and perhaps a unit; of the demands their state."""
    known = {"month", "unit", "outlet"} if kind is Kind.LEDGER else {"state"}
    for name in args:
        if name not in known | OF_THE_PAGE:
            raise BadFilter(name)
    if report is not None:
        raise BadFilter("report")
    if kind is Kind.SUPERVISION:
        [state] = args.get("state", ["all"])[:1]
        if state not in SUPERVISED:
            raise BadFilter("state")
        return (("state", state),)
    [month] = args.get("month", [f"{today:%Y-%m}"])[:1]
    [unit] = (args.get("outlet") or args.get("unit") or [""])[:1]
    try:
        found = [("month", f"{date.fromisoformat(f'{month}-01'):%Y-%m}")]
    except ValueError:
        raise BadFilter("month") from None
    try:
        return (*found, *([("outlet", str(UUID(unit)))] if unit else []))
    except ValueError:
        raise BadFilter("unit") from None


def _args(query: str) -> Mapping[str, list[str]]:
    if len(query) > LONGEST_QUERY:
        raise BadFilter("query")
    try:
        pairs = parse_qsl(query.removeprefix("?"), max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadFilter("query") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            found.setdefault(name, []).append(value)
    return found


def _queue(args: Mapping[str, Sequence[str]]) -> Queue:
    try:
        return Queue(args.get("queue", [Queue.ALL])[0])
    except ValueError:
        raise BadFilter("queue") from None


def _period(args: Mapping[str, Sequence[str]], today: date) -> Period:
    last = _day(args, "to") or today
    first = _day(args, "from") or last.replace(day=1)
    if first > last:
        raise BadFilter("to")
    return Period(first, last)


def _day(args: Mapping[str, Sequence[str]], name: str) -> date | None:
    words = args.get(name, [])
    day: date | None = search.parsed(name, Field.DAY, words, choices={}, many=False)[0] if words else None
    return day
