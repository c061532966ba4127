from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.articles import Article, Audience, Kind

TODAY = date(2026, 11, 21)

FEE = Article(
    id="fee",
    version=1,
    kind=Kind.BUSINESS,
    branch="个人业务/银行卡",
    title="银行卡年费",
    text="年费按价目表收取，可以申请减免。",
    questions=("卡里被扣了年费",),
    clause=None,
    source="示例手册",
    evidence=None,
    effective_from=date(2026, 1, 1),
    effective_to=None,
    audience=Audience.EXTERNAL,
)


def article(**changes: Any) -> Article:
    return replace(FEE, **changes)
