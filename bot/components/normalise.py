"""One spelling for every way of writing the same sentence."""

import re
import unicodedata
from pathlib import Path

TABLE = Path(__file__).parent.parent / "lexicon" / "traditional.txt"
SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in TABLE.read_text("utf-8").split()})

_DIGITS = re.compile(r"[0-9][0-9,.]*")
_REPEATED = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")
_CLOSING = re.compile(r"[。.,!~…;:]+$")


# Of which numbers, amounts and days are made.
_COUNTS = re.compile(r"[零〇一二三四五六七八九十百千万亿两几多来半元块毛角分钱年月日号点]+")


def is_bare(text: str) -> bool:
    """No words: a face, dots, or nothing but a number."""
    return not any(each.isalpha() for each in _COUNTS.sub("", unicodedata.normalize("NFKC", text)))


def normalise(text: str) -> str:
    """Full-width, traditional, shouting and spacing are folded; every number becomes `0`: its value says nothing."""
    text = unicodedata.normalize("NFKC", text).translate(SIMPLIFIED).lower()
    text = _DIGITS.sub("0", _SPACE.sub("", text))
    text = _REPEATED.sub(r"\1\1", text)
    return _CLOSING.sub("", text)
