"""One entry for a reader: every version that was ever published, what it was then worth and how two of them differ."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.assist.used import EVERY, REACHED_A_CUSTOMER, Use
from casebackend.curation.entries import entry
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from casebackend.errors import NotFound
from knowledge import articles

LATELY = timedelta(days=90)
READABLE = (ArticleStatus.PUBLISHED, ArticleStatus.RETIRED)
COMPARED: Mapping[str, str] = {
    "title": "标题", "kind": "类型", "branch": "目录", "clause": "条款", "source": "来源文件", "evidence": "依据等级",
    "effective_from": "生效日", "effective_to": "失效日", "audience": "使用范围", "text": "正文",
    "questions": "常见问法", "reply": "答复话术",
}  # fmt: skip
LONG = ("标题", "正文", "常见问法", "答复话术")
AUDIENCES = {articles.Audience.EXTERNAL: "可对客户", articles.Audience.INTERNAL: "仅限内部"}


class EntryNotFound(NotFound):
    slug = "entry-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个已发布的知识条目或版本")


class Standing(StrEnum):
    IN_FORCE = "现行有效"
    TO_COME = "尚未生效"
    OVER = "已失效"


@dataclass(frozen=True, slots=True)
class Version:
    """`ends`: the last day it counts, by its own date or because a newer one follows; None while none is known."""

    article: articles.Article
    standing: Standing
    ends: date | None


@dataclass(frozen=True, slots=True)
class Piece:
    """`change`: same, gone or new."""

    text: str
    change: str


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    pieces: tuple[Piece, ...]


async def versions(session: AsyncSession, article_id: str, *, on: date) -> list[Version]:
    """The newest first."""
    rows = await session.scalars(
        select(Article).where(Article.id == article_id, Article.status.in_(READABLE)).order_by(Article.version.desc())
    )
    return standings(rows.all(), on=on)


def standings(rows: Sequence[Article], *, on: date) -> list[Version]:
    published = [entry(row) for row in rows if row.status == ArticleStatus.PUBLISHED]
    closed = {article.version: article for article in articles.close_superseded(published)}
    found = []
    for row in rows:
        article = closed.get(row.version)
        if article is None:  # taken out, or overtaken before it ever counted
            found.append(Version(entry(row), Standing.OVER, row.effective_to))
        elif article.effective_from > on:
            found.append(Version(entry(row), Standing.TO_COME, article.effective_to))
        else:
            standing = Standing.IN_FORCE if article.in_force(on) else Standing.OVER
            found.append(Version(entry(row), standing, article.effective_to))
    return found


def chosen(found: Sequence[Version], number: int | None) -> Version:
    """The version that is asked for; else the one that counts, else the newest."""
    if number is not None:
        found = [version for version in found if version.article.version == number]
    found = [version for version in found if version.standing is Standing.IN_FORCE] or list(found)
    if not found:
        raise EntryNotFound
    return found[0]


async def titles(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """Of what can be read, by id."""
    if not ids:
        return {}
    rows = await session.execute(
        select(Article.id, Article.title)
        .where(Article.id.in_(ids), Article.status.in_(READABLE))
        .order_by(Article.version)
    )
    return {found: title for found, title in rows}


async def successors(session: AsyncSession, article_id: str) -> dict[str, str]:
    """The published entries that say they take the place of this one."""
    rows = await session.execute(
        select(Article.id, Article.title)
        .where(Article.supersedes == article_id, Article.status == ArticleStatus.PUBLISHED)
        .order_by(Article.id, Article.version)
    )
    return {found: title for found, title in rows}


async def used(session: AsyncSession, article_id: str, *, now: datetime) -> int:
    """How often a colleague lately sent or copied it to a customer, or the bot answered one with it."""
    lately = select(func.count()).select_from(EVERY).where(Use.article_id == article_id, Use.shown_at >= now - LATELY)
    query = lately.where(REACHED_A_CUSTOMER)
    return int(await session.scalar(query) or 0)


def differences(before: articles.Article, after: articles.Article) -> list[Difference]:
    """Only what differs, field by field."""
    pairs = [(label, _words(before, name), _words(after, name)) for name, label in COMPARED.items()]
    return [Difference(label, _pieces(old, new, whole=label not in LONG)) for label, old, new in pairs if old != new]


def _words(article: articles.Article, name: str) -> str:
    value = getattr(article, name)
    if name == "audience":
        return AUDIENCES[value]
    return "\n".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _pieces(old: str, new: str, *, whole: bool) -> tuple[Piece, ...]:
    if whole:
        return tuple(piece for piece in (Piece(old, "gone"), Piece(new, "new")) if piece.text)
    pieces = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(old[a:b], "same"))
            continue
        pieces += [piece for piece in (Piece(old[a:b], "gone"), Piece(new[c:d], "new")) if piece.text]
    return tuple(pieces)
