"""Whether the right entry is found for what people ask: ours beside Whoosh, tantivy and bm25s, on the same fields. Ours
is printed with the bundled encoder, as it is shipped, and without.

python -m bench.retrieval [--only cold,learned,paraphrases,tuning]. The blind sets are read as totals; nobody looks
at misses.
"""

import argparse
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from bench.retrieval_peers import PEERS, Document, Judged, Ranking, judged
from knowledge.articles import Article, Audience, Kind, load_content
from knowledge.encoder import Encoder, bundled
from knowledge.ranking import FLOOR, Suggester
from ops.figures import Figures
from tests.knowledge.evaluating import ON, TUNING, by_id, questions, taught

DATA = Path(os.environ.get("TINGSU_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
PARTS = ("cold", "learned", "paraphrases", "tuning")
AT = (1, 3, 10)
WAYS: dict[str, Encoder | None] = {"with the encoder": bundled(), "without": None}


def ours(suggester: Suggester, articles: Iterable[Article], floor: float | None = None) -> Ranking:
    number_of = {article.id: number for number, article in enumerate(articles)}
    rank = by_id(suggester, floor=floor)
    return lambda text, limit: [number_of[id] for id in rank(text, limit)]


def prepared(suggester: Suggester) -> Suggester:
    while suggester.prepare():
        pass
    return suggester


def cold(figures: Figures, articles: list[Article]) -> None:
    number_of = {article.id: number for number, article in enumerate(articles)}
    asked = [(each.text, {number_of[each.id]}) for each in questions("cold")]
    documents = [Document(article.title, article.questions, article.text) for article in articles]
    peers = {name: judged(build(documents), asked) for name, build in PEERS.items()}
    for way, encoder in WAYS.items():
        suggester = prepared(Suggester(articles, encoder=encoder))
        mine = judged(ours(suggester, articles), asked)
        for name, peer in peers.items():
            for within in AT:
                bar = 1.3 if (name, within) == ("Whoosh", 1) else 1.0001 if within > 1 else None
                figures.show(f"cold, {way}: R@{within}, ours / {name}", ours=mine.recall(within),
                             peer=peer.recall(within), bar=bar if encoder else None, at_least=True,
                             questions=len(asked), entries=len(articles))  # fmt: skip
        shown = judged(ours(suggester, articles, FLOOR), asked)
        figures.show(f"cold, {way}: R@1 of what is good enough to be shown", ours=shown.recall(1),
                     r3=round(shown.recall(3), 4))  # fmt: skip
        _cpu(figures, f"cold, {way}", mine, peers)


def learned(figures: Figures, articles: list[Article]) -> None:
    number_of = {article.id: number for number, article in enumerate(articles)}
    asked = [(each.text, {number_of[each.id]}) for each in questions("asked")]
    for way, encoder in WAYS.items():
        before = judged(ours(Suggester(articles, encoder=encoder), articles), asked)
        after = judged(ours(taught(articles, encoder), articles), asked)
        one, other = before.recall(1), after.recall(1)
        figures.show(f"learned, {way}: share of the cold error at R@1 that is closed", ours=(other - one) / (1 - one),
                     bar=0.5, at_least=True, cold=round(one, 4), learned=round(other, 4))  # fmt: skip
        _beside(figures, articles, way, encoder)


def _beside(figures: Figures, articles: list[Article], way: str, encoder: Encoder | None) -> None:
    """What the learning of others costs the entries that learned nothing."""
    number_of = {article.id: number for number, article in enumerate(articles)}
    taught_ids = {each.id for each in questions("learned")}
    left = [(each.text, {number_of[each.id]}) for each in questions("cold") if each.id not in taught_ids]
    made = (Suggester(articles, encoder=encoder), taught(articles, encoder))
    before, after = (judged(ours(each, articles), left) for each in made)
    figures.show(f"learned, {way}: R@1 of entries that learned nothing, after / before", ours=after.recall(1),
                 peer=before.recall(1), questions=len(left))  # fmt: skip


def tuning(figures: Figures, articles: list[Article]) -> None:
    """The questions to tune by: as they are, and once a third of the entries has learned."""
    number_of = {article.id: number for number, article in enumerate(articles)}
    taught_ids = {each.id for each in questions("learned", TUNING)}
    every = questions("asked", TUNING)
    groups = {"all": every, "of those that learn": [each for each in every if each.id in taught_ids],
              "of the others": [each for each in every if each.id not in taught_ids]}  # fmt: skip
    for way, encoder in WAYS.items():
        before, after = Suggester(articles, encoder=encoder), taught(articles, encoder, TUNING)
        for name, group in groups.items():
            asked = [(each.text, {number_of[each.id]}) for each in group]
            cold, then = (judged(ours(made, articles), asked) for made in (before, after))
            figures.show(f"tuning, {way}: R@1 {name}, once some learned / before", ours=then.recall(1),
                         peer=cold.recall(1), r3=round(cold.recall(3), 4), r10=round(cold.recall(10), 4),
                         questions=len(asked))  # fmt: skip


def paraphrases(figures: Figures) -> None:
    """AFQMC dev: of each positive pair the first is asked; all sentences but itself are documents."""
    source = DATA / "afqmc" / "dev.txt"
    if not source.exists():
        figures.show("paraphrases (AFQMC dev)", ours=None, why=f"{source.name} is not there")
        return
    rows = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines()]
    sentences = list(dict.fromkeys(sentence for row in rows for sentence in row[:2]))
    number_of = {sentence: number for number, sentence in enumerate(sentences)}
    right: dict[str, set[int]] = {}
    for one, other, same in rows:
        if same == "1" and one != other:
            right.setdefault(one, set()).add(number_of[other])
    articles = [_article(f"s{number}", sentence) for number, sentence in enumerate(sentences)]
    documents = [Document(sentence, (), "") for sentence in sentences]
    asked = list(right.items())
    peers = {name: judged(_others(build(documents), number_of), asked) for name, build in PEERS.items()}
    for way, encoder in WAYS.items():
        suggester = prepared(Suggester(articles, encoder=encoder))
        mine = judged(_others(ours(suggester, articles), number_of), asked)
        for name, peer in peers.items():
            for within in AT:
                bar = None if within == 3 or encoder is None else 1.0001
                figures.show(f"paraphrases, {way}: R@{within}, ours / {name}", ours=mine.recall(within),
                             peer=peer.recall(within), bar=bar, at_least=True, asked=len(asked),
                             documents=len(sentences))  # fmt: skip
        _cpu(figures, f"paraphrases, {way}", mine, peers)


def _others(rank: Ranking, number_of: dict[str, int]) -> Ranking:
    return lambda text, limit: [n for n in rank(text, limit + 1) if n != number_of[text]][:limit]


def _article(id: str, sentence: str) -> Article:
    return Article(
        id=id, version=1, kind=Kind.TROUBLE, branch="", title=sentence, text="", questions=(), clause=None, source="",
        evidence=None, effective_from=date(2026, 1, 1), effective_to=None, audience=Audience.EXTERNAL,
    )  # fmt: skip


def _cpu(figures: Figures, part: str, mine: Judged, peers: dict[str, Judged]) -> None:
    for name, peer in peers.items():
        figures.show(f"{part}: CPU ms of one question p50, ours / {name}", ours=mine.cpu(50), peer=peer.cpu(50),
                     p95=round(mine.cpu(95), 3), peer_p95=round(peer.cpu(95), 3))  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--only", default=",".join(PARTS))
    wanted = options.parse_args().only.split(",")
    figures, articles = Figures(), load_content()
    if any(article for article in articles if not article.in_force(ON)):
        raise SystemExit("every entry must be in force on the day of the bench")
    if "cold" in wanted:
        cold(figures, articles)
    if "learned" in wanted:
        learned(figures, articles)
    if "paraphrases" in wanted:
        paraphrases(figures)
    if "tuning" in wanted:
        tuning(figures, articles)
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
