"""When a word to a colleague may leave the house, and how often it is tried. Standard library only."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEASE = timedelta(minutes=2)
MOST_TRIES = 8
LONGEST_WAIT = timedelta(hours=1)


class Channel(StrEnum):
    MAIL = "mail"
    SMS = "sms"
    OA = "oa"


CHANNEL_LABELS: dict[Channel, str] = {Channel.MAIL: "邮件", Channel.SMS: "短信", Channel.OA: "OA待办"}


class State(StrEnum):
    """`maybe_sent`: a program ended between sending and noting it. `cancelled`: what it was about had ended before."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    MAYBE_SENT = "maybe_sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATE_LABELS: dict[State, str] = {
    State.PENDING: "待发送",
    State.CLAIMED: "发送中",
    State.SENT: "已发送",
    State.MAYBE_SENT: "可能未送达，请核实",
    State.FAILED: "发送失败",
    State.CANCELLED: "已无需发送",
}


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begins` to `ends`, Shanghai time, over midnight or not; equal means never."""

    begins: time
    ends: time


def not_before(now: datetime, quiet: Quiet) -> datetime:
    """Now, or the end of the quiet hours."""
    local = now.astimezone(SHANGHAI)
    moment = local.time()
    if quiet.begins <= quiet.ends:
        resting = quiet.begins <= moment < quiet.ends
    else:
        resting = moment >= quiet.begins or moment < quiet.ends
    if not resting:
        return now
    day = local.date() if moment < quiet.ends else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet.ends, tzinfo=SHANGHAI)


def wait_after(attempt: int) -> timedelta:
    """After a try that certainly sent nothing: 1, 2, 4 ... minutes, at most an hour."""
    return min(timedelta(minutes=2 ** max(attempt - 1, 0)), LONGEST_WAIT)
