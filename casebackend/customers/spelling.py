"""Traditional characters are read as simplified ones, one for one: places in the text keep their meaning."""

from functools import cache

import opencc


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _one(character: str) -> str:
    simple = str(_simplifier().convert(character))
    return simple if len(simple) == 1 else character


def simplified(text: str) -> str:
    return "".join(_one(character) if "㐀" <= character <= "鿿" else character for character in text)
