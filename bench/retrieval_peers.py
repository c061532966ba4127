"""The peers of the benches of retrieval, each as it is published, on the same three fields: title, questions, text.

Whoosh 2.7.4 with jieba's ChineseAnalyzer, OrGroup and BM25F; tantivy with the same tokens; bm25s over single characters
and pairs of neighbours. All rank every document for a question; none has a floor.
"""

import logging
import re
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import bm25s
import jieba
import numpy as np
import tantivy

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from jieba.analyse import ChineseAnalyzer
    from whoosh.fields import STORED, TEXT, Schema
    from whoosh.filedb.filestore import RamStorage
    from whoosh.qparser import MultifieldParser, OrGroup
    from whoosh.scoring import BM25F

jieba.setLogLevel(logging.WARNING)
FIELDS = ("title", "questions", "text")
HAN = re.compile(r"[㐀-鿿]|[0-9a-z]+")
Ranking = Callable[[str, int], Sequence[int]]


class Document(NamedTuple):
    title: str
    questions: tuple[str, ...]
    text: str

    @property
    def fields(self) -> dict[str, str]:
        return {"title": self.title, "questions": "。".join(self.questions), "text": self.text}


def tokens(analyzer: Any, text: str) -> list[str]:
    return [token.text for token in analyzer(text)]


def whoosh(documents: Iterable[Document], storage: Any = None) -> Ranking:
    analyzer = ChineseAnalyzer()
    schema = Schema(number=STORED(), **{name: TEXT(analyzer=analyzer) for name in FIELDS})
    index = (storage or RamStorage()).create_index(schema)
    writer = index.writer(limitmb=256)
    for number, document in enumerate(documents):
        writer.add_document(number=number, **document.fields)
    writer.commit()
    searcher = index.searcher(weighting=BM25F())
    parser = MultifieldParser(FIELDS, schema, group=OrGroup)

    def rank(text: str, limit: int) -> Sequence[int]:
        words = " ".join(tokens(analyzer, text))
        return [hit["number"] for hit in searcher.search(parser.parse(words), limit=limit)] if words else []

    return rank


def tantivy_(documents: Iterable[Document]) -> Ranking:
    analyzer = ChineseAnalyzer()
    builder = tantivy.SchemaBuilder().add_integer_field("number", stored=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=128_000_000, num_threads=1)
    for number, document in enumerate(documents):
        fields = {name: " ".join(tokens(analyzer, text)) for name, text in document.fields.items()}
        writer.add_document(tantivy.Document(number=number, **fields))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def rank(text: str, limit: int) -> Sequence[int]:
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, name, word))
            for word in dict.fromkeys(tokens(analyzer, text))
            for name in FIELDS
        ]
        hits = searcher.search(tantivy.Query.boolean_query(wanted), limit).hits
        return [searcher.doc(address)["number"][0] for _, address in hits]

    return rank


def bm25s_(documents: Iterable[Document]) -> Ranking:
    model = bm25s.BM25()
    model.index([grams(" ".join(document.fields.values())) for document in documents], show_progress=False)

    def rank(text: str, limit: int) -> Sequence[int]:
        scores = model.get_scores(grams(text))
        return [int(n) for n in np.argsort(-scores, kind="stable")[:limit] if scores[n] > 0]

    return rank


def grams(text: str) -> list[str]:
    characters = HAN.findall(text.lower())
    return characters + [a + b for a, b in pairwise(characters)]


PEERS = {"Whoosh": whoosh, "tantivy": tantivy_, "bm25s": bm25s_}


class Judged(NamedTuple):
    """Where the right document stood, counted from 1 (0: not among those given), and CPU of each question in ms."""

    places: list[int]
    milliseconds: list[float]

    def recall(self, within: int) -> float:
        return sum(0 < place <= within for place in self.places) / len(self.places)

    def cpu(self, percent: float) -> float:
        return float(np.percentile(self.milliseconds, percent))


def judged(rank: Ranking, asked: Iterable[tuple[str, set[int]]], limit: int = 10) -> Judged:
    places, spent = [], []
    for text, right in asked:
        begun = time.process_time()
        found = rank(text, limit)
        spent.append(1_000 * (time.process_time() - begun))
        places.append(next((place for place, number in enumerate(found, 1) if number in right), 0))
    return Judged(places, spent)
