import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from knowledge.analyzer import GramAnalyzer, WordAnalyzer, default_lexicon
from knowledge.articles import Article, Audience, Kind, close_superseded, content_digest
from knowledge.clauses import clause_numbers
from knowledge.engine import ID, KEYWORD, STORED, TEXT, FileIndex, FileStorage, RamStorage, Schema
from knowledge.locking import sole_writer

FORMAT = 5
META = "meta.json"
# What the documents are, in their order: so that nobody reads them all to know it.
ENTRIES = "entries.json"
CURRENT = "current"
WRITER_LOCK = "MAIN_WRITELOCK"
FIELD_BREAK = "。"


class IndexUnusable(Exception):
    """Missing, damaged or made by other rules: build it again from the articles."""


class Entry(NamedTuple):
    """One document: which version of which entry, and the days on which it counts there."""

    id: str
    version: int
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class OpenedIndex:
    """`edition`: everything that was published by then is in it, and nothing that was withdrawn by then."""

    whoosh: Any
    content_digest: str
    edition: int
    entries: tuple[Entry, ...]
    folder: Path | None = None


def build(root: Path, articles: Iterable[Article], *, edition: int = 0) -> Path:
    articles = list(articles)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    with sole_writer(root):
        folder = root / f"gen-{max(_generations(root), default=0) + 1}"
        folder.mkdir(mode=0o700)
        _write(folder, articles)
        _seal(folder, content_digest(articles), edition)
        before = _served(root)
        _swap(root, folder)
        _prune(root, keep={folder.name, before})
    return folder


def open_current(root: Path, expected_digest: str | None = None) -> OpenedIndex:
    """Reads and verifies every byte once and serves from memory: what happens to the files later harms nobody."""
    folder = current_folder(root)
    try:
        meta, files = _verified(folder)
    except IndexUnusable:
        if current_folder(root) == folder:
            raise
        return open_current(root, expected_digest)  # replaced while it was read
    if meta["lexicon"] != default_lexicon().fingerprint or meta["format"] != FORMAT:
        raise IndexUnusable(f"{folder.name}: 由另一版分词规则生成")
    if expected_digest is not None and meta["content"] != expected_digest:
        raise IndexUnusable(f"{folder.name}: 内容已不是最新")
    entries = tuple(Entry(*fields) for fields in json.loads(files.pop(ENTRIES)))
    storage = RamStorage()
    storage.files = files
    return OpenedIndex(FileIndex(storage), meta["content"], meta["edition"], entries, folder)


def in_memory(articles: Iterable[Article]) -> OpenedIndex:
    """Of few articles, each as it counts: no file."""
    index, held = RamStorage().create_index(_schema()), list(articles)
    writer = index.writer()
    for article in held:
        writer.add_document(**_document(article))
    writer.commit()
    return OpenedIndex(index, content_digest(held), 0, tuple(map(entry_of, held)))


def current_folder(root: Path) -> Path:
    try:
        return (root / CURRENT).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise IndexUnusable(f"{root}: 没有索引") from error


def _schema() -> Any:
    words = WordAnalyzer()
    return Schema(
        id=ID(),
        clause=KEYWORD(),
        kind=ID(),
        audience=ID(),
        branch=ID(),
        source=ID(),
        unit=ID(),
        starts=ID(),
        ends=ID(),
        title=TEXT(analyzer=words, phrase=False),
        questions=TEXT(analyzer=words, phrase=False),
        text=TEXT(analyzer=words, phrase=False),
        grams=TEXT(analyzer=GramAnalyzer()),
        article=STORED(),
    )


def _write(folder: Path, articles: list[Article]) -> None:
    index, held = FileStorage(str(folder)).create_index(_schema()), close_superseded(articles)
    writer = index.writer(limitmb=256)
    try:
        for article in held:
            writer.add_document(**_document(article))
    except BaseException:
        writer.cancel()
        raise
    writer.commit()
    index.close()
    (folder / WRITER_LOCK).unlink(missing_ok=True)
    (folder / ENTRIES).write_text(json.dumps([entry_of(article) for article in held]), encoding="utf-8")


def entry_of(article: Article) -> Entry:
    starts, ends = article.effective_from, article.effective_to or date.max
    return Entry(article.id, article.version, starts.isoformat(), ends.isoformat())


def _document(article: Article) -> dict[str, Any]:
    return {
        "id": article.id.lower(),
        "clause": " ".join(clause_numbers(article.clause or "")),
        "kind": article.kind.value,
        "audience": article.audience.value,
        "branch": article.branch,
        "source": article.source,
        "unit": article.unit,
        "starts": article.effective_from.isoformat(),
        "ends": (article.effective_to or date.max).isoformat(),
        "title": article.title,
        "questions": FIELD_BREAK.join(article.questions),
        "text": article.text,
        "grams": FIELD_BREAK.join([article.title, *article.questions, article.source, article.text]),
        "article": json.dumps(asdict(article), default=date.isoformat, ensure_ascii=False),
    }


def stored_article(plain: str) -> Article:
    fields = json.loads(plain)
    ends = fields["effective_to"]
    return Article(
        **fields
        | {
            "kind": Kind(fields["kind"]),
            "audience": Audience(fields["audience"]),
            "questions": tuple(fields["questions"]),
            "links": tuple(fields["links"]),
            "effective_from": date.fromisoformat(fields["effective_from"]),
            "effective_to": date.fromisoformat(ends) if ends else None,
        }
    )


def _seal(folder: Path, digest: str, edition: int) -> None:
    checksums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    meta = {"format": FORMAT, "lexicon": default_lexicon().fingerprint, "content": digest, "files": checksums}
    meta |= {"edition": edition}
    body = json.dumps(meta, sort_keys=True)
    checked = {"meta": meta, "checksum": hashlib.sha256(body.encode()).hexdigest()}
    (folder / META).write_text(json.dumps(checked, sort_keys=True), encoding="utf-8")
    for path in [*folder.iterdir(), folder]:
        _fsync(path)


def _verified(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    try:
        sealed = json.loads((folder / META).read_bytes())
        meta = sealed["meta"]
        intact = hashlib.sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest() == sealed["checksum"]
        files = {name: (folder / name).read_bytes() for name in meta["files"]} if intact else {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnusable(f"{folder.name}: 读不出索引") from error
    if not intact or any(hashlib.sha256(body).hexdigest() != meta["files"][name] for name, body in files.items()):
        raise IndexUnusable(f"{folder.name}: 索引文件已损坏")
    return meta, files


def _swap(root: Path, folder: Path) -> None:
    fresh = root / f"{CURRENT}.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name)
    fresh.replace(root / CURRENT)
    _fsync(root)


def _served(root: Path) -> str:
    try:
        return current_folder(root).name
    except IndexUnusable:
        return ""


def _prune(root: Path, keep: set[str]) -> None:
    """What was served until now stays for whoever is reading it; what a killed builder left does not."""
    for number in _generations(root):
        if f"gen-{number}" not in keep:
            shutil.rmtree(root / f"gen-{number}")


def _generations(root: Path) -> list[int]:
    return [int(path.name[4:]) for path in root.glob("gen-*") if path.name[4:].isdecimal()]


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
