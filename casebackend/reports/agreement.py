"""Whether two persons who coded the same complaints coded them alike: the handler's judgement and the final coding."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reports import AxisAgreement, CodingReport, Confusion, Figure
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.fields import CLASSIFICATION
from casebackend.cases.model import Case
from casebackend.cases.queries import scoped
from casebackend.cases.recoding import SAME, judged
from casebackend.cases.search import Given, as_pairs, clauses
from casebackend.reports.rules import COUNTED, Period

NAME, TITLE = "coding", "分类一致性"
MOST = 20
DEFINITION = (
    "由两人先后分类的投诉：承办人提出处理意见时的分类，与最终签署的分类（审定时签署，其后有调整的以最后调整为准）逐件比较。"
    "一致率＝两人分类相同的件数÷两人均已分类的件数。κ（Cohen's kappa）＝（一致率－随机一致率）÷（1－随机一致率），"
    "随机一致率由两人各自使用各分类的频率推算；1为完全一致，0为与随机相当；只用了一个分类时不计算。" + COUNTED
)

type Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two coders of the same cases. `kappa` (Cohen) takes off what agrees by chance; None where that is all."""

    cases: int
    agreed: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        return self.agreed / self.cases if self.cases else None


def agreement(pairs: Pairs) -> Agreement:
    """`pairs`: how many cases the first coder gave one term and the last coder the other."""
    count = sum(pairs.values())
    agreed = sum(found for (first, last), found in pairs.items() if first == last)
    if not count:
        return Agreement(0, 0, None)
    by_first, by_last = Counter[str](), Counter[str]()
    for (first, last), found in pairs.items():
        by_first[first] += found
        by_last[last] += found
    by_chance = sum(by_first[term] * by_last[term] for term in by_first) / count**2
    kappa = None if by_chance == 1 else (agreed / count - by_chance) / (1 - by_chance)
    return Agreement(count, agreed, kappa)


async def report(
    session: AsyncSession, principal: Principal, period: Period, *, given: Given, now: datetime
) -> CodingReport:
    usual: Given = {"counted": [True], "kind": ["first", "second"], "matter_type": ["complaint"]}
    asked: Given = {"received_from": [period.first], "received_to": [period.last], "coded_twice": [True]}
    whole = usual | given | asked
    whole.pop("recoded", None)  # which of them differ is what is asked here
    return CodingReport(
        title=TITLE,
        definition=DEFINITION,
        first=period.first,
        last=period.last,
        axes=[_axis(axis, await _pairs(session, principal, axis, whole, now=now), whole) for axis in CLASSIFICATION],
    )


async def _pairs(session: AsyncSession, principal: Principal, axis: str, whole: Given, *, now: datetime) -> Pairs:
    """Counted over the rows of a subquery: a database need not know that two groups by one long word are the same."""
    columns = (judged(axis).label("first"), getattr(Case, axis).label("last"))
    query = await scoped(session, principal, *columns)
    coded = query.where(*await clauses(session, whole, now=now)).subquery()
    rows = await session.execute(
        coded.select()
        .with_only_columns(coded.c.first, coded.c.last, func.count())
        .group_by(coded.c.first, coded.c.last)
    )
    return {(first, last): count for first, last, count in rows}


def _axis(axis: str, pairs: Pairs, whole: Given) -> AxisAgreement:
    found = agreement(pairs)
    apart = sorted(
        ((count, *pair) for pair, count in pairs.items() if pair[0] != pair[1]), key=lambda each: (-each[0], each[1:])
    )
    return AxisAgreement(
        axis=axis,
        label=CONDITIONS[axis].label,
        cases=_figure(found.cases, whole, {}),
        agreed=_figure(found.agreed, whole, {"recoded": [axis + SAME]}),
        differing=_figure(found.cases - found.agreed, whole, {"recoded": [axis]}),
        share=found.share,
        kappa=found.kappa,
        confused=[
            Confusion(
                first=first,
                last=last,
                **_figure(count, whole, {f"judged_{axis}": [first], axis: [last]}).model_dump(),
            )
            for count, first, last in apart[:MOST]
        ],
    )


def _figure(count: int, whole: Given, narrow: Given) -> Figure:
    return Figure(count=count, query=urlencode(as_pairs(whole | narrow)))
