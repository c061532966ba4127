"""Who answers when a customer wants a person. Standard library only."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from casebackend.staff.rules import ANSWER_MINUTES as ANSWER_MINUTES
from casebackend.staff.rules import DutyState as DutyState

INTAKE = "intake"
MAY_TAKE_FROM_OTHERS = frozenset({"team_lead"})

REASONS: dict[str, str] = {
    "asked": "客户要求人工",
    "not_understood": "机器人多次未听懂",
    "identity": "需核实身份",
    "danger": "涉及人身或资金安全",
    "privacy": "涉及个人信息安全",
    "emotion": "情绪激动或反复辱骂",
    "failed": "系统未能处理",
    "left": "原接待人员离岗",
}


# Of so many waits at most, and of so few at least, how long the next one will be is told.
WAITS, FEWEST_WAITS = 20, 3
RECENT = timedelta(days=7)


class Nudge(StrEnum):
    """The customer waits for us; we wait for the customer; and then the talk goes back to the bot."""

    WAITING = "waiting"
    SILENT = "silent"
    RETURN = "return"


def expected_minutes(waits: Sequence[int]) -> int | None:
    """The middle one of the recent waits (seconds), rounded up; None where there are too few to tell."""
    return max(1, math.ceil(median(waits) / 60)) if len(waits) >= FEWEST_WAITS else None


def waiting_nudge(since: datetime, told_at: datetime | None, now: datetime, *, wait: timedelta) -> Nudge | None:
    return Nudge.WAITING if told_at is None and now - since >= wait else None


def silent_nudge(
    spoke_at: datetime, told_at: datetime | None, now: datetime, *, silent: timedelta, give_back: timedelta
) -> Nudge | None:
    if told_at is None:
        return Nudge.SILENT if now - spoke_at >= silent else None
    return Nudge.RETURN if now - told_at >= give_back else None
