"""Where a text says who, where, when and how much exactly. Pure; each finder yields places with their replacement."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache

import rjieba

from casebackend.candidates.marks import Mark, What
from casebackend.candidates.patterns import (
    ADDRESSES,
    CITED,
    CODE,
    COMPANY,
    COMPANY_WORDS,
    COUNTED,
    COUNTS,
    DAY,
    DIGITS,
    FAMILIAR,
    HANDLE,
    HOUR,
    LATIN_WORD,
    LEAD,
    LOOSE,
    MONEY,
    MONTH,
    MONTH_DAY,
    REACH,
    ROUND,
    RUN,
    SIGNED,
    TAIL,
    TAKEN,
    TIMES,
    TITLED,
    TOKEN_WORDS,
    UNIT,
    URL,
    YEAR,
)
from casebackend.candidates.rules import band
from casebackend.candidates.words import GENERIC, LATIN, NOBODY, NOWHERE, TITLES, WIDE
from casebackend.customers.name_words import NOT_NAMES
from casebackend.customers.names import NO_NAME, has_surname, named
from casebackend.customers.numbers import shadow
from casebackend.customers.personal import EMAIL, PLATE
from casebackend.customers.rules import TOKEN

PIECE = re.compile(r"(\d+(?:\.\d+)?|[一二两三四五六七八九壹贰叁肆伍陆柒捌玖])([十百千万亿拾佰仟wWkK]{0,2})")
SCALES = {
    "十": 10.0, "拾": 10.0, "百": 100.0, "佰": 100.0, "千": 1_000.0, "仟": 1_000.0, "k": 1_000.0, "万": 10_000.0,
    "w": 10_000.0, "亿": 100_000_000.0,
}  # fmt: skip


@cache
def _segmenter() -> rjieba.Jieba:
    return rjieba.Jieba()


def tokens(text: str) -> Iterator[Mark]:
    for match in TOKEN.finditer(text):
        yield Mark(*match.span(), What.TOKEN, TOKEN_WORDS[match[1]], 0)


def known(text: str, values: Mapping[str, tuple[What, str]]) -> Iterator[Mark]:
    """What the case itself says about its people and things, however its digits are written."""
    seen = shadow(text)
    for value, (what, word) in values.items():
        for match in re.finditer(re.escape(shadow(value)), seen, re.IGNORECASE) if value else ():
            yield Mark(*match.span(), what, word, 1)


def _third(day: str | None) -> str:
    number = int(day) if day is not None and day.isdecimal() else int(_value(day or "") or 15)
    return "某月上旬" if number <= 10 else "某月中旬" if number <= 20 else "某月下旬"


def uncited(text: str) -> str:
    """As long as the text, with plain digits, and without the numbers of laws."""
    return CITED.sub(lambda match: "　" * len(match[0]), shadow_digits(text))


def dates(text: str) -> Iterator[Mark]:
    text = uncited(text)
    for match in DAY.finditer(text):
        yield Mark(*match.span(), What.DATE, _third(match["day"] or match["iso"] or match["run"]), 3)
    for pattern, word in ((MONTH, "某月"), (YEAR, "某年"), (MONTH_DAY, "某日"), (HOUR, "某时")):
        for match in pattern.finditer(text):
            yield Mark(*match.span(), What.DATE, word, 4)


def _value(han: str) -> float:
    """一万二千三百 as a number."""
    whole = section = digit = 0
    for character in han:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in TIMES:
            section += max(digit, 1) * TIMES[character]
            digit = 0
        else:
            whole = (whole + section + digit) * (10_000 if character == "万" else 100_000_000)
            section = digit = 0
    return whole + section + digit


def _mixed(figures: str) -> float:
    """20万3千5百 as a number; a last figure alone counts in tenths of what the one before it counts in."""
    whole = section = last = 0.0
    for number, times in PIECE.findall(re.sub(r"[\s,，零又]", "", figures)):
        value = float(number) if number.isascii() else float(DIGITS[number])
        scale = (
            SCALES.get(times.lower(), 1.0) if len(times) < 2 else SCALES[times[0].lower()] * SCALES[times[1].lower()]
        )
        if not times:
            section += value * last / 10 if last and value < 10 else value
        elif scale >= 10_000:
            whole, section = whole + (section + value) * scale, 0.0
        else:
            section += value * scale
        last = scale
    return whole + section


def _money(match: re.Match[str]) -> float:
    groups = match.groupdict()
    if mixed := groups.get("mixed") or groups.get("more"):
        return _mixed(mixed)
    if groups.get("han"):
        return _value(groups["han"])
    value = float(re.sub(r"[,，]", "", groups["digits"]))
    for each in groups.get("times") or "":
        value *= {"百": 100, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}[each.lower()]
    return value


def amounts(text: str) -> Iterator[Mark]:
    for rank, pattern in enumerate((MONEY, SIGNED, ROUND, TAKEN, LOOSE), 5):
        for match in pattern.finditer(shadow_digits(text)):
            said = "digits" if pattern is TAKEN else "han" if pattern is LOOSE and match["han"] else 0
            start = match.start(said)
            yield Mark(start, match.end(), What.AMOUNT, band(_money(match)) or "少量金额", rank)


def sums(text: str) -> Iterator[tuple[int, Decimal]]:
    """Where an amount begins, and how much it is."""
    for match in MONEY.finditer(shadow_digits(text)):
        yield match.start(), Decimal(str(_money(match)))


def shadow_digits(text: str) -> str:
    """Full-width digits made plain; the Han numerals stay what they are."""
    return text.translate(str.maketrans("０１２３４５６７８９．，：", "0123456789.,:"))


def numbers(text: str) -> Iterator[Mark]:
    seen = uncited(text)
    for pattern, word in ((URL, "某网址"), (EMAIL, "邮箱"), (PLATE, "车牌号")):
        for match in pattern.finditer(seen):
            yield Mark(*match.span(), What.NUMBER, word, 1)
    for match in TAIL.finditer(seen):
        yield Mark(*match.span(1), What.NUMBER, "某号", 8)
    for match in HANDLE.finditer(seen):
        yield Mark(*match.span(1), What.NUMBER, "某账号", 8)
    for match in RUN.finditer(seen):
        yield Mark(*match.span(), What.NUMBER, "某号码", 9)
    for match in re.finditer(r"[零〇一二三四五六七八九幺两]{5,}", text):
        yield Mark(*match.span(), What.NUMBER, "某号码", 9)
    for match in CODE.finditer(seen):
        yield Mark(*match.span(), What.NUMBER, "某编号", 10)
    for match in LATIN_WORD.finditer(seen):
        if match[0].lower() not in LATIN:
            yield Mark(*match.span(), What.NUMBER, "某账号", 10)


def places(text: str, units: Mapping[str, str]) -> Iterator[Mark]:
    """`units`: what our units are called, and what of it may stay."""
    for name, word in units.items():
        for match in re.finditer(re.escape(name), text):
            yield Mark(*match.span(), What.UNIT, word, 2)
    for match in UNIT.finditer(text):
        if (start := _named_from(match)) is not None:
            yield Mark(start, match.end(), What.UNIT, f"某{match['kind']}", 3)
    for pattern, reach in ADDRESSES:
        for match in pattern.finditer(text):
            named = REACH.search(text[max(match.start() - reach, 0) : match.start()])
            before = len(named[0]) if named else 0
            if before > 1 or reach in (0, 16):
                yield Mark(match.start() - before, match.end(), What.PLACE, "某地址", 2)
    for match in COMPANY.finditer(text):
        if (start := _named_from(match)) is not None:
            yield Mark(start, match.end(), What.COMPANY, COMPANY_WORDS.get(match["kind"], "某公司"), 7)


def _named_from(match: re.Match[str]) -> int | None:
    """Where the name begins, without the words before it; None where there is no name."""
    lead = LEAD.match(match[0])
    start = match.start() + (lead.end() if lead else 0)
    start += start > 0 and match.string[start - 1] in COUNTED and match.string[start] in COUNTS
    body = match.string[start : match.start("kind")]
    return None if len(body) < 2 or body in GENERIC else start


def people(text: str, tagged: Iterable[tuple[int, str, str]]) -> Iterator[Mark]:
    for start, end in named(text):
        yield Mark(start, end, What.NAME, "某人", 11)
    for match in TITLED.finditer(text):
        if has_surname(match[1]) and match[0] not in NOT_NAMES:
            title = re.search(rf"(?:{TITLES})$", match[0])
            yield Mark(*match.span(), What.NAME, f"某{title[0] if title else '人'}", 12)
    for match in FAMILIAR.finditer(text):
        if has_surname(match[1]):
            yield Mark(*match.span(), What.NAME, "某人", 12)
    for start, word, tag in tagged:
        person = tag == "nr" or (tag == "x" and re.fullmatch(r"[一-鿿]+", word) is not None)
        named_so = 2 <= len(word) <= 4 and has_surname(word) and word not in NOT_NAMES and not NO_NAME.search(word)
        if person and named_so and word not in NOBODY:
            yield Mark(start, start + len(word), What.NAME, "某人", 13)
        elif tag == "ns" and len(word) >= 2 and word not in WIDE and word not in NOWHERE:
            yield Mark(start, start + len(word), What.PLACE, "某地", 14)


def tagged(text: str) -> list[tuple[int, str, str]]:
    found, at = [], 0
    for word, tag in _segmenter().tag(text):
        found.append((at, word, tag))
        at += len(word)
    return found
