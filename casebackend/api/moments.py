"""When a lock or a limit ends, as a customer is told; the same words in every channel."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = "次日零点"
CLOCK = "{hour}点{minute:02}分"


def until(moment: datetime | None) -> str | None:
    """What ends with the day ends at midnight; anything else within the hour."""
    if moment is None:
        return None
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return MIDNIGHT
    return CLOCK.format(hour=local.hour, minute=local.minute)
