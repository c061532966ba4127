"""The fixed reports: what each counts, and how periods follow one another. Standard library only."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

COUNTED = (
    "按收到日期（北京时间）统计消费投诉的件数，含不予办理和撤诉的；作废的不计，"
    "合并的重复投诉与主投诉计一件，核查不计，二次投诉单独计件。只统计查看人权限范围内的投诉。"
)
DAY = timedelta(days=1)
MOST_BUCKETS, MOST_ACROSS = 800, 36


class By(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


BY_LABELS = {By.DAY: "日", By.WEEK: "周", By.MONTH: "月", By.QUARTER: "季", By.YEAR: "年"}


@dataclass(frozen=True, slots=True)
class Fixed:
    """`dimension` is what the rows are; `compares` with which earlier period; `words` complete the definition;
    `detail`: the newest cases stand below the numbers."""

    name: str
    title: str
    dimension: str
    words: str
    compares: str | None = None
    detail: bool = False

    @property
    def definition(self) -> str:
        return self.words + COUNTED

    @property
    def across(self) -> dict[str, str]:
        """What may stand in its columns. One column of a case cannot be both: a row and a column would narrow it
        to two things at once."""
        if self.compares or self.dimension == "time":
            return {}
        same = {self.dimension} | ({"region"} if self.dimension in ("unit", "region") else set())
        return {name: label for name, label in ACROSS.items() if name not in same}

    def takes(self, by: str, period: "Period") -> bool:
        """Whether this may be asked for of this report, over so many months."""
        if self.compares or self.dimension == "time":
            return by in (COMPARABLE if self.compares else BY_LABELS)
        return by in self.across and (by != By.MONTH or len(buckets(period, By.MONTH)) <= MOST_ACROSS)


BEFORE, YEAR_BEFORE = "before", "year_before"
ACROSS = {
    "category_b": "业务类别", "cause_c": "投诉原因", "business_channel_a": "业务办理渠道",
    "region": "被投诉机构所属分行", "channel": "反应渠道", "month": "月份",
}  # fmt: skip
REPORTS: dict[str, Fixed] = {
    each.name: each
    for each in (
        Fixed("detail", "投诉明细", "status", "逐件列出，并按当前状态汇总。", detail=True),
        Fixed("region", "地区分布", "region", "按被投诉机构所属分行及其下级机构逐级小计，总行各部门另计一组。"),
        Fixed("category", "事项类别", "matter_type", "按事项类型分组，咨询、建议、表扬等也计入。"),
        Fixed("business_category", "业务类别", "category_b", "按投诉业务类别（B）逐级小计。"),
        Fixed("business_channel", "业务办理渠道", "business_channel_a", "按投诉业务办理渠道（A）逐级小计。"),
        Fixed("cause", "投诉原因", "cause_c", "按投诉原因（C）逐级小计。"),
        Fixed("unit", "被投诉机构", "unit", "按被投诉机构逐级小计，上级含其下级。"),
        Fixed("receiving_unit", "受理单位", "receiving_unit", "按受理单位逐级小计，上级含其下级。", detail=True),
        Fixed(
            "handling_unit", "承办单位", "handling_unit",
            "按承办单位逐级小计，上级含其下级，尚无承办单位的单列。", detail=True,
        ),
        Fixed(
            "responsible_unit", "责任单位", "responsible_unit",
            "按认定的责任单位逐级小计，上级含其下级，尚未认定的单列。", detail=True,
        ),
        Fixed("validity", "投诉是否成立", "validity", "按认定结果分组，尚未认定的单列。", detail=True),
        Fixed("responsible", "有责认定", "responsible", "按有责认定分组，尚未认定的单列。", detail=True),
        Fixed("channel", "反应渠道", "channel", "按客户反映的渠道分组。"),
        Fixed("time", "时间分布", "time", "按日、周、月、季或年分段，首尾两段以统计期间为界。"),
        Fixed(
            "mom", "环比", "region",
            "本期与上一期相比：（本期－上期）÷上期，上期为零时不计算；整月、整季、整年与上一个相应期间比，"
            "其余与之前同样天数比。", BEFORE,
        ),
        Fixed(
            "yoy", "同比", "region",
            "本期与上年同期相比：（本期－上年同期）÷上年同期，上年同期为零时不计算。", YEAR_BEFORE,
        ),
        Fixed("basic_right", "消费者基本权利", "basic_right", "按侵害的基本权利分组，未判定的为待分类。"),
        Fixed("severity", "严重程度", "severity", "按严重程度分组。"),
        Fixed("satisfaction", "回访结果", "satisfaction", "按回访结果分组，尚无结果的单列。"),
        Fixed("extended", "延期", "handling_unit", "已延期的投诉，按承办单位逐级小计。"),
    )
}  # fmt: skip
COMPARABLE = {
    "region": "地区", "unit": "被投诉机构", "handling_unit": "承办单位", "category_b": "业务类别",
    "business_channel_a": "业务办理渠道", "cause_c": "投诉原因", "channel": "反应渠道", "severity": "严重程度",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    first: date
    last: date


def bucket(day: date, by: By) -> Period:
    """The day, week (from Monday), month, quarter or year that a day lies in."""
    match by:
        case By.DAY:
            return Period(day, day)
        case By.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(monday, monday + timedelta(days=6))
        case By.MONTH:
            return Period(day.replace(day=1), _end_of_month(day.year, day.month))
        case By.QUARTER:
            month = (day.month - 1) // 3 * 3 + 1
            return Period(date(day.year, month, 1), _end_of_month(day.year, month + 2))
        case By.YEAR:
            return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def buckets(period: Period, by: By) -> list[Period]:
    """Every one that the period touches, cut to the period."""
    found, day = [], period.first
    while day <= period.last:
        whole = bucket(day, by)
        found.append(Period(max(whole.first, period.first), min(whole.last, period.last)))
        day = whole.last + DAY
    return found


def bucket_label(period: Period, by: By) -> str:
    day = period.first
    match by:
        case By.DAY:
            return f"{day:%Y-%m-%d}"
        case By.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}年第{week}周"
        case By.MONTH:
            return f"{day:%Y-%m}"
        case By.QUARTER:
            return f"{day.year}年{(day.month - 1) // 3 + 1}季度"
        case By.YEAR:
            return f"{day.year}年"


def usual_by(period: Period) -> By:
    days = (period.last - period.first).days + 1
    return By.DAY if days <= 31 else By.MONTH if days <= 1100 else By.YEAR


def period_before(period: Period) -> Period:
    """A whole month, quarter or year follows one of its kind; anything else as many days."""
    for by in (By.MONTH, By.QUARTER, By.YEAR):
        if bucket(period.first, by) == period:
            return bucket(period.first - DAY, by)
    return Period(period.first - (period.last - period.first) - DAY, period.first - DAY)


def a_year_before(period: Period) -> Period:
    """29 February has 28 February before it; the end of a whole February stays the end of one."""
    last = _year_back(period.last)
    if bucket(period.first, By.MONTH).first == period.first and period.last + DAY == _next_month(period.last):
        last = _end_of_month(last.year, last.month)
    return Period(_year_back(period.first), last)


def _next_month(day: date) -> date:
    return _end_of_month(day.year, day.month) + DAY


def _year_back(day: date) -> date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last))


def change(now: int, before: int) -> float | None:
    """None where there is nothing to compare with."""
    return (now - before) / before if before else None
