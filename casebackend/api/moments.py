"""Times as a customer is told them; the same words in every channel."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = "次日零点"
CLOCK = "{hour}点{minute:02}分"


def day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def until(moment: datetime | None) -> str | None:
    """The end of a lock or a limit: what ends with the day ends at midnight; anything else within the hour."""
    if moment is None:
        return None
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return MIDNIGHT
    return CLOCK.format(hour=local.hour, minute=local.minute)
