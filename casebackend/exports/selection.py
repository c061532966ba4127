"""What an export is of: a list or a report with exactly the conditions of its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

from casebackend.cases import search
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import Kind as Field
from casebackend.cases.queues import Queue
from casebackend.cases.search import Given
from casebackend.exports.rules import Kind
from casebackend.paging import BadFilter
from casebackend.reports import agreement
from casebackend.reports.rules import BY_LABELS, COMPARABLE, REPORTS, Fixed, Period

LONGEST_QUERY, MOST_FIELDS = 4_000, 200
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

    @property
    def fixed(self) -> Fixed | None:
        return REPORTS.get(self.report or "")

    @property
    def title(self) -> str:
        if self.kind is Kind.CASES:
            return "投诉列表"
        return self.fixed.title if self.fixed else agreement.TITLE

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Read again, they give the same selection on any day."""
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
    own = {"queue"} if kind is Kind.CASES else {"from", "to", "by"}
    for name in args:
        if name not in CONDITIONS and name not in own | OF_THE_PAGE:
            raise BadFilter(name)
    if kind is Kind.REPORT and report not in REPORTS and report != agreement.NAME:
        raise BadFilter("report")
    if kind is Kind.CASES and report is not None:
        raise BadFilter("report")
    [by] = args.get("by", [None])[:1]
    if by is not None and by not in BY_LABELS and by not in COMPARABLE:
        raise BadFilter("by")
    return Selection(
        kind, report, search.read(args), _queue(args), _period(args, today) if kind is Kind.REPORT else None, by
    )


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
