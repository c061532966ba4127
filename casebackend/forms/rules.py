"""The forms of a case, who gets how much of it on paper, and what a page can show. Standard library only."""

import unicodedata
from collections.abc import Container
from enum import StrEnum

from casebackend.cases.rules import COUNTED_AS_CLOSED, Status


class Form(StrEnum):
    REGISTRATION = "registration"
    CLOSING = "closing"


class Variant(StrEnum):
    """FULL shows as much as the reader's post may see once it is said why, never more."""

    MASKED = "masked"
    FULL = "full"


class Purpose(StrEnum):
    FILE = "file"
    CUSTOMER = "customer"
    SIGNATURE = "signature"
    REGULATOR = "regulator"
    HEARING = "hearing"
    OTHER = "other"


FORMS: dict[Form, str] = {Form.REGISTRATION: "投诉登记表", Form.CLOSING: "投诉办结表"}
VARIANTS: dict[Variant, str] = {Variant.MASKED: "遮蔽版", Variant.FULL: "完整版"}
PURPOSES: dict[Purpose, str] = {
    Purpose.FILE: "归档留存",
    Purpose.CUSTOMER: "交客户确认",
    Purpose.SIGNATURE: "内部签批",
    Purpose.REGULATOR: "监管检查或调解",
    Purpose.HEARING: "案件研讨",
    Purpose.OTHER: "其他",
}
LINE_ENDS = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})


def is_over(status: Status) -> bool:
    """Only then there is something to be said in a closing form."""
    return status in COUNTED_AS_CLOSED


def needs_reason(variant: Variant, purpose: Purpose) -> bool:
    return variant is Variant.FULL or purpose is Purpose.OTHER


def substitute(character: str) -> str:
    return f"〔U+{ord(character):04X}〕"


def legible(text: str, font: Container[int]) -> str:
    """Nothing vanishes: what the font has no picture of, and what has none at all (a mark that turns the direction of
    writing round), stands as its number."""
    return "".join(_shown(each, font) for each in text.replace("\r\n", "\n").translate(LINE_ENDS))


def _shown(character: str, font: Container[int]) -> str:
    if character == "\n":
        return character
    if character == "\t":
        return "    "
    kind = unicodedata.category(character)
    if kind == "Zs":
        return character if character in " \u3000" else " "
    return substitute(character) if kind[0] == "C" or ord(character) not in font else character
