"""Due times against an oracle of another make: 100,000 random (start, rule) pairs of 2006-2026, zero differences.

The oracle knows days from the package `holidays` (ours come from `chinesecalendar`), the time zone as a fixed +8, and
business hours as one sorted list of every open minute in which it looks things up; it shares no code with clocks/rules.
"""

import os
import random
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import holidays

from casebackend.calendar.rules import Calendar
from casebackend.calendar.service import published
from casebackend.clocks import rules
from casebackend.clocks.rules import Term, Unit
from ops.figures import Figures

PAIRS = int(os.environ.get("TINGSU_BENCH_PAIRS", "100000"))
FIRST, LAST = date(2006, 1, 1), date(2026, 12, 31)
EAST8 = timezone(timedelta(hours=8))
EPOCH = datetime(2006, 1, 1, tzinfo=EAST8)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
OPEN = [*range(9 * 60, 12 * 60), *range(13 * 60 + 30, 17 * 60 + 30)]
CHOICES: list[tuple[Unit, list[str]]] = [
    (Unit.CALENDAR_DAYS, ["15", "30", "60"]),
    (Unit.WORKING_DAYS, ["0.125", "0.25", "0.5", "1", "2", "3", "5", "6", "1.875", "2.5", "3.75"]),
    (Unit.HOURS, ["2", "8", "24"]),
    (Unit.BUSINESS_HOURS, ["1", "2", "4"]),
    (Unit.MINUTES, ["1", "90", "419", "420", "1000"]),
]


@dataclass
class Oracle:
    """When something is due and, by law, when it is reminded; None beyond the last year with data."""

    days: list[date] = field(default_factory=list)
    minutes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        china = holidays.country_holidays("CN", years=range(FIRST.year, LAST.year + 1))
        day = FIRST
        while day <= LAST:
            if china.is_working_day(day):
                self.days.append(day)
                midnight = (day - FIRST).days * 1440
                self.minutes.extend(midnight + minute for minute in OPEN)
            day += DAY

    def due(self, start: datetime, amount: Decimal, unit: Unit, rolls: bool) -> tuple[datetime, datetime | None] | None:
        here = start.astimezone(EAST8)
        match unit:
            case Unit.CALENDAR_DAYS:
                return self._by_law(here, int(amount), rolls)
            case Unit.WORKING_DAYS:
                return self._working(here, amount)
            case Unit.HOURS:
                return here + timedelta(hours=float(amount)), None
            case Unit.BUSINESS_HOURS:
                return self._after(here, int(amount * 60))
            case Unit.MINUTES:
                return self._after(here, int(amount))

    def _by_law(self, here: datetime, days: int, rolls: bool) -> tuple[datetime, datetime | None] | None:
        last = here.date() + timedelta(days=days)
        at = bisect_left(self.days, last)
        if rolls and at < len(self.days):
            last = self.days[at]
            at = bisect_left(self.days, last)
        if last > LAST or at == 0:
            return None
        warn = datetime.combine(self.days[at - 1], datetime.min.time(), EAST8) + timedelta(hours=9)
        return datetime.combine(last, datetime.min.time(), EAST8) + DAY, max(warn, here)

    def _working(self, here: datetime, amount: Decimal) -> tuple[datetime, datetime | None] | None:
        whole, part = divmod(amount, 1)
        if whole:
            at = bisect_left(self.days, here.date() + DAY) + int(whole) - 1
            if at >= len(self.days):
                return None
            here = datetime.combine(self.days[at], datetime.min.time(), EAST8) + timedelta(hours=17, minutes=30)
        return self._after(here, int(part * len(OPEN))) if part else (here, None)

    def _after(self, here: datetime, minutes: int) -> tuple[datetime, datetime | None] | None:
        at = bisect_left(self.minutes, int((here - EPOCH) / MINUTE)) + minutes - 1
        return (EPOCH + self.minutes[at] * MINUTE + MINUTE, None) if at < len(self.minutes) else None


def pairs(draw: random.Random) -> tuple[datetime, Decimal, Unit, bool]:
    span = int((datetime(2026, 12, 31, 23, 59, tzinfo=EAST8) - EPOCH) / MINUTE)
    start = (EPOCH + draw.randint(0, span) * MINUTE).astimezone(UTC)
    unit, amounts = draw.choice(CHOICES)
    return start, Decimal(draw.choice(amounts)), unit, draw.random() < 0.3


def main() -> int:
    figures, draw, oracle = Figures(), random.Random(20260302), Oracle()
    ours = Calendar({row["day"]: row["is_workday"] for row in published(FIRST.year, LAST.year)})
    different, done, spent = [], 0, 0.0
    while done < PAIRS:
        start, amount, unit, rolls = pairs(draw)
        expected = oracle.due(start, amount, unit, rolls)
        if expected is None:
            continue
        begun = time.process_time()
        found = rules.due(ours, start, Term("钟", amount, unit, rolls_forward=rolls))
        spent += time.process_time() - begun
        due_at, near_at = expected
        if found.due_at != due_at or (near_at is not None and found.near_at != near_at):
            different.append(f"{start.isoformat()} + {amount} {unit} {'rolled' if rolls else ''}")
        done += 1
    figures.show(
        "due times that differ from the oracle, 2006-2026",
        ours=len(different),
        bar=0,
        pairs=done,
        oracle=f"holidays {holidays.__version__}",
        first=different[:3],
    )
    figures.show("CPU ms per due time", ours=spent / done * 1_000, pairs=done)
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
