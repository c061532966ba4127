import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.analyzer import GramAnalyzer, WordAnalyzer, default_lexicon
from knowledge.articles import Article, Audience, Kind, close_superseded, content_digest
from knowledge.clauses import clause_numbers
from knowledge.engine import ID, KEYWORD, STORED, TEXT, FileIndex, FileStorage, RamStorage, Schema

FORMAT = 3
META = "meta.json"
CURRENT = "current"
WRITER_LOCK = "MAIN_WRITELOCK"
FIELD_BREAK = "。"


class IndexUnusable(Exception):
    """Missing, damaged or made by other rules: build it again from the articles."""


class IndexBusy(Exception):
    """Another process is building."""


@dataclass(frozen=True, slots=True)
class OpenedIndex:
    whoosh: Any
    folder: Path
    content_digest: str


def build(root: Path, articles: Iterable[Article]) -> Path:
    articles = list(articles)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    with _sole_writer(root):
        folder = root / f"gen-{max(_generations(root), default=0) + 1}"
        folder.mkdir(mode=0o700)
        _write(folder, articles)
        _seal(folder, content_digest(articles))
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
    storage = RamStorage()
    storage.files = files
    return OpenedIndex(FileIndex(storage), folder, meta["content"])


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
        starts=ID(),
        ends=ID(),
        title=TEXT(analyzer=words, phrase=False),
        questions=TEXT(analyzer=words, phrase=False),
        text=TEXT(analyzer=words, phrase=False),
        grams=TEXT(analyzer=GramAnalyzer()),
        article=STORED(),
    )


def _write(folder: Path, articles: list[Article]) -> None:
    index = FileStorage(str(folder)).create_index(_schema())
    writer = index.writer(limitmb=256)
    try:
        for article in close_superseded(articles):
            writer.add_document(**_document(article))
    except BaseException:
        writer.cancel()
        raise
    writer.commit()
    index.close()
    (folder / WRITER_LOCK).unlink(missing_ok=True)


def _document(article: Article) -> dict[str, Any]:
    return {
        "id": article.id.lower(),
        "clause": " ".join(clause_numbers(article.clause or "")),
        "kind": article.kind.value,
        "audience": article.audience.value,
        "branch": article.branch,
        "source": article.source,
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


def _seal(folder: Path, digest: str) -> None:
    checksums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    meta = {"format": FORMAT, "lexicon": default_lexicon().fingerprint, "content": digest, "files": checksums}
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


@contextmanager
def _sole_writer(root: Path) -> Iterator[None]:
    with (root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusy(f"{root}: 另一个进程正在生成索引") from error
        yield


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
