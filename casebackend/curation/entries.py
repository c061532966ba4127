"""From what somebody wrote to a whole entry: nothing that is unsound goes further than a draft."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from casebackend.curation.errors import EntryIncomplete
from casebackend.curation.model import Article
from casebackend.curation.rules import BRANCHES
from casebackend.customers.personal import tokenise
from casebackend.customers.rules import Kind as Personal
from knowledge import articles, sayable

FIELDS = (
    "kind", "branch", "title", "text", "questions", "reply", "links", "supersedes", "clause", "source", "basis",
    "evidence", "effective_from", "effective_to", "audience", "unit_id",
)  # fmt: skip
LABELS = {
    "title": "标题", "branch": "分支", "text": "正文", "source": "来源", "basis": "依据", "clause": "条款",
    "evidence": "证据等级",
}  # fmt: skip
HINTS = {"clause": f"（没有读到原文的写“{articles.CLAUSE_UNREAD}”）"}
MUST = ("title", "branch", "text", "source", "basis")
OF_LAW = ("clause", "evidence")
# Their text says from which day on they hold. Whatever we wrote ourselves counts from its publication at the earliest.
DAY_OF_ITS_OWN = frozenset({articles.Kind.LAW, articles.Kind.REGULATION, articles.Kind.POLICY})
# A name cannot be told from a word surely enough to refuse a text for it; a number can.
NEVER = frozenset({Personal.PHONE, Personal.ID_NUMBER, Personal.CARD, Personal.EMAIL, Personal.PLATE})
# What is written in our own words and sent as it stands.
OURS = frozenset({articles.Kind.BUSINESS, articles.Kind.SCRIPT, articles.Kind.TROUBLE})
PREFIXES = {
    articles.Kind.LAW: "law",
    articles.Kind.REGULATION: "reg",
    articles.Kind.POLICY: "policy",
    articles.Kind.BUSINESS: "biz",
    articles.Kind.CASE: "case",
    articles.Kind.SCRIPT: "script",
    articles.Kind.TROUBLE: "trouble",
}


def entry(row: Article) -> articles.Article:
    return articles.Article(
        id=row.id,
        version=row.version,
        kind=articles.Kind(row.kind),
        branch=row.branch,
        title=row.title,
        text=row.text,
        questions=tuple(row.questions),
        clause=row.clause,
        source=row.source,
        evidence=row.evidence,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        audience=articles.Audience(row.audience),
        reply=row.reply,
        links=tuple(row.links),
        supersedes=row.supersedes,
        unit=row.unit,
    )


def blank(today: date) -> dict[str, Any]:
    return {
        "kind": articles.Kind.BUSINESS, "branch": "", "title": "", "text": "", "questions": [], "reply": None,
        "links": [], "supersedes": None, "clause": None, "source": "", "basis": None, "evidence": None,
        "effective_from": today, "effective_to": None, "audience": articles.Audience.INTERNAL, "unit_id": None,
    }  # fmt: skip


def written(row: Article, fields: Mapping[str, Any]) -> None:
    """What is named is written; a list without its empty lines, a text without its edges."""
    for name in FIELDS:
        if name in fields:
            setattr(row, name, _tidy(name, fields[name]))
    row.hash = articles.content_hash(entry(row))


def first_day(row: Article, published: date) -> date:
    """From which day on it counts when it is published on that day."""
    return row.effective_from if row.kind in DAY_OF_ITS_OWN else max(row.effective_from, published)


def _tidy(name: str, value: Any) -> Any:
    if name in ("questions", "links"):
        return list(dict.fromkeys(each.strip() for each in value or () if each.strip()))
    if isinstance(value, str):
        return value.strip() or (None if name in ("reply", "supersedes", "clause", "basis", "evidence") else "")
    return value


def require_whole(row: Article) -> None:
    """Everything that is wrong at once, so that nobody submits five times."""
    wanted = MUST + (OF_LAW if row.kind in (articles.Kind.LAW, articles.Kind.REGULATION) else ())
    problems = [f"未填{LABELS[name]}{HINTS.get(name, '')}" for name in wanted if not getattr(row, name)]
    if row.branch and row.branch.split("/")[0] not in BRANCHES:
        problems.append(f"分支的第一级须是{'、'.join(BRANCHES)}之一")
    if not row.questions:
        problems.append("至少写一个客户常见问法")
    if not problems:
        try:
            articles.article_of({name: getattr(row, name) for name in articles.Article.__slots__})
        except ValueError as error:
            problems.append(str(error))
    if names_somebody(row):
        problems.append("内容中有手机号、证件号、卡号等个人信息，请删去")
    problems += _said_to_customers(row)
    if problems:
        raise EntryIncomplete(problems)


def _said_to_customers(row: Article) -> list[str]:
    """A card inserts the reply, or the text where there is none; of what is law or rule the words are not ours."""
    if row.reply and row.audience == articles.Audience.INTERNAL:
        return ["内部条目不写答复话术：客户不能看的内容没有对客户说的话，请改为可对外，或删去答复话术"]
    ours = row.audience == articles.Audience.EXTERNAL and row.kind in OURS
    name, said = ("答复话术", row.reply) if row.reply else ("正文", row.text if ours else "")
    refused = sayable.forbidden(said)
    return [f"{name}中有不能对客户说的话（{refused.named}），请改写"] if refused else []


def names_somebody(row: Article) -> bool:
    everything = "\n".join([row.title, row.text, row.reply or "", row.basis or "", *row.questions])
    return any(value.kind in NEVER for value in tokenise(everything).values)
