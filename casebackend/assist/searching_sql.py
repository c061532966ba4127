"""What the database itself says to a search: which hits still stand, and, while there are no files, which entries hold
the words."""

import json
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from casebackend.curation.entries import entry
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from knowledge.analyzer import default_lexicon
from knowledge.completions import LONGEST, Completion, Means
from knowledge.highlights import excerpt, highlight
from knowledge.query import Wanted, parse
from knowledge.snapshot import DEEPEST, Bounds, Hit, Looked, Order, Shelves

PUBLISHED = ArticleStatus.PUBLISHED
MOST_WORDS = MOST_PAIRS = 6
IN_TITLE, IN_QUESTIONS, IN_TEXT, NAMED = 3, 3, 1, 50
ASKED_TEXT = cast(Article.questions, Text)


def in_force(on: date | None) -> ColumnElement[bool]:
    """Published, and counting on that day: a later version ends the one before it."""
    if on is None:
        return Article.status == PUBLISHED
    newer = aliased(Article)
    overtaken = exists().where(
        newer.id == Article.id,
        newer.version > Article.version,
        newer.status == PUBLISHED,
        newer.effective_from <= on,
    )
    lasting = or_(Article.effective_to.is_(None), Article.effective_to >= on)
    return and_(Article.status == PUBLISHED, Article.effective_from <= on, lasting, ~overtaken)


async def standing(session: AsyncSession, ids: Collection[str], on: date | None) -> set[tuple[str, int]]:
    """Of the entries of one page, the versions that stand: one statement."""
    if not ids:
        return set()
    rows = await session.execute(select(Article.id, Article.version).where(Article.id.in_(sorted(ids)), in_force(on)))
    return {(id, version) for id, version in rows}


async def look(session: AsyncSession, words: str, bounds: Bounds, *, order: Order, start: int, limit: int) -> Looked:
    """Whole entries that hold the words, or pairs of their characters, those with most of them first."""
    wanted = parse(words)
    told, score = _told(wanted), _score(wanted)
    where = [_within(bounds), *(_anywhere(part) for part in (*wanted.phrases, *wanted.clauses))]
    if words.strip() and len(where) == 1:
        where.append(or_(*told, Article.id.in_(wanted.names)) if told or wanted.names else false())
    newest = [Article.effective_from.desc(), Article.id]
    query = select(Article, func.count().over()).where(*where).order_by(
        *([score.desc()] if words.strip() and order is Order.RELEVANCE else []), *newest
    )  # fmt: skip
    rows = (await session.execute(query.offset(min(start, DEEPEST)).limit(limit))).all()
    terms = wanted.highlight_terms() if words.strip() else ()
    hits = [_hit(row, terms) for row, _ in rows]
    return Looked(hits, rows[0][1] if rows else 0, (), None, reduced=True)


async def complete(session: AsyncSession, typed: str, bounds: Bounds, *, limit: int) -> list[Completion]:
    """Titles that hold what is typed, the shortest first."""
    wanted = " ".join(default_lexicon().normalise(typed).split())[:LONGEST]
    if not wanted:
        return []
    holding = _within(bounds), Article.title.icontains(wanted, autoescape=True)
    shortest = func.length(Article.title), Article.title
    rows = await session.execute(select(Article.id, Article.title).where(*holding).order_by(*shortest).limit(limit))
    return [Completion(title, Means.TITLE, id) for id, title in rows]


async def shelves(session: AsyncSession, bounds: Bounds) -> Shelves:
    columns = (Article.branch, Article.kind, Article.source, Article.unit_id)
    found = Shelves({}, {}, {}, {})
    for branch, kind, source, unit, count in await session.execute(
        select(*columns, func.count()).where(_within(bounds)).group_by(*columns)
    ):
        parts = branch.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
        named = (found.kinds, [kind]), (found.sources, [source]), (found.units, [str(unit)] if unit else [])
        for held, names in ((found.branches, above), *named):
            for name in names:
                held[name] = held.get(name, 0) + int(count)
    return found


def _within(bounds: Bounds) -> ColumnElement[bool]:
    where = [in_force(bounds.on)]
    if bounds.kinds is not None:
        where.append(Article.kind.in_(sorted(bounds.kinds)))
    if bounds.branch is not None:
        below = Article.branch.startswith(f"{bounds.branch}/", autoescape=True)
        where.append(or_(Article.branch == bounds.branch, below))
    if bounds.source is not None:
        where.append(Article.source == bounds.source)
    if bounds.unit is not None:
        where.append(Article.unit_id == UUID(bounds.unit))
    if bounds.audience is not None:
        where.append(Article.audience == bounds.audience)
    return and_(*where)


def _pieces(wanted: Wanted) -> list[str]:
    long = [word for word in wanted.words if len(word) > 1]
    return list(dict.fromkeys([*long[:MOST_WORDS], *wanted.grams[:MOST_PAIRS], *wanted.numbers])) or list(wanted.words)


def _told(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [_anywhere(piece) for piece in _pieces(wanted)]


def _score(wanted: Wanted) -> ColumnElement[int]:
    found: ColumnElement[int] = case((Article.id.in_(wanted.names), NAMED), else_=0)
    for piece in (*_pieces(wanted), *wanted.phrases):
        for holds, weight in zip(_holding(piece), (IN_TITLE, IN_QUESTIONS, IN_TEXT), strict=False):
            found = found + case((holds, weight), else_=0)
    return found


def _holding(piece: str) -> list[ColumnElement[bool]]:
    """Questions stand in a column of JSON, in which characters beyond ASCII are written as numbers."""
    written = json.dumps(piece)[1:-1]
    return [
        Article.title.icontains(piece, autoescape=True),
        ASKED_TEXT.icontains(written, autoescape=True),
        Article.text.icontains(piece, autoescape=True),
        Article.clause.icontains(piece, autoescape=True),
    ]


def _anywhere(piece: str) -> ColumnElement[bool]:
    return or_(*_holding(piece))


def _hit(row: Article, terms: tuple[str, ...]) -> Hit:
    article = entry(row)
    return Hit(article, 0.0, highlight(article.title, terms), excerpt(article.text, terms))
