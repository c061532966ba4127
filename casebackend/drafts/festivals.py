"""The day of a feast as people name it: 国庆节那天, 中秋当天, 双十一. Standard library only.

The feasts of the moon stand in a table (春节, 端午, 七夕, 中秋, 重阳 of each year); of other years nothing is said."""

import re
from datetime import date, timedelta

FIXED = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "植树节": (3, 12),
    "消费者权益日": (3, 15), "愚人节": (4, 1),
    "劳动节": (5, 1), "五一": (5, 1), "青年节": (5, 4), "儿童节": (6, 1), "六一": (6, 1),
    "建党节": (7, 1), "建军节": (8, 1),
    "教师节": (9, 10), "国庆": (10, 1), "十一": (10, 1), "双十一": (11, 11), "双11": (11, 11), "光棍节": (11, 11),
    "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "跨年夜": (12, 31),
}  # fmt: skip
SPRING, DRAGON, STARS, MOON, NINE = range(5)
MOVING: dict[int, tuple[tuple[int, int], ...]] = {
    2020: ((1, 25), (6, 25), (8, 25), (10, 1), (10, 25)),
    2021: ((2, 12), (6, 14), (8, 14), (9, 21), (10, 14)),
    2022: ((2, 1), (6, 3), (8, 4), (9, 10), (10, 4)),
    2023: ((1, 22), (6, 22), (8, 22), (9, 29), (10, 23)),
    2024: ((2, 10), (6, 10), (8, 10), (9, 17), (10, 11)),
    2025: ((1, 29), (5, 31), (8, 29), (10, 6), (10, 29)),
    2026: ((2, 17), (6, 19), (8, 19), (9, 25), (10, 18)),
    2027: ((2, 6), (6, 9), (8, 8), (9, 15), (10, 8)),
    2028: ((1, 26), (5, 28), (8, 26), (10, 3), (10, 26)),
    2029: ((2, 13), (6, 16), (8, 16), (9, 22), (10, 16)),
    2030: ((2, 3), (6, 5), (8, 5), (9, 12), (10, 5)),
}
BY_MOON = {"端午": DRAGON, "七夕": STARS, "中秋": MOON, "重阳": NINE}
# Days from the first of the first month.
NEW_YEAR = {"除夕": -1, "大年三十": -1, "年三十": -1, "大年夜": -1, "春节": 0, "元宵": 14, "正月十五": 14}
# 五一路 and 十一 alone are no days.
NAMED = re.compile(
    r"(?P<year>今年|去年|前年|上年)?的?(?:"
    r"(?P<alone>元旦|情人节|妇女节|三八节|植树节|消费者权益日|愚人节|劳动节|青年节|儿童节|建党节|建军节|教师节|国庆|双十一|双十二|双1[12]|光棍节|平安夜|圣诞|跨年夜|"
    r"端午|七夕|中秋|重阳|清明|除夕|大年三十|大年夜|年三十|春节|元宵|正月十五)|"
    r"(?:大年|正月)初(?P<spring>[一二三四五六七八九十])|"
    r"(?<![二三四五六七八九\d])(?P<short>五一|六一|十一)(?=节|那[天日晚]|当[天日晚]))"
    r"节?(?!路|街|广场|支行|小区|前|后|之|过|期间|假|放|长假|那几|那段|前后|左右|礼|活动|优惠|红包|福利|的?(?:时候|活动))"
    r"(?:(?:那|当)[天日晚])?的?(?P<shift>第二天|后一天|次日|前一天)?"
)


def _bright(year: int) -> date:
    """清明 of a year of this century."""
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def _in(year: int, name: str, spring: str | None) -> date | None:
    if name == "清明":
        return _bright(year)
    if name in FIXED:
        return date(year, *FIXED[name])
    table = MOVING.get(year)
    if table is None:
        return None
    if name in BY_MOON:
        return date(year, *table[BY_MOON[name]])
    days = "一二三四五六七八九十".find(spring) if spring else NEW_YEAR[name]
    return date(year, *table[SPRING]) + timedelta(days=days)


def feast(match: re.Match[str], today: date) -> date | None:
    """Without a year the last one that has been."""
    name, spring = match["alone"] or match["short"] or "", match["spring"]
    back = {"去年": 1, "上年": 1, "前年": 2}.get(match["year"] or "", 0)
    shift = {"前一天": -1, None: 0}.get(match["shift"], 1)
    years = [today.year - back] if match["year"] else [today.year, today.year - 1]
    for year in years:
        found = _in(year, name, spring)
        if found is not None and found + timedelta(days=shift) <= today:
            return found + timedelta(days=shift)
    return None
