"""Fifty thousand entries: what a suggestion costs beside tantivy and stock Whoosh, what an index costs, how soon an
entry that is published is suggested; through the application (bench.search_served) what a search of people costs, how
soon a message has its cards and what was learned is suggested.

python -m bench.search_scale [--documents 50000] [--asked 300] [--served]: with `--served` only the latter. CPU of this
process only; Whoosh and tantivy have jieba's tokens, the comparison of the files has the same tokens on both sides.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bench.retrieval_peers import Document, Judged, judged, tantivy_, whoosh
from bench.search_served import serving
from casebackend import editions
from casebackend.curation.knowledge_index import Knowledge
from casebackend.curation.model import Article as Row
from casebackend.database import Database
from casebackend.schema import METADATA
from knowledge.analyzer import default_lexicon
from knowledge.articles import Article, Audience, Kind, close_superseded, content_hash, load_content
from knowledge.encoder import bundled
from knowledge.engine import FileStorage
from knowledge.index import _document, _schema, build
from knowledge.ranking import Suggester
from ops.figures import Figures

ON = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
SEED = 6
TITLE, QUESTION, TEXT = 6, 7, 50
RARE = "貔貅邂逅饕餮"


def generated(count: int) -> Iterator[Article]:
    """Words of the shipped entries as often as they stand there, shuffled: about a hundred characters an entry."""
    lexicon, chance = default_lexicon(), random.Random(SEED)
    words = [
        word.text
        for entry in load_content()
        for said in (entry.title, *entry.questions, entry.text)
        for word in lexicon.words(said)
    ]

    def said(length: int) -> str:
        return "".join(chance.choices(words, k=length))

    for number in range(count):
        yield entry(f"doc-{number}", said(TITLE), (said(QUESTION), said(QUESTION)), said(TEXT))


def entry(id: str, title: str, questions: tuple[str, ...], text: str) -> Article:
    return Article(
        id=id, version=1, kind=Kind.TROUBLE, branch="示例", title=title, text=text, questions=questions, clause=None,
        source="示例", evidence=None, effective_from=date(2026, 1, 1), effective_to=None, audience=Audience.EXTERNAL,
    )  # fmt: skip


def spent[T](work: Callable[[], T]) -> tuple[T, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


def asking(figures: Figures, articles: list[Article], asked: int, folder: Path) -> None:
    documents = [Document(article.title, article.questions, article.text) for article in articles]
    chance = random.Random(SEED + 1)
    questions = [question for each in load_content() for question in each.questions]
    wanted = [(text, set[int]()) for text in chance.sample(questions, min(asked, len(questions)))]
    place = {article.id: number for number, article in enumerate(articles)}

    def suggesting(suggester: Suggester) -> Judged:
        def suggest(text: str, limit: int) -> list[int]:
            return [place[each.article.id] for each in suggester.suggest(text, on=ON, limit=limit)]

        judged(suggest, [(f"{text}？", right) for text, right in wanted[:20]])
        return judged(suggest, wanted)

    plain, ours_built = spent(lambda: Suggester(articles))
    without = suggesting(plain)
    del plain
    with_encoder, vectors = Suggester(articles, encoder=bundled()), 0.0
    while (made := spent(with_encoder.prepare)) and made[0]:
        vectors += made[1]
    ours = suggesting(with_encoder)
    figures.show("CPU s of making the vectors, beside the answers", ours=vectors, documents=len(articles))
    theirs = {"tantivy": judged(tantivy_(documents), wanted)}
    storage = FileStorage(str(folder / "stock"))
    (folder / "stock").mkdir()
    stock, stock_built = spent(lambda: whoosh(documents, storage))
    theirs["Whoosh"] = judged(stock, wanted)
    for name, bar in (("tantivy", 5.0), ("Whoosh", 0.1)):
        for way, mine in (("with the encoder", ours), ("without", without)):
            for percent in (50, 95):
                figures.show(f"CPU ms of a suggestion {way} p{percent}, ours / {name}", ours=mine.cpu(percent),
                             peer=theirs[name].cpu(percent), bar=bar, documents=len(articles))  # fmt: skip
    figures.show(
        "CPU s of making the arrays, ours / stock Whoosh with jieba", ours=ours_built, peer=stock_built, bar=1.2
    )


def making(figures: Figures, articles: list[Article], folder: Path) -> None:
    """The same analyzers on both sides: what our generation, checksums and swap add."""

    def plain() -> None:
        (folder / "plain").mkdir()
        writer = FileStorage(str(folder / "plain")).create_index(_schema()).writer(limitmb=256)
        for article in close_superseded(articles):
            writer.add_document(**_document(article))
        writer.commit()

    _, stock = spent(plain)
    _, ours = spent(lambda: build(folder / "index", articles))
    figures.show("CPU s of building the files, ours / stock Whoosh, same tokens", ours=ours, peer=stock, bar=1.2)


async def publishing(figures: Figures, articles: list[Article], folder: Path) -> None:
    """From the commit to the first suggestion that shows it, asked ten times a second, over the database."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'scale.db'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(insert(Row), [row_of(article) for article in articles])
    knowledge = Knowledge(folder / "index", database, encoder=bundled())
    await knowledge.suggest("年费", on=ON)
    async with database.transaction() as session:
        fresh = entry("fresh", f"{RARE}怎么办", (f"{RARE}怎么处理",), f"{RARE}的处理。")
        await session.execute(insert(Row).values(**row_of(fresh)))
        await editions.changed(session, "knowledge")
    begun, cpu = time.monotonic(), time.process_time()
    longest = 0.0
    while True:
        asked = time.monotonic()
        found = await knowledge.suggest(RARE, on=ON)
        longest = max(longest, time.monotonic() - asked)
        if found:
            break
        await asyncio.sleep(0.1)
    figures.show("s from published to suggested", ours=time.monotonic() - begun, bar=5.0, documents=len(articles),
                 cpu=round(time.process_time() - cpu, 2), longest_answer_meanwhile=round(longest, 2))  # fmt: skip
    await database.dispose()


def row_of(article: Article) -> dict[str, Any]:
    fields = asdict(article) | {"questions": list(article.questions), "links": list(article.links)}
    fields["unit_id"] = UUID(kept) if (kept := fields.pop("unit")) else None
    state = {"status": "published", "row_version": 1, "origin": "content", "imported_at": NOW}
    return fields | state | {"hash": content_hash(article)}


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--documents", type=int, default=50_000)
    options.add_argument("--asked", type=int, default=300)
    options.add_argument("--served", action="store_true")
    chosen = options.parse_args()
    figures, articles = Figures(), list(generated(chosen.documents))
    with tempfile.TemporaryDirectory(prefix="tingsu-scale-") as folder:
        if chosen.served:
            build(Path(folder, "index"), articles)
        else:
            asking(figures, articles, chosen.asked, Path(folder))
            asyncio.run(publishing(figures, articles, Path(folder)))
            making(figures, articles, Path(folder))
        rows = [row_of(article) for article in articles]
        asyncio.run(serving(figures, rows, articles, Path(folder, "index"), chosen.asked))
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
