from datetime import date

from pydantic import Field

from casebackend.api.cases import CaseRow
from casebackend.api.conversations import View


class Figure(View):
    """`query` opens a list of exactly `count` cases, under /query as well as under /api/v1/cases/."""

    count: int
    query: str


class ReportRow(Figure):
    """`level` is the depth in a tree: a row holds what stands deeper below it. `before` and `change` compare with the
    period before; `change` is null where there was nothing. `cells`: one for each of the columns of the report."""

    key: str
    label: str
    level: int
    share: float | None
    before: Figure | None
    change: float | None
    cells: list[Figure] = Field(default_factory=list)


class Report(View):
    """`columns`: what the cells of each row are, where `by` says what stands across."""

    name: str
    title: str
    definition: str
    first: date
    last: date
    by: str | None
    columns: list[str] = Field(default_factory=list)
    total: ReportRow
    rows: list[ReportRow]
    cases: list[CaseRow]


class ReportBrief(View):
    name: str
    title: str
    definition: str


class ReportList(View):
    """`next` is the cursor of the following page."""

    items: list[ReportBrief]
    next: str | None


class Confusion(Figure):
    """Cases that the handler gave the class `first` and the final coder the class `last`."""

    first: str
    last: str


class AxisAgreement(View):
    """Cohen's `kappa` and `share` are null where nothing can be compared. `confused`: the most frequent first."""

    axis: str
    label: str
    cases: Figure
    agreed: Figure
    differing: Figure
    share: float | None
    kappa: float | None
    confused: list[Confusion]


class CodingReport(View):
    """How often two persons who coded the same complaints agreed, by axis."""

    title: str
    definition: str
    first: date
    last: date
    axes: list[AxisAgreement]


class CodeHints(View):
    """Of the cases for which this class was the surest suggestion: how many a person classified so (`first`), by
    another suggestion (`among`), or by none of them (`changed`). `share` of `first`; null where there are none."""

    code: str
    judged: Figure
    first: Figure
    among: Figure
    changed: Figure
    share: float | None


class AxisHints(View):
    """`unjudged` (no person has classified them yet) and `unsuggested` count in no share."""

    axis: str
    label: str
    total: CodeHints
    unjudged: Figure
    unsuggested: Figure
    codes: list[CodeHints]


class UnitHints(View):
    """To which unit cases were given, beside what was proposed for the dispatch: `first` and `second` of the proposals,
    or an `other` unit. `share` of `first`; null where nothing was proposed."""

    made: Figure
    first: Figure
    second: Figure
    other: Figure
    share: float | None


class HintsReport(View):
    """How often the suggested classes were taken over, by axis and by suggested class, and the proposed units."""

    title: str
    definition: str
    first: date
    last: date
    axes: list[AxisHints]
    units: UnitHints
