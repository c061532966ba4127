"""One-time codes in what customers write: taken out before anything is kept, compared by a keyed hash only."""

import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from casebackend.customers.numbers import RUN, shadow
from casebackend.customers.rules import HIDDEN_CODE
from casebackend.customers.vault import Vault

TAKEN_OUT = "[核实码]"
LENGTH = 6
SHORTEST, LONGEST = 4, 8
# "120000元" while a code is on its way is an amount.
UNIT = "[元块万千百亿年月日号次位笔天分个点]"
# Said after its name any group of eight is one; standing alone, only one of letters and digits with its hyphen.
_PICKUP = r"[0-9A-Za-z]{4}-[0-9A-Za-z]{4}"
NAMED_PICKUP = re.compile(r"(取件码[^0-9A-Za-z]{0,8})[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{4}(?![0-9A-Za-z])")
PICKUP = re.compile(rf"(?<![0-9A-Za-z-])(?=[0-9-]*[A-Za-z])(?=[A-Za-z-]*[0-9]){_PICKUP}(?![0-9A-Za-z-])")
BARE = re.compile(rf"(?<![0-9A-Za-z])(?:\d{{6}}|\d{{3}} \d{{3}})(?![0-9A-Za-z]|\s?{UNIT})")


def taken_out(text: str, *, answering: bool) -> tuple[str, str | None]:
    """`text` without what is or may be a code, and the code when there is exactly one. `answering`: a code was asked
    for, so every group of 4 to 8 digits goes; otherwise one is on its way, and only what looks like it goes."""
    seen = shadow(text)
    spans, codes = [], []
    for match in (RUN if answering else BARE).finditer(seen):
        digits = "".join(character for character in match.group() if character.isdigit())
        if SHORTEST <= len(digits) <= LONGEST:
            spans.append(match.span())
            if len(digits) == LENGTH:
                codes.append(digits)
    kept, at = [], 0
    for start, end in spans:
        kept += [text[at:start], TAKEN_OUT]
        at = end
    return "".join(kept) + text[at:], codes[0] if answering and len(spans) == len(codes) == 1 else None


def pickup_hidden(text: str) -> str:
    """For whoever is not the customer: a pick-up code is told to one person, and not to be passed on."""
    return PICKUP.sub(HIDDEN_CODE, NAMED_PICKUP.sub(rf"\g<1>{HIDDEN_CODE}", text))


def may_hold_pickup(text: str) -> bool:
    return NAMED_PICKUP.search(text) is not None or PICKUP.search(text) is not None


def pickups(text: str, known: Iterable[str] = ()) -> Iterator[tuple[int, int, str]]:
    """Places and values of pick-up codes: said after their name, as all that was said, or `known` from before."""
    for match in NAMED_PICKUP.finditer(text):
        start = match.end(1)
        yield start, match.end(), _written(text[start : match.end()])
    if alone := PICKUP.fullmatch(text.strip()):
        start = text.index(alone.group())
        yield start, start + len(alone.group()), _written(alone.group())
    for value in known:
        pattern = rf"(?<![0-9A-Za-z]){value[:4]}[- ]?{value[-4:]}(?![0-9A-Za-z])"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield *match.span(), value


def _written(code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


def digest(vault: Vault, conversation_id: UUID, code: str) -> str:
    """Six digits are soon guessed, so the hash takes a key that is not in the database; bound to the conversation."""
    return vault.index("identity.code", f"{conversation_id}|{code}")
