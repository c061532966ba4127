"""When it happened, as people say it, relative to now in China. Standard library only."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casebackend.drafts.amounts import han_number
from casebackend.drafts.festivals import NAMED, feast

# More days than this in one message are no story. FORGETTABLE: the groups below are days that nobody forgets to name.
MOST, FORGETTABLE = 40, 2
EARLIEST = date(1990, 1, 1)
CHINA = ZoneInfo("Asia/Shanghai")
PLAIN = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")
N = r"(\d{1,3}|[零〇一二两三四五六七八九十]{1,3})"
DAY_WORDS = (
    (re.compile(r"大前[天日]"), 3),
    (re.compile(r"(?<!大)前[天日晚](?!后)|(?<!大)前儿"), 2),
    (re.compile(r"昨[天日晚夜]|昨儿|[Yy]esterday"), 1),
    (re.compile(r"今[天日早晚晨](?!都|已经|年)|今儿|刚才|刚刚|方才|[Tt]oday"), 0),
)
FULL = re.compile(
    r"(?<!\d)(\d{4}|\d{2}|[零〇一二三四五六七八九]{4}|二[零〇一二三四五六])\s?[年\-/.]\s?(\d{1,2}|[一二三四五六七八九十]{1,2})\s?[月\-/.]\s?(?:份)?(\d{1,2}|[一二三四五六七八九十]{1,3})(?!\d)"
)
COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
MONTH_DAY = re.compile(rf"(今年|本年|去年|上年|前年)?的?{N}\s?月份?的?\s?{N}(?:[日号]|(?![\d个月年天次元块万千百]))")
SLASHED = re.compile(r"(?<![\d/.\-])(\d{1,2})[/\-](\d{1,2})(?![\d/\-])")
DOTTED = re.compile(
    r"(?<![\d.¥￥])(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0?[1-9])(?:[日号]|(?=[去在那当早晚上下我你转办刷存取汇买扣被到])(?!万|元|块|折))"
)
NAMED_MONTH = re.compile(rf"(上上个?月|上个?月|这个?月|本月|当月)的?{N}[号日](?!线|楼|院|店|机|柜|窗)")
OTHER_MONTH = re.compile(rf"(上上个?月|上个?月|这个?月|本月|当月|月)?的?{N}[号日](?!线|楼|院|店|机|柜|窗)")
# 建国路8号 is a house.
OF_A_STREET = re.compile(r"(?:路|街|大道|巷|弄|胡同|小区|村|苑|新里)\s?$")
AROUND = re.compile(
    rf"(?:(今年|去年|前年)?{N}月份?|(上上个?月|上个?月|这个?月|本月))的?(初|中旬?|底|末|上旬|下旬)|"
    r"(?<![个\d一二三四五六七八九十])(月初|月中旬?|月底|月末|上旬|中旬|下旬)"
)
WEEKDAY = re.compile(r"(?<![下每到至])(?<!下个)(上上个?|上个?|这个?|本)?(?:周|星期|礼拜)([一二三四五六日天末])")
AGO = re.compile(
    rf"(?<![一二两三四五六七八九几好\d])(?![一二两三四五六七八九]{{2}}[天日个周年]){N}个?半?(天|日|周|星期|礼拜|个?月|年)(?:之|以)?前"
)
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


Found = tuple[re.Match[str], date | None]
# What stands right before or after a day that is not the day of the matter.
NOT_THIS = re.compile(r"(?:截[止至]|直到|到|至|今天(?:都|已经)?是?|都|已经|承诺|保证|说是|有效期|生日是?)$")
NOT_SO = re.compile(r"(?:为止|出生|生人|之前(?:必须|给)|以前(?:必须|给)|前(?:必须|给))")
# Found out, asked or opened on that day: the day of the matter only when no other was said.
AROUND_IT = re.compile(
    r"[日号天晚早上下午夜\d点半多我才去又再来打就在你们、 ]{0,8}"
    r"(?:发现|才知道|看到|查[账询]?|打[了过]?(?:电话|客服|95)|来电|问|投诉|反映|报[了警]|收到|到期|"
    r"开的?[户卡通]|办的?卡|办了(?:张|一张)?(?:信用)?卡|注册|去找)"
)
FORGOTTEN = re.compile(
    r"(?:哪一?天|日期|几号|日子|时间)[^，,。；;]{0,4}(?:忘|记不|不记得|不清楚|想不起|说不)|"
    r"(?:忘了?|记不[清得住]了?|不记得|不清楚|想不起来?)(?:了|是|具体){0,2}(?:哪一?天|几号|日期|什么时候)"
)

# Then a day on which something was found out is not the day of the matter.
LATELY = re.compile(
    r"前几[天日]|前两天|前些天|前阵子|前段时间|前一阵|最近|近期|近日|不久前|好几天前|有段时间|这几天|这两天"
)


def _full(text: str, today: date) -> Iterator[Found]:
    for match in FULL.finditer(text):
        year = _number(match[1])
        yield match, _made(year + 2000 if year < 100 else year, _number(match[2]), _number(match[3]))
    for match in COMPACT.finditer(text):
        yield match, _made(int(match[1]), int(match[2]), int(match[3]))


def _month_day(text: str, today: date) -> Iterator[Found]:
    for match in MONTH_DAY.finditer(text):
        yield match, _past(today, _number(match[2]), _number(match[3]), match[1])
    for pattern in (SLASHED, DOTTED):
        for match in pattern.finditer(text):
            yield match, _past(today, int(match[1]), int(match[2]))


def _feast(text: str, today: date) -> Iterator[Found]:
    return ((match, feast(match, today)) for match in NAMED.finditer(text))


def _named_month(text: str, today: date) -> Iterator[Found]:
    for match in NAMED_MONTH.finditer(text):
        back = 2 if match[1].startswith("上上") else 1 if match[1].startswith("上") else 0
        yield match, _made(*_months_back(today, back), _number(match[2]))


def _weekday(text: str, today: date) -> Iterator[Found]:
    monday = today - timedelta(days=today.weekday())
    for match in WEEKDAY.finditer(text):
        wanted = {"日": 6, "天": 6, "末": 5}.get(match[2], "一二三四五六".find(match[2]))
        weeks = {"上上": 2, "上": 1}.get((match[1] or "").removesuffix("个"), 0)
        found = monday + timedelta(days=wanted - 7 * weeks)
        yield match, found if match[1] or found <= today else found - timedelta(days=7)


def _ago(text: str, today: date) -> Iterator[Found]:
    for match in HALF_AGO.finditer(text):
        yield match, today - timedelta(days=15 if match[1] == "月" else 182)
    for match in AGO.finditer(text):
        count, unit = _number(match[1]), match[2].removeprefix("个")
        if unit in {"月", "年"}:
            year, month = _months_back(today, count * (12 if unit == "年" else 1))
            yield match, _made(year, month, min(today.day, _last_day(year, month))) if year > 0 else None
        else:
            yield match, today - timedelta(days=count * (1 if unit in {"天", "日"} else 7))


def _day_word(text: str, today: date) -> Iterator[Found]:
    for pattern, days in DAY_WORDS:
        for match in pattern.finditer(text):
            yield match, today - timedelta(days=days)


def _of_month(text: str, today: date) -> Iterator[Found]:
    for match in OTHER_MONTH.finditer(text):
        if match[1] or OF_A_STREET.search(text[: match.start()][-4:]):
            continue
        days = (_made(*_months_back(today, back), _number(match[2])) for back in range(3))
        yield match, next((found for found in days if found and found <= today), None)


def _around(text: str, today: date) -> Iterator[Found]:
    for match in AROUND.finditer(text):
        if match[2]:
            first = _past(today, _number(match[2]), 1, match[1])
            if first is None:
                continue
            year, month = first.year, first.month
        else:
            word = match[3] or ""
            year, month = _months_back(today, 2 if word.startswith("上上") else 1 if word.startswith("上") else 0)
        part = (match[4] or match[5]).removeprefix("月")
        day = 1 if part in {"初", "上旬"} else 15 if part.startswith("中") else _last_day(year, month)
        yield match, _made(year, month, day)


def _vague(text: str, today: date) -> Iterator[Found]:
    for match in WEEK_ONLY.finditer(text):
        yield match, today - timedelta(days=today.weekday() + (14 if match[1] else 7))
    for match in MONTH_ONLY.finditer(text):
        if match[1]:
            yield match, _made(*_months_back(today, 2 if match[1].startswith("上上") else 1), 1)
        else:
            yield match, _past(today, _number(match[3]), 1, match[2])


# In this order of certainty; those of one group by their place in the text.
EXACT: tuple[tuple[Callable[[str, date], Iterator[Found]], ...], ...] = (
    (_full,),
    (_month_day, _feast, _named_month),
    (_ago, _day_word, _weekday, _of_month),
)
ROUGH = ((_around,), (_vague,))


def _weak(text: str, match: re.Match[str]) -> int:
    """0 for the day of the matter as far as its words tell, 1 for one beside it, 2 for none at all."""
    before, after = text[max(0, match.start() - 6) : match.start()], text[match.end() : match.end() + 18]
    if NOT_THIS.search(before) or NOT_SO.match(after):
        return 2
    return 1 if AROUND_IT.match(after) else 0


def _said(text: str, today: date) -> Iterator[tuple[tuple[bool, int, int, int], date]]:
    taken: list[range] = []
    for group, readings in enumerate((*EXACT, *ROUGH)):
        here = []
        for reading in readings:
            for match, day in reading(text, today):
                if any(match.start() in each for each in taken[:MOST]):
                    continue
                here.append(range(match.start(), match.end()))
                found, weak = _possible(day, today), _weak(text, match)
                if found is not None and weak < 2:
                    yield (group >= len(EXACT), weak, group, match.start()), found
        taken += here if group < len(EXACT) else []


def occurred_on(text: str, now: datetime) -> date | None:
    """The day of the matter: what was said exactly before what was said roughly; a day to come is none."""
    text = text[:4_000].translate(PLAIN)
    found = list(_said(text, now.astimezone(CHINA).date()))
    if FORGOTTEN.search(text):
        found = [each for each in found if each[0][2] < FORGETTABLE]
    if LATELY.search(text):
        found = [each for each in found if not each[0][1]]
    return min(found)[1] if found else None


def _possible(found: date | None, today: date) -> date | None:
    return found if found is not None and EARLIEST <= found <= today else None


def spoken(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
