from datetime import date

from casebackend.api.cases import CaseRow
from casebackend.api.conversations import View


class Figure(View):
    """`query` opens a list of exactly `count` cases, under /query as well as under /api/v1/cases/."""

    count: int
    query: str


class ReportRow(Figure):
    """`level` is the depth in a tree: a row holds what stands deeper below it. `before` and `change` compare with the
    period before; `change` is null where there was nothing."""

    key: str
    label: str
    level: int
    share: float | None
    before: Figure | None
    change: float | None


class Report(View):
    name: str
    title: str
    definition: str
    first: date
    last: date
    by: str | None
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
