"""The clocks of a case as the page shows them: what runs first, how much of it is used, what came before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casebackend.api.histories import ClockView
from casebackend.clocks.rules import BY_LAW

SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Face:
    """A clock with its latest running; `before` are the earlier ones: before a pause, an extension, a rework."""

    clock: ClockView
    used: int
    tone: str
    words: str
    before: list[ClockView]

    @property
    def running(self) -> bool:
        return self.clock.stopped_at is None

    @property
    def paused(self) -> bool:
        return self.clock.stop_reason == SUSPENDED

    @property
    def by_law(self) -> bool:
        return self.clock.kind in BY_LAW


def faces(clocks: Sequence[ClockView], *, now: datetime) -> list[Face]:
    """Running clocks, those of law first, by their end; then the paused, then the ended."""
    by_kind: dict[str, list[ClockView]] = {}
    for clock in sorted(clocks, key=lambda clock: clock.seq):
        by_kind.setdefault(clock.kind, []).append(clock)
    found = [_face(runs[-1], runs[:-1], now) for runs in by_kind.values()]
    return sorted(found, key=lambda face: (not face.running, not face.paused, not face.by_law, face.clock.due_at))


def _face(clock: ClockView, before: list[ClockView], now: datetime) -> Face:
    until = clock.stopped_at or now
    whole = (clock.due_at - clock.started_at).total_seconds()
    used = 100 if whole <= 0 else round(100 * (until - clock.started_at).total_seconds() / whole)
    tone, words = _state(clock, now)
    return Face(clock, max(0, min(100, used)), tone, words, before)


def _state(clock: ClockView, now: datetime) -> tuple[str, str]:
    if clock.stop_reason == SUSPENDED:
        return "done", "暂停中"
    if clock.stopped_at is not None:
        return ("bad", "逾期完成") if clock.stopped_at > clock.due_at else ("done", "已完成")
    if clock.due_at <= now:
        return "bad", "已超期"
    return ("wait", "临期") if clock.near_at <= now else ("good", "进行中")
