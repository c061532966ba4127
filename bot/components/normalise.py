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


def normalise(text: str) -> str:
    """Full-width, traditional, shouting and spacing are folded; every number becomes `0`: its value says nothing."""
    text = unicodedata.normalize("NFKC", text).translate(SIMPLIFIED).lower()
    text = _DIGITS.sub("0", _SPACE.sub("", text))
    text = _REPEATED.sub(r"\1\1", text)
    return _CLOSING.sub("", text)
