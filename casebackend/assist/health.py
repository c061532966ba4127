"""知识健康度: what became of each entry's cards. The numbers are counted in the database; each has its list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.knowledge_health import EntryHealth, UseView
from casebackend.assist.edits import LABELS as EDIT_LABELS
from casebackend.assist.edits import WHOLE, Edit
from casebackend.assist.rules import Origin
from casebackend.assist.used import A_CARD, EDITED, EVERY, JUDGED, UNCHANGED, USEFUL, Use
from casebackend.cases.model import Case
from casebackend.cases.queries import scoped, seen_conversations
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from casebackend.staff import queries as staff
from knowledge.articles import Kind

MOST = 500


class What(StrEnum):
    """A column of the page, and the list behind its numbers."""

    SHOWN = "shown"
    OPENED = "opened"
    COPIED = "copied"
    INSERTED = "inserted"
    UNCHANGED = "unchanged"
    EDITED = "edited"
    REFUSED = "refused"
    FLAGGED = "flagged"
    ANSWERED = "answered"


class Only(StrEnum):
    UNUSED = "unused"
    FLAGGED = "flagged"
    EXPIRING = "expiring"
    USED = "used"


LABELS: dict[What, str] = {
    What.SHOWN: "展示", What.OPENED: "打开", What.COPIED: "复制", What.INSERTED: "插入", What.UNCHANGED: "原样发出",
    What.EDITED: "改后发出", What.REFUSED: "不适用", What.FLAGGED: "有误", What.ANSWERED: "机器人答复",
}  # fmt: skip
ONLY_LABELS: dict[Only, str] = {
    Only.USED: "用过的", Only.UNUSED: "从未用过", Only.FLAGGED: "被报有误", Only.EXPIRING: "即将到期",
}  # fmt: skip
IS: dict[What, ColumnElement[bool]] = {
    What.SHOWN: A_CARD,
    What.OPENED: Use.opened_at.is_not(None),
    What.COPIED: Use.copied_at.is_not(None),
    What.INSERTED: Use.inserted_at.is_not(None),
    What.UNCHANGED: UNCHANGED,
    What.EDITED: EDITED,
    What.REFUSED: Use.refused_at.is_not(None),
    What.FLAGGED: Use.flagged_at.is_not(None),
    What.ANSWERED: Use.answered_at.is_not(None),
}
BOT = "机器人"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`days`: how far back, None for everything; `within`: so many days to the end of an entry are soon."""

    days: int | None = 90
    within: int = 60
    kind: Kind | None = None
    only: Only | None = None
    words: str = ""


async def entries(session: AsyncSession, wanted: Wanted, *, now: datetime, today: date) -> list[EntryHealth]:
    """Of every published entry, the most shown first; of those that were reported wrong, the most reported."""
    counted = await _counted(session, wanted, now)
    ever = set(await session.scalars(select(Use.article_id).where(_used()).distinct()))
    found = [
        _row(article, counted.get(article.id))
        for article in await _published(session, wanted)
        if _belongs(article, wanted, counted.get(article.id), ever, today)
    ]
    reported = wanted.only is Only.FLAGGED
    return sorted(found, key=lambda each: (-each.flagged if reported else 0, -each.shown, each.article_id))


async def _published(session: AsyncSession, wanted: Wanted) -> list[Article]:
    """The newest published version of each."""
    query = select(Article).where(Article.status == ArticleStatus.PUBLISHED).order_by(Article.id, Article.version)
    if wanted.kind is not None:
        query = query.where(Article.kind == wanted.kind)
    newest = {article.id: article for article in await session.scalars(query)}
    return [each for each in newest.values() if wanted.words in each.title or wanted.words == each.id]


async def _counted(session: AsyncSession, wanted: Wanted, now: datetime) -> dict[str, Any]:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    columns = [count(condition).label(what.value) for what, condition in IS.items()]
    judged = [count(USEFUL).label("useful"), count(JUDGED).label("judged"), func.avg(Use.kept).label("kept")]
    query = select(Use.article_id, *columns, *judged).where(_since(wanted, now)).group_by(Use.article_id)
    return {row.article_id: row for row in await session.execute(query)}


def _since(wanted: Wanted, now: datetime) -> ColumnElement[bool]:
    return Use.shown_at >= now - timedelta(days=wanted.days) if wanted.days else true()


def _used() -> ColumnElement[bool]:
    return or_(
        Use.inserted_at.is_not(None), Use.copied_at.is_not(None), Use.opened_at.is_not(None),
        Use.answered_at.is_not(None),
    )  # fmt: skip


def _belongs(article: Article, wanted: Wanted, row: Any, ever: set[str], today: date) -> bool:
    match wanted.only:
        case Only.UNUSED:
            return article.id not in ever
        case Only.USED:
            return article.id in ever
        case Only.FLAGGED:
            return row is not None and row.flagged > 0
        case Only.EXPIRING:
            end = article.effective_to
            return end is not None and today <= end <= today + timedelta(days=wanted.within)
    return True


def _row(article: Article, row: Any) -> EntryHealth:
    numbers = {what.value: int(getattr(row, what.value)) if row else 0 for what in What}
    return EntryHealth(
        article_id=article.id,
        title=article.title,
        kind=article.kind,
        version=article.version,
        effective_to=article.effective_to,
        kept=round(float(row.kept), 3) if row and row.kept is not None else None,
        useful=round(row.useful / row.judged, 3) if row and row.judged else None,
        **numbers,
    )


async def uses(
    session: AsyncSession, wanted: Wanted, what: What, article_id: str | None, *, now: datetime
) -> Sequence[Any]:
    """Rows of `EVERY`, the newest first."""
    query = select(EVERY).where(IS[what], _since(wanted, now)).order_by(Use.shown_at.desc(), Use.id).limit(MOST)
    if article_id:
        query = query.where(Use.article_id == article_id)
    return (await session.execute(query)).all()


async def use_views(session: AsyncSession, rows: Sequence[Any], viewer: Principal) -> list[UseView]:
    """Neither a conversation nor a case is named to anybody who may not open it."""
    names = await staff.names(session, {row.user_id for row in rows if row.user_id})
    seen = await seen_conversations(session, viewer, {row.conversation_id for row in rows})
    numbers = await _numbers(session, viewer, {row.case_id for row in rows if row.case_id})
    return [
        UseView(
            case_number=numbers.get(row.case_id) if row.case_id else None,
            conversation_id=row.conversation_id if row.conversation_id in seen else None,
            article_id=row.article_id,
            version=row.version,
            rank=row.rank,
            origin=row.origin,
            by=BOT if row.origin == Origin.BOT else names.get(row.user_id, ""),
            shown_at=row.shown_at,
            outcomes=[LABELS[each] for each in _outcomes(row)],
            kept=row.kept,
            edits=[EDIT_LABELS[Edit(each)] for each in (row.edits or "").split(",") if each],
            reason=row.flagged_reason or row.refused_reason,
        )
        for row in rows
    ]


async def _numbers(session: AsyncSession, viewer: Principal, wanted: Collection[UUID]) -> dict[UUID, str]:
    if not wanted:
        return {}
    query = await scoped(session, viewer, Case.id, Case.number)
    return {id: number for id, number in await session.execute(query.where(Case.id.in_(wanted)))}


def _outcomes(row: Any) -> list[What]:
    sent = row.sent_at is not None
    whole = (row.kept or 0) >= WHOLE and not row.edits
    happened = {
        What.OPENED: row.opened_at is not None,
        What.COPIED: row.copied_at is not None,
        What.INSERTED: row.inserted_at is not None and not sent,
        What.UNCHANGED: sent and whole,
        What.EDITED: sent and not whole,
        What.REFUSED: row.refused_at is not None,
        What.FLAGGED: row.flagged_at is not None,
        What.ANSWERED: row.answered_at is not None,
    }
    return [what for what, did in happened.items() if did]
