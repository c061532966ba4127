import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).with_name("content")
OPTIONAL = ("reply", "links", "supersedes", "unit")
# Stands for the article of a rule whose text we have not read: said, never guessed.
CLAUSE_UNREAD = "条款待核"
ID_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Kind(StrEnum):
    LAW = "法规"
    REGULATION = "监管文件"
    POLICY = "行内制度"
    BUSINESS = "业务知识"
    CASE = "典型案例"
    SCRIPT = "话术"
    TROUBLE = "疑难解答"


class Audience(StrEnum):
    EXTERNAL = "external"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Article:
    """`unit`: the id of the department that keeps it."""

    id: str
    version: int
    kind: Kind
    branch: str
    title: str
    text: str
    questions: tuple[str, ...]
    clause: str | None
    source: str
    evidence: str | None
    effective_from: date
    effective_to: date | None
    audience: Audience
    reply: str | None = None
    links: tuple[str, ...] = ()
    supersedes: str | None = None
    unit: str | None = None

    @property
    def citation(self) -> str:
        """The source with the article, as far as it is known."""
        known = self.clause if self.clause and CLAUSE_UNREAD not in self.clause else None
        return f"{self.source} {known}" if known else self.source

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class ContentError(Exception):
    def __init__(self, file: str, entry: str, reason: str) -> None:
        super().__init__(f"{file}: 条目 {entry}: {reason}")
        self.file = file
        self.entry = entry
        self.reason = reason


def content_hash(article: Article) -> str:
    """What an entry does not have does not count: a field that is new to the form changes no hash."""
    fields = {name: value for name, value in asdict(article).items() if value or name not in OPTIONAL}
    plain = json.dumps(fields, default=date.isoformat, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def content_digest(articles: Iterable[Article]) -> str:
    return hashlib.sha256("".join(sorted(content_hash(article) for article in articles)).encode()).hexdigest()


def close_superseded(articles: Iterable[Article]) -> list[Article]:
    """Each version ends the day before the next one of the same id begins; one that never applied is left out."""
    starts: dict[str, date] = {}
    kept = []
    for article in sorted(articles, key=lambda a: (a.id, -a.version)):
        successor = starts.get(article.id)
        starts[article.id] = min(article.effective_from, successor or article.effective_from)
        if successor is not None:
            last_day = successor - timedelta(days=1)
            article = replace(article, effective_to=min(article.effective_to or last_day, last_day))
        if article.effective_to is None or article.effective_from <= article.effective_to:
            kept.append(article)
    return sorted(kept, key=lambda a: (a.id, a.version))


def load_content(folder: Path = CONTENT) -> list[Article]:
    seen: set[str] = set()
    articles = []
    for path in sorted(folder.glob("*.yml")):
        for name, fields in _entries(path):
            article = _article(path.name, name, fields)
            if article.id in seen:
                raise ContentError(path.name, name, "编号重复")
            seen.add(article.id)
            articles.append(article)
    return articles


def _entries(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(path.name, "-", "不是合法的 YAML") from error
    entries = document.get("entries") if isinstance(document, dict) else None
    defaults = document.get("defaults", {}) if isinstance(document, dict) else {}
    if not isinstance(entries, list) or not isinstance(defaults, dict):
        raise ContentError(path.name, "-", "应有 entries 列表，可有 defaults")
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise ContentError(path.name, f"#{number}", "应为键值")
        yield str(entry.get("id", f"#{number}")), defaults | entry


def _article(file: str, name: str, fields: dict[str, Any]) -> Article:
    try:
        return article_of(fields)
    except ValueError as error:
        raise ContentError(file, name, str(error)) from error


def article_of(fields: dict[str, Any]) -> Article:
    """A whole entry, or a ValueError that says what is wrong: the rules of every way in."""
    unknown = fields.keys() - set(Article.__slots__)
    if unknown:
        raise ValueError(f"不认识的字段 {'、'.join(sorted(map(str, unknown)))}")
    article = Article(
        id=_text(fields, "id"),
        version=_version(fields.get("version", 1)),
        kind=Kind(_text(fields, "kind")),
        branch=_text(fields, "branch"),
        title=_text(fields, "title"),
        text=_text(fields, "text"),
        questions=_texts(fields.get("questions", [])),
        clause=_text(fields, "clause") if fields.get("clause") is not None else None,
        source=_text(fields, "source"),
        evidence=_text(fields, "evidence") if fields.get("evidence") is not None else None,
        effective_from=_day(fields.get("effective_from")),
        effective_to=_day(fields["effective_to"]) if fields.get("effective_to") is not None else None,
        audience=Audience(_text(fields, "audience")),
        reply=_text(fields, "reply") if fields.get("reply") is not None else None,
        links=_texts(fields.get("links", []), "links"),
        supersedes=_text(fields, "supersedes") if fields.get("supersedes") is not None else None,
        unit=_text(fields, "unit") if fields.get("unit") is not None else None,
    )
    _refuse_contradictions(article)
    return article


def _refuse_contradictions(article: Article) -> None:
    if not ID_FORM.fullmatch(article.id):
        raise ValueError("编号只用小写字母、数字和连字符")
    if article.effective_to is not None and article.effective_to < article.effective_from:
        raise ValueError("失效日早于生效日")
    if article.kind in (Kind.LAW, Kind.REGULATION) and article.evidence not in ("A", "B", "C"):
        raise ValueError("法规和监管文件须注明证据等级 A、B 或 C")
    if article.evidence == "C" and "待核实" not in article.text:
        raise ValueError("证据等级 C 的条目须写明待核实")


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"缺少 {key}")
    return value.strip()


def _version(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("version 应为正整数")
    return value


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError("日期应写作 2026-01-31")
    return value


def _texts(value: object, name: str = "questions") -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(q, str) and q for q in value):
        raise ValueError(f"{name} 应为文字列表")
    return tuple(value)
