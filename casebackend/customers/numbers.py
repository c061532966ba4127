"""Phone, identity card and bank card numbers in free text. Standard library only; time is linear in the text.

Customers write them in groups ("138 0013 8000") and in full-width digits, and speech recognition writes 一三八: so a
run of digits is cut into its groups, and neighbours are joined when together they have the shape of a number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from casebackend.customers.rules import Kind

SHADOW = str.maketrans(
    "０１２３４５６７８９零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖ｘＸ＠．＋－妖腰两洞拐",
    "0123456789001234567891123456789XX@.+-11207",
)
SEPARATOR = r"[ \t\-–—‑·.．,，_\u00a0\u3000\u200b\u200d]"
RUN = re.compile(rf"\+?\d(?:{SEPARATOR}{{0,2}}\d)*[Xx]?")
GROUP = re.compile(r"\d+[Xx]?")
MOBILE = re.compile(r"1[3-9]\d{9}")
AREA = re.compile(r"0(?:10|2\d|[3-9]\d{2})\d{7,8}")
LONGEST = 19
SHORTEST = 10
MOST_GROUPS = 11
# The groups people cut a mobile number into; "2026 11 03 138..." must not become something else.
MOBILE_SHAPES = frozenset(
    {(3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (5, 6), (6, 5), (3, 4, 2, 2), (3, 2, 2, 2, 2)}
)
COUNTRY = frozenset({"86", "086", "0086"})


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    kind: Kind
    value: str
    rank: int = 0


def shadow(text: str) -> str:
    """The same text, one character for one, with every way to write a digit made plain."""
    return text.translate(SHADOW)


def luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def born(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2035
    except ValueError:
        return False


def looks_like_id(value: str) -> bool:
    """18 characters with a region and a day of birth: a mistyped number is as personal as a right one."""
    return (
        len(value) == 18
        and value[0] in "12345678"
        and value[:17].isdigit()
        and born(value[6:10], value[10:12], value[12:14])
    )


def right_id(value: str) -> bool:
    if not looks_like_id(value):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = sum(int(digit) * weight for digit, weight in zip(value, weights, strict=False)) % 11
    return "10X98765432"[check] == value[17]


def _card(value: str) -> bool:
    return 16 <= len(value) <= LONGEST and value.isdigit() and (luhn(value) or value.startswith("62"))


def _whole(value: str) -> tuple[Kind, str] | None:
    """What one unbroken group is."""
    if right_id(value):
        return Kind.ID_NUMBER, value
    if _card(value) and luhn(value):
        return Kind.CARD, value
    if looks_like_id(value):
        return Kind.ID_NUMBER, value
    if _card(value):
        return Kind.CARD, value
    for country in ("", "86", "086", "0086", "0"):
        if value.startswith(country) and MOBILE.fullmatch(value, len(country)):
            return Kind.PHONE, value[len(country) :]
    if AREA.fullmatch(value):
        return Kind.PHONE, value
    return None


def _joined(groups: tuple[str, ...]) -> tuple[Kind, str, int] | None:
    """What several neighbouring groups are together, and how sure that is (less is surer)."""
    value = "".join(groups)
    lengths = tuple(len(group) for group in groups)
    if right_id(value) and lengths[0] in {3, 4, 6}:
        return Kind.ID_NUMBER, value, 1
    if _card(value) and all(length == 4 for length in lengths[:-1]):
        return Kind.CARD, value, 1
    if groups[0] in COUNTRY | {"0"}:
        rest = groups[1:]
        if MOBILE.fullmatch("".join(rest)) and (len(rest) == 1 or tuple(len(group) for group in rest) in MOBILE_SHAPES):
            return Kind.PHONE, "".join(rest), 1
    if MOBILE.fullmatch(value) and (lengths in MOBILE_SHAPES or set(lengths) == {1} or _spelled(lengths)):
        return Kind.PHONE, value, 2
    if AREA.fullmatch(value) and lengths[0] in {3, 4}:
        return Kind.PHONE, value, 2
    if _card(value) and luhn(value):
        return Kind.CARD, value, 3
    return None


def _spelled(lengths: tuple[int, ...]) -> bool:
    """One three-figure beginning and small groups: 138 00 13 80 00."""
    return lengths[0] == 3 and len(lengths) <= 6 and max(lengths) <= 4


def _in_run(start: int, run: str) -> Iterator[Found]:
    groups = [(match.start(), match.end(), match.group().upper()) for match in GROUP.finditer(run)]
    for first, (begin, end, text) in enumerate(groups):
        whole = _whole(text)
        if whole is not None:
            yield Found(start + begin, start + end, *whole)
        length = len(text)
        for last in range(first + 1, min(first + MOST_GROUPS, len(groups))):
            length += len(groups[last][2])
            if length > LONGEST + 4:
                break
            if length < SHORTEST:
                continue
            joined = _joined(tuple(group for _, _, group in groups[first : last + 1]))
            if joined is not None:
                yield Found(start + begin, start + groups[last][1], joined[0], joined[1], joined[2])


def disjoint(found: Iterator[Found] | list[Found]) -> list[Found]:
    """The surest of those that overlap, in the order of the text."""
    taken: list[Found] = []
    occupied: set[int] = set()
    for each in sorted(found, key=lambda item: (item.rank, item.start, item.start - item.end)):
        places = range(each.start, each.end)
        if occupied.isdisjoint(places):
            occupied.update(places)
            taken.append(each)
    return sorted(taken, key=lambda item: item.start)


def numbers(text: str) -> list[Found]:
    """`text` is a shadow."""
    found: list[Found] = []
    for run in RUN.finditer(text):
        before = text[run.start() - 1] if run.start() else ""
        if before == "#" or run.end() - run.start() < 7:
            continue
        found.extend(_in_run(run.start(), run.group()))
    return disjoint(found)
