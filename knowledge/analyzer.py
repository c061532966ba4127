import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import opencc
import rjieba

from knowledge.engine import Token

# Shared with the bot: lexicon/README.md.
LEXICON = Path(__file__).parents[1] / "lexicon"
# Simplified texts write them too (瞭望, 著名).
KEPT = "瞭著"
RULES_VERSION = 1
BANK_TERM_FREQUENCY = 20_000
REMEMBERED = 64
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
ATOM = re.compile(r"(?P<word>[0-9a-z]+(?:[-_.][0-9a-z]+)*)|(?P<han>[㐀-鿿\U00020000-\U000323af])|(?P<gap>\S)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or character gram of a normalised text; positions count words, or characters and Latin runs."""

    text: str
    start: int
    position: int


class Lexicon:
    def __init__(self, folder: Path = LEXICON) -> None:
        terms = _lines(folder / "bank_terms.txt")
        stops = _lines(folder / "stop_words.txt")
        pairs = (folder / "traditional.txt").read_text(encoding="utf-8").split()
        self._spelling = {ord(pair[0]): pair[1] for pair in pairs if pair[0] not in KEPT}
        groups = [line.split() for line in _lines(folder / "synonyms.txt")]
        self.terms = tuple(terms)
        self.stop_words = frozenset(stops)
        self._concept_of = {wording: group[0] for group in groups for wording in group}
        self._wording = re.compile("|".join(map(re.escape, sorted(self._concept_of, key=len, reverse=True))))
        self._simplifier = opencc.OpenCC("t2s")
        self._segmenter = rjieba.Jieba()
        for term in terms:
            self._segmenter.add_word(term, BANK_TERM_FREQUENCY, "n")
        # One text is looked at as characters, as words and for what it means, one after the other.
        self.normalise = lru_cache(maxsize=REMEMBERED)(self._normalised)
        libraries = version("rjieba"), version("opencc")
        parts = [str(RULES_VERSION), *libraries, *pairs, "", *terms, "", *stops, "", *self._concept_of]
        self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _normalised(self, text: str) -> str:
        """Half-width, lower-case, simplified; always as long as the text, so that offsets keep their meaning."""
        half = text.translate(FULL_WIDTH)
        folded = half.lower()
        if len(folded) != len(half):
            folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in half)
        folded = folded.encode(errors="replace").decode().translate(self._spelling)
        simple: str = self._simplifier.convert(folded)
        if len(simple) == len(folded):
            return simple
        return "".join(one if len(one := str(self._simplifier.convert(c))) == 1 else c for c in folded)

    def words(self, text: str) -> list[Piece]:
        pieces: list[Piece] = []
        start = 0
        for word in self._segmenter.cut(self.normalise(text)):
            if word not in self.stop_words and any(c.isalnum() for c in word):
                pieces.append(Piece(word, start, len(pieces)))
            start += len(word)
        return pieces

    def grams(self, text: str) -> list[Piece]:
        """Every character, every pair of neighbours, every Latin run; punctuation leaves a gap that no phrase spans."""
        pieces = []
        position = 0
        before: re.Match[str] | None = None
        for atom in ATOM.finditer(self.normalise(text)):
            if atom["gap"]:
                position += 1
                before = None
                continue
            if atom["han"] and before is not None and before.end() == atom.start():
                pieces.append(Piece(before[0] + atom[0], before.start(), position - 1))
            pieces.append(Piece(atom[0], atom.start(), position))
            before = atom if atom["han"] else None
            position += 1
        return pieces

    def concepts(self, text: str) -> list[tuple[str, str]]:
        """(what is meant, how it was said) for each colloquial wording of the list."""
        return [(self._concept_of[said], said) for said in self._wording.findall(self.normalise(text))]

    def telling_grams(self, text: str) -> list[Piece]:
        return [gram for gram in self.grams(text) if not all(c in self.stop_words for c in gram.text)]


@cache
def default_lexicon() -> Lexicon:
    return Lexicon()


class _Analyzer:
    """Holds no state: Whoosh pickles it with the schema."""

    def pieces(self, text: str) -> list[Piece]:
        raise NotImplementedError

    def __call__(
        self, value: str, *, start_pos: int = 0, start_char: int = 0, mode: str = "", **_: Any
    ) -> Iterator[Any]:
        token = Token(positions=True, chars=True, mode=mode)
        for piece in self.pieces(value):
            token.text = token.original = piece.text
            token.pos = start_pos + piece.position
            token.startchar = start_char + piece.start
            token.endchar = token.startchar + len(piece.text)
            token.boost = 1.0
            token.stopped = False
            yield token


class WordAnalyzer(_Analyzer):
    def pieces(self, text: str) -> list[Piece]:
        return default_lexicon().words(text)


class GramAnalyzer(_Analyzer):
    def pieces(self, text: str) -> list[Piece]:
        return default_lexicon().grams(text)


def _lines(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
