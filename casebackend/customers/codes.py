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
_END = "(?!-?[0-9A-Za-z])"
_CODE = rf"(?P<code>[0-9A-Za-z]{{4}}(?P<between>\s?-\s?|\s|)[0-9A-Za-z]{{4}}){_END}"
# Said right after its name; with something in between; or only called 码.
GIVEN = re.compile(rf"""取件[码碼][\s:是为為“”"'(码碼的]{{0,6}}{_CODE}""")
NAMED = re.compile(rf"取件[码碼][^0-9A-Za-z]{{0,8}}{_CODE}")
CALLED = re.compile(rf"[码碼][是为為:][\s“]{{0,2}}{_CODE}")
ALONE = re.compile(rf"(?<![0-9A-Za-z])(?<![0-9A-Za-z]-)(?P<code>[0-9A-Za-z]{{4}}-[0-9A-Za-z]{{4}}){_END}")
# What codes are made of (pickups/rules.py): a group with a 0, 1, I, L or O is none of ours, unless it is called one.
OURS = re.compile("[2-9A-HJKMNP-Z]{8}")
NUMBERED = re.compile(r"(?:订单|訂單|单号|單號|编号|編號|型号|型號|流水|合同)[号號是为為:\s]{0,4}$")
NUMBERED_WITHIN = 8
PLAIN = {0xFF01 + each: 0x21 + each for each in range(94)} | dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), ord("-"))
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
    seen = text.translate(PLAIN)
    alone = (each for each in ALONE.finditer(seen) if _is_mixed(each))
    kept, at = [], 0
    for start, end in sorted({each.span("code") for each in (*_named(seen), *alone)}):
        if start >= at:
            kept += [text[at:start], HIDDEN_CODE]
            at = end
    return "".join(kept) + text[at:]


def may_hold_pickup(text: str) -> bool:
    return next(pickups(text), None) is not None


def pickups(text: str, known: Iterable[str] = ()) -> Iterator[tuple[int, int, str]]:
    """Places and values of pick-up codes: said after their name, as all that was said, of nothing but what codes are
    made of, or `known` from before."""
    seen = text.translate(PLAIN)
    for match in (*_named(seen), *_unnamed(seen)):
        yield *match.span("code"), _written(match["code"])
    for value in known:
        pattern = rf"(?<![0-9A-Za-z]){value[:4]}(?:\s?-\s?|\s|){value[-4:]}(?![0-9A-Za-z])"
        for match in re.finditer(pattern, seen, re.IGNORECASE):
            yield *match.span(), value


def _named(seen: str) -> Iterator[re.Match[str]]:
    """With a hyphen any group of eight after its name; without one only what can be neither a day nor a word."""
    for each in GIVEN.finditer(seen):
        glued = not each["between"]
        if "-" in each["between"] or _is_mixed(each) or (glued and _is_ours(each)):
            yield each
    yield from (
        each for each in NAMED.finditer(seen) if "-" in each["between"] and _is_ours(each) and _has_letter(each)
    )
    yield from (each for each in CALLED.finditer(seen) if "-" in each["between"] and _is_mixed(each))


def _unnamed(seen: str) -> Iterator[re.Match[str]]:
    """Of letters and digits, unless it is called the number of something else; all that was said may be letters."""
    for each in ALONE.finditer(seen):
        before = seen[max(each.start() - NUMBERED_WITHIN, 0) : each.start()]
        if each["code"] == seen.strip():
            found = _is_mixed(each) or (_is_ours(each) and _has_letter(each))
        else:
            found = _is_mixed(each) and _is_ours(each) and NUMBERED.search(before) is None
        if found:
            yield each


def _has_letter(found: re.Match[str]) -> bool:
    """With a letter: digits alone may be a telephone number."""
    return any(each.isalpha() for each in found["code"])


def _is_mixed(found: re.Match[str]) -> bool:
    return _has_letter(found) and any(each.isdigit() for each in found["code"])


def _is_ours(found: re.Match[str]) -> bool:
    return OURS.fullmatch(_letters(found["code"])) is not None


def _letters(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _written(code: str) -> str:
    return f"{_letters(code)[:4]}-{_letters(code)[4:]}"


def digest(vault: Vault, conversation_id: UUID, code: str) -> str:
    """Six digits are soon guessed, so the hash takes a key that is not in the database; bound to the conversation."""
    return vault.index("identity.code", f"{conversation_id}|{code}")
