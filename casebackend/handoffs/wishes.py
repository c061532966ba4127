"""When a customer wants to be called, as people say it of days to come. Standard library only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from casebackend.calendar.rules import ONE_DAY, SESSIONS, Calendar, add_working_days, at, local, local_date
from casebackend.drafts.dates import PLAIN
from casebackend.handoffs.days import day_of, number

ANY = "都可以"
MOST_OFFERED = 4
# Less of a session than this is not worth offering.
SHORTEST = timedelta(minutes=30)
AN_HOUR = timedelta(hours=1)
NOON = 12
# An hour below this without a part of the day is one of the afternoon.
EARLY = 8
PARTS = re.compile(r"上午|早上|早晨|早|中午|下午|午后|傍晚|晚上|晚|夜里|半夜|凌晨")
MORNING, EVENING = frozenset({"上午", "早上", "早晨", "早"}), frozenset({"傍晚", "晚上", "晚", "夜里", "半夜", "凌晨"})
HOUR, HALF_DAY = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})", timedelta(hours=12)
MINUTES = r"(?:(半)|([一三])刻|(\d{1,2}|[零〇一二三四五六七八九十]{1,3})(?![\d点时:：])分?)?"
CLOCK = re.compile(rf"({HOUR})(?:点钟|[点时:：]){MINUTES}(以后|之后|后|以前|之前|前)?")
# 2到4点; 三四点.
FROM_TO = re.compile(rf"(?<![\d:：点]){HOUR}(?=[\-~～—–至到、]{HOUR}[点时])")
ABOUT = re.compile(r"(?<!十)([一二两三四五六七八])([二三四五六七八九])(?=点)")
DIGITS = "一二三四五六七八九"
# What sounds like a no and is none: 行不行, 要不明天.
NO_REFUSAL = re.compile(r"(.)不\1|要不然?|不如|不好意思|不见不散|没问题|没事|不管|不论")
REFUSAL = re.compile(r"[不没别除]")
FILLER = re.compile(
    r"你们|我们|工作人员|给我|跟我|打电话|回电话|接电话|打过来|打给|回电|回拨|来电|电话|联系|有时间|有空|方便|时间|时候|的话|"
    r"都可以|可以|都行|改到|改成|改为|换成|换到|最好|大概|左右|比较|麻烦|谢谢|时段|这段|之间|以后|之后|之前|以前|"
    r"[我你您请吧就都行好在给打回接再那呢了的到至和或前后是想要改周一二三四五六日天（）()，,。.、；;！!？?\-~～—– ]"
)
OPEN = re.compile(r"都可以|都行|都方便|随时|随便|不限|什么时候都|任何时候|任何时间")
# 后天之前 is one of the days before it.
SIDE = re.compile(r"[之以]?([前后])")
# 随时都不行, 什么时候都没空.
NEVER = re.compile(
    r"(?:随时|什么时候|任何时候|任何时间|哪天|几点|都)[^，,。]{0,3}"
    r"(?:不行|不可以|不方便|不好|没空|没时间|不能|不接|别打|不要打)"
)
LEAVE = re.compile(
    r"(?:取消|算了|返回上一步|不用了?|不改了?|不选了?|先?不说了?|退出|跳过|按原来的|照原来的|默认|无所谓)[吧了。！!. ]*"
)
HAZY = re.compile(r"下班|有空|方便|没空|电话|回头|晚点|过会|等会|再说")
LONGEST_HAZY, LEFT_OVER = 15, 1


class Said(StrEnum):
    """What an answer to when a call suits comes to, where it is no time that can be kept."""

    OPEN = "open"
    OUTSIDE = "outside"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Window:
    begin: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """When calls are made: the service hours of the working days until the last day to which a call may be moved."""

    calendar: Calendar
    now: datetime
    days: int

    @property
    def today(self) -> date:
        return local_date(self.now)

    @property
    def last(self) -> date:
        return add_working_days(self.calendar, self.today, self.days)

    def sessions(self) -> Iterator[Window]:
        for ahead in range((self.last - self.today).days + 1):
            day = self.today + ahead * ONE_DAY
            if self.calendar.is_workday(day):
                yield from (Window(at(day, opens), at(day, closes)) for opens, closes in SESSIONS)

    def within(self, wanted: Window) -> Window | None:
        """What of it lies in the service hours to come."""
        since = max(wanted.begin, local(self.now))
        met = [each for each in self.sessions() if each.begin < wanted.until and each.until > since]
        if not met:
            return None
        return Window(max(since, met[0].begin), min(wanted.until, met[-1].until))


def offered(service: Service) -> list[str]:
    """At most five: the next parts of days, and any time."""
    left = [each for each in service.sessions() if each.until - max(each.begin, local(service.now)) >= SHORTEST]
    parts = [f"{_named(each.begin, service.today)}{_part(each.begin)}" for each in left[:MOST_OFFERED]]
    return [*parts, ANY] if parts else []


def _named(when: datetime, today: date) -> str:
    near = {0: "今天", 1: "明天", 2: "后天"}.get((when.date() - today).days)
    return near or f"{when.month}月{when.day}日"


def _part(when: datetime) -> str:
    return "上午" if when.hour < NOON else "下午"


def told(window: Window) -> str:
    begin, until = local(window.begin), local(window.until)
    return f"{begin.month}月{begin.day}日 {begin:%H:%M}–{until:%H:%M}"


def read(text: str, service: Service) -> Window | Said:
    text = text.translate(PLAIN).strip()
    if LEAVE.fullmatch(text):
        return Said.OPEN
    said = NO_REFUSAL.sub("", text)
    if len(said) <= LONGEST_HAZY and NEVER.search(said):
        return Said.UNCLEAR
    day, rest = day_of(said, service.today)
    rest = ABOUT.sub(_apart, FROM_TO.sub(r"\g<0>点", rest))
    parts = PARTS.findall(rest)
    clocks = list(CLOCK.finditer(rest))
    untimed = PARTS.sub("", CLOCK.sub("", rest))
    bare = FILLER.sub("", OPEN.sub("", untimed))
    if len(bare) > LEFT_OVER:
        return _without_time(text)
    if day is None and not parts and not clocks:
        return Said.OPEN if OPEN.search(text) else _without_time(text)
    if REFUSAL.search(OPEN.sub("", said)):
        return Said.UNCLEAR
    sides = SIDE.findall(untimed)
    if sides and (day is None or parts or clocks or len(sides) > 1):
        return Said.UNCLEAR
    days = [day] if day is not None else _next_days(service)
    if day is not None and sides:
        later = sides[0] == "后"
        days = [each for each in _next_days(service) if (each > day if later else each < day)]
    found = (service.within(_on(each, parts, clocks)) for each in days)
    return next((each for each in found if each is not None), Said.OUTSIDE)


def _apart(match: re.Match[str]) -> str:
    """Of two hours in a row each is one."""
    first, second = (DIGITS.index(each.replace("两", "二")) for each in match.groups())
    return f"{match[1]}点到{match[2]}" if second - first == 1 else match[0]


def _without_time(text: str) -> Said:
    return Said.UNCLEAR if HAZY.search(text) and len(text) <= LONGEST_HAZY else Said.OTHER


def _next_days(service: Service) -> list[date]:
    return [service.today + ahead * ONE_DAY for ahead in range((service.last - service.today).days + 1)]


def _on(day: date, parts: list[str], clocks: list[re.Match[str]]) -> Window:
    """Of one day, before the service hours are looked at."""
    part = parts[0] if parts else None
    begin, until = _of_part(day, part)
    if not clocks:
        return Window(begin, until)
    first = _moment(day, clocks[0], part)
    if len(clocks) > 1:
        second = _moment(day, clocks[1], parts[-1] if parts else None)
        return Window(first, second if second > first else second + HALF_DAY)
    if (side := clocks[0][5]) is not None:
        return Window(first, max(until, first)) if side.endswith("后") else Window(min(begin, first), first)
    return Window(first, first + AN_HOUR)


def _of_part(day: date, part: str | None) -> tuple[datetime, datetime]:
    noon, afternoon = at(day, SESSIONS[0][1]), at(day, SESSIONS[-1][0])
    evening, midnight = at(day, SESSIONS[-1][1]), at(day + ONE_DAY, time())
    if part is None:
        return at(day, time()), midnight
    if part in MORNING:
        return at(day, time()), noon
    if part in EVENING:
        return evening, midnight
    return (noon, afternoon) if part == "中午" else (afternoon, evening)


def _moment(day: date, clock: re.Match[str], part: str | None) -> datetime:
    hour = number(clock[1])
    minute = 30 if clock[2] else {"一": 15, "三": 45}[clock[3]] if clock[3] else number(clock[4] or "0")
    later = part is not None and part not in MORNING and hour < (NOON if part != "中午" else EARLY)
    if later or (part is None and 0 < hour < EARLY):
        hour += NOON
    return at(day, time()) + min(timedelta(hours=hour, minutes=minute), ONE_DAY)
