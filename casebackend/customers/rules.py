"""Kinds of personal data, their tokens and their masks. Standard library only."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """The value is the word inside the token."""

    PHONE = "手机"
    ID_NUMBER = "证件"
    CARD = "卡号"
    EMAIL = "邮箱"
    PLATE = "车牌"
    NAME = "姓名"
    # Of a case, for its customer alone: no colleague may see it, whatever his rights.
    PICKUP = "取件"


TOKEN = re.compile(r"\[(手机|证件|卡号|邮箱|车牌|姓名|取件)#([1-9]\d{0,3})\]")


HIDDEN_CODE = "****-****"


def token(kind: Kind, number: int) -> str:
    return f"[{kind}#{number}]"


def _email(value: str) -> str:
    name, _, domain = value.partition("@")
    return f"{name[:1]}***@{domain}"


def _phone(value: str) -> str:
    if len(value) == 11 and value[0] == "1":
        return f"{value[:3]}****{value[-4:]}"
    return f"{value[:-4]}****" if len(value) > 8 else f"{value[:2]}****{value[-2:]}"


def mask(kind: Kind, value: str) -> str:
    match kind:
        case Kind.PHONE:
            return _phone(value)
        case Kind.ID_NUMBER:
            return f"{value[:1]}{'*' * max(len(value) - 2, 1)}{value[-1:]}"
        case Kind.CARD:
            return f"**** {value[-4:]}"
        case Kind.EMAIL:
            return _email(value)
        case Kind.PLATE:
            return f"{value[:2]}***{value[-2:]}"
        case Kind.NAME:
            return f"{value[:1]}**"
        case Kind.PICKUP:
            return HIDDEN_CODE


class Level(StrEnum):
    """How much of a value somebody sees. What no rule names is hidden."""

    HIDDEN = "hidden"
    MASKED = "masked"
    PARTIAL = "partial"
    PLAIN = "plain"


ORDER = tuple(Level)


def partial(kind: Kind, value: str) -> str:
    """前6后4 of a paper or a card; of anything else no more than the usual mask."""
    if kind in (Kind.ID_NUMBER, Kind.CARD) and len(value) >= 14:
        return f"{value[:6]}{'*' * (len(value) - 10)}{value[-4:]}"
    return mask(kind, value)


def shown(kind: Kind, value: str, level: Level) -> str:
    match level:
        case Level.PLAIN:
            return value
        case Level.PARTIAL:
            return partial(kind, value)
        case Level.MASKED:
            return mask(kind, value)
    return "***"
