"""A day to come, as people say it. Standard library only."""

import re
from datetime import date, timedelta

from casebackend.drafts.amounts import han_number
from casebackend.drafts.dates import FULL, MONTH_DAY, N

DAYS = re.compile(r"大后[天日]|后[天日]|明[天日]|明(?=早|晚|上午|下午)|今[天日]|今(?=早|晚|上午|下午)")
AHEAD = {"大": 3, "后": 2, "明": 1, "今": 0}
WEEKDAY = re.compile(r"(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
DAY_OF_MONTH = re.compile(rf"{N}[号日]")
IN_DAYS = re.compile(rf"(?:过)?{N}天(?:以后|之后|后)")
# Long past, so nobody calls then.
NO_DAY = date(1990, 1, 1)


def number(text: str) -> int:
    return int(text) if text.isdigit() else int(han_number(text) or 0)


def day_of(text: str, today: date) -> tuple[date | None, str]:
    """The day that is meant, None where none is named, and the words without it. A day that is none is the first of
    all, on which nobody calls."""
    for pattern, read_as in (
        (FULL, _full), (MONTH_DAY, _of_year), (WEEKDAY, _weekday), (IN_DAYS, _in_days), (DAYS, _ahead),
        (DAY_OF_MONTH, _of_month),
    ):  # fmt: skip
        if match := pattern.search(text):
            rest = text[: match.start()] + text[match.end() :]
            try:
                return read_as(match, today), rest
            except (ValueError, OverflowError):
                return NO_DAY, rest
    return None, text


def _full(match: re.Match[str], today: date) -> date:
    year = number(match[1])
    return date(year + 2000 if year < 100 else year, number(match[2]), number(match[3]))


def _of_year(match: re.Match[str], today: date) -> date:
    """Without a year the next one to come."""
    found = date(today.year, number(match[2]), number(match[3]))
    return found if match[1] or found >= today else date(today.year + 1, found.month, found.day)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = {"日": 6, "天": 6}.get(match[2], "一二三四五六".find(match[2]))
    weeks = {"下": 1, "下下": 2}.get(match[1] or "", 0)
    found = today + timedelta(days=wanted - today.weekday() + 7 * weeks)
    return found if match[1] or found >= today else found + timedelta(days=7)


def _in_days(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=number(match[1]))


def _ahead(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=AHEAD[match[0][0]])


def _of_month(match: re.Match[str], today: date) -> date:
    wanted = number(match[1])
    if wanted >= today.day:
        return today.replace(day=wanted)
    following = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    return following.replace(day=wanted)
