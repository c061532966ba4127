"""When it happened, as people say it, relative to now in China. Standard library only."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casebackend.drafts.amounts import han_number

EARLIEST = date(1990, 1, 1)
CHINA = ZoneInfo("Asia/Shanghai")
PLAIN = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")
N = r"(\d{1,3}|[零〇一二两三四五六七八九十]{1,3})"
DAY_WORDS = (
    (re.compile(r"大前[天日]"), 3),
    (re.compile(r"前[天日晚]|前儿"), 2),
    (re.compile(r"昨[天日晚夜]|昨儿|[Yy]esterday"), 1),
    (re.compile(r"今[天日早晚晨]|今儿|刚才|刚刚|方才|当天|[Tt]oday"), 0),
)
FULL = re.compile(
    r"(?<!\d)(\d{4}|\d{2}|[零〇一二三四五六七八九]{4})\s?[年\-/.]\s?(\d{1,2}|[一二三四五六七八九十]{1,2})\s?[月\-/.]\s?(?:份)?(\d{1,2}|[一二三四五六七八九十]{1,3})(?!\d)"
)
COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
MONTH_DAY = re.compile(rf"(今年|本年|去年|上年|前年)?的?{N}\s?月份?的?\s?{N}(?:[日号]|(?![\d个月年天次元块万千百]))")
SLASHED = re.compile(r"(?<![\d/.\-])(\d{1,2})[/\-](\d{1,2})(?![\d/\-])")
OTHER_MONTH = re.compile(rf"(上上个?月|上个?月|这个?月|本月|当月|月)?的?{N}[号日](?!线|楼|院|店|机|柜|窗)")
AROUND = re.compile(
    rf"(?:(今年|去年|前年)?{N}月份?|(上上个?月|上个?月|这个?月|本月))的?(初|中旬?|底|末|上旬|下旬)|"
    r"(?<![个\d一二三四五六七八九十])(月初|月中旬?|月底|月末|上旬|中旬|下旬)"
)
WEEKDAY = re.compile(r"(?<!下)(?<!下个)(上上个?|上个?|这个?|本)?(?:周|星期|礼拜)([一二三四五六日天末])")
AGO = re.compile(rf"{N}个?半?(天|日|周|星期|礼拜|个?月|年)(?:之|以)?前")
HALF_AGO = re.compile(r"半个?(月|年)(?:之|以)?前")
WEEK_ONLY = re.compile(r"上(上)?个?(?:周|星期|礼拜)(?![一二三四五六日天末])")
MONTH_ONLY = re.compile(rf"(上上个?月|上个?月)|(今年|去年|前年)?{N}月份?(?![\d前个]|以?内)")


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    value = han_number(text)
    return int(value) if value is not None else 0


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _past(today: date, month: int, day: int, word: str | None = None) -> date | None:
    """Without a year it is the last such day that has been."""
    back = {"去年": 1, "上年": 1, "前年": 2}.get(word or "", 0)
    if word:
        return _made(today.year - back, month, day)
    for year in range(today.year, today.year - 5, -1):
        found = _made(year, month, day)
        if found and found <= today:
            return found
    return None


def _months_back(today: date, months: int) -> tuple[int, int]:
    index = today.year * 12 + today.month - 1 - months
    return index // 12, index % 12 + 1


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _full(text: str, today: date) -> date | None:
    match = FULL.search(text)
    if match:
        year = _number(match[1])
        return _made(year + 2000 if year < 100 else year, _number(match[2]), _number(match[3]))
    match = COMPACT.search(text)
    return _made(int(match[1]), int(match[2]), int(match[3])) if match else None


def _month_day(text: str, today: date) -> date | None:
    match = MONTH_DAY.search(text)
    if match:
        return _past(today, _number(match[2]), _number(match[3]), match[1])
    match = SLASHED.search(text)
    return _past(today, int(match[1]), int(match[2])) if match else None


def _weekday(text: str, today: date) -> date | None:
    match = WEEKDAY.search(text)
    if not match:
        return None
    wanted = {"日": 6, "天": 6, "末": 5}.get(match[2], "一二三四五六".find(match[2]))
    weeks = {"上上": 2, "上": 1}.get((match[1] or "").removesuffix("个"), 0)
    monday = today - timedelta(days=today.weekday())
    found = monday + timedelta(days=wanted - 7 * weeks)
    return found if match[1] or found <= today else found - timedelta(days=7)


def _ago(text: str, today: date) -> date | None:
    match = HALF_AGO.search(text)
    if match:
        return today - timedelta(days=15 if match[1] == "月" else 182)
    match = AGO.search(text)
    if not match:
        return None
    count, unit = _number(match[1]), match[2].removeprefix("个")
    if unit in {"月", "年"}:
        year, month = _months_back(today, count * (12 if unit == "年" else 1))
        return _made(year, month, min(today.day, _last_day(year, month)))
    return today - timedelta(days=count * (1 if unit in {"天", "日"} else 7))


def _day_word(text: str, today: date) -> date | None:
    hits = [(match.start(), -days) for pattern, days in DAY_WORDS for match in pattern.finditer(text)]
    return today + timedelta(days=min(hits, key=lambda hit: (hit[0], hit[1]))[1]) if hits else None


def _of_month(text: str, today: date) -> date | None:
    match = OTHER_MONTH.search(text)
    if not match or match[1] == "月":
        return None
    day = _number(match[2])
    if match[1]:
        back = 2 if match[1].startswith("上上") else 1 if match[1].startswith("上") else 0
        return _made(*_months_back(today, back), day)
    for back in range(3):
        found = _made(*_months_back(today, back), day)
        if found and found <= today:
            return found
    return None


def _around(text: str, today: date) -> date | None:
    match = AROUND.search(text)
    if not match:
        return None
    if match[2]:
        first = _past(today, _number(match[2]), 1, match[1])
        if first is None:
            return None
        year, month = first.year, first.month
    else:
        word = match[3] or ""
        year, month = _months_back(today, 2 if word.startswith("上上") else 1 if word.startswith("上") else 0)
    part = (match[4] or match[5]).removeprefix("月")
    day = 1 if part in {"初", "上旬"} else 15 if part.startswith("中") else _last_day(year, month)
    return _made(year, month, day)


def _vague(text: str, today: date) -> date | None:
    match = WEEK_ONLY.search(text)
    if match:
        return today - timedelta(days=today.weekday() + (14 if match[1] else 7))
    match = MONTH_ONLY.search(text)
    if not match:
        return None
    if match[1]:
        return _made(*_months_back(today, 2 if match[1].startswith("上上") else 1), 1)
    return _past(today, _number(match[3]), 1, match[2])


def occurred_on(text: str, now: datetime) -> date | None:
    """The day named first in this order of certainty; a day that has not come yet is none."""
    text = text[:4_000].translate(PLAIN)
    today = now.astimezone(CHINA).date()
    if FULL.search(text):
        return _possible(_full(text, today), today)
    for reading in (_full, _month_day, _around, _ago, _day_word, _weekday, _of_month, _vague):
        found = _possible(reading(text, today), today)
        if found is not None:
            return found
    return None


def _possible(found: date | None, today: date) -> date | None:
    return found if found is not None and EARLIEST <= found <= today else None


def spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
