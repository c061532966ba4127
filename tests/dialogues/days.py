"""Days as a test says them, whatever today is."""

import re
from datetime import date, timedelta

AGO = {"今天": 0, "昨天": 1, "前天": 2, "大前天": 3}
DAYS_AGO = re.compile(r"(\d{1,3})天前")
LAST_WEEK = re.compile(r"上周([一二三四五六日])")


def day_said(words: str, today: date) -> date | None:
    """None: these words name no day."""
    if words in AGO:
        return today - timedelta(days=AGO[words])
    if match := DAYS_AGO.fullmatch(words):
        return today - timedelta(days=int(match[1]))
    if match := LAST_WEEK.fullmatch(words):
        monday = today - timedelta(days=today.weekday() + 7)
        return monday + timedelta(days="一二三四五六日".index(match[1]))
    return None
