"""Dated numbers and times of day by which we remind and warn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.api.reminders import AddThreshold
from casebackend.audit import service as audit
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.notices.model import Threshold
from casebackend.notices.rules import SHANGHAI, Quiet

SEED = Path(__file__).with_name("thresholds.yml")
EDITION = "thresholds"
# Beyond these a slip of the pen would turn a rule off, or close every case at once.
BOUNDS: dict[str, tuple[int, int]] = {
    "identity.code_minutes_large": (10, 60),
    "survey.low_score": (1, 4), "survey.unanswered_hours": (1, 720), "survey.call_after_hours": (0, 720),
    "survey.postponed_minutes": (1, 1440),
    "survey.undelivered_minutes": (1, 1440), "survey.misses": (1, 10), "survey.attempts": (1, 10),
    "survey.spacing_days": (1, 30), "suspension.days": (1, 730),
    "talk.callback_days": (1, 10),
    "board.case_wait_hours": (1, 720), "board.levels": (1, 10),
}  # fmt: skip


class ThresholdMissing(Conflict):
    slug, title = "threshold-missing", "没有配置提醒参数"

    def __init__(self, code: str) -> None:
        super().__init__(f"没有提醒参数 {code}，请先配置")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Those in force on one day."""

    values: dict[str, str]

    def _value(self, code: str) -> str:
        if code not in self.values:
            raise ThresholdMissing(code)
        return self.values[code]

    def number(self, code: str) -> int:
        return int(self._value(code))

    def hours(self, code: str) -> timedelta:
        return timedelta(hours=self.number(code))

    def minutes(self, code: str) -> timedelta:
        return timedelta(minutes=self.number(code))

    def time(self, code: str) -> time:
        return time.fromisoformat(self._value(code))

    @property
    def quiet(self) -> Quiet:
        return Quiet(self.time("quiet.from"), self.time("quiet.to"))


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = {(code, day) for code, day in await session.execute(select(Threshold.code, Threshold.effective_from))}
    for row in yaml.safe_load(SEED.read_text(encoding="utf-8")):
        if (row["code"], row["effective_from"]) not in known:
            session.add(Threshold(**row))
    await session.flush()
    await editions.changed(session, EDITION)


class ThresholdUnknown(NotFound):
    slug = "threshold-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个提醒参数；请从列表中选择")


class ThresholdKnown(Conflict):
    slug, title = "threshold-known", "该参数已有同日生效的数据"

    def __init__(self) -> None:
        super().__init__("同一参数、同一生效日只能有一条，请换一个生效日")


class ThresholdWrong(Unprocessable):
    slug, title = "threshold-wrong", "参数值不正确"

    def __init__(self) -> None:
        super().__init__("参数值应与现有的值同为数字或同为时刻，在允许的范围内，且不早于今天生效")


def within(code: str, value: str) -> bool:
    low, high = BOUNDS.get(code, (0, 99_999))
    return ":" in value or low <= int(value) <= high


async def all_rows(session: AsyncSession) -> Sequence[Threshold]:
    return (await session.scalars(select(Threshold).order_by(Threshold.code, Threshold.effective_from.desc()))).all()


async def add(session: AsyncSession, command: AddThreshold, *, by: Principal, now: datetime) -> Threshold:
    """A change is a new dated row; that of before stays to be read."""
    known = [row for row in await all_rows(session) if row.code == command.code]
    if not known:
        raise ThresholdUnknown
    if any(row.effective_from == command.effective_from for row in known):
        raise ThresholdKnown
    early = command.effective_from < now.astimezone(SHANGHAI).date()
    if early or (":" in command.value) != (":" in known[0].value) or not within(command.code, command.value):
        raise ThresholdWrong
    made = Threshold(**command.model_dump(), label=known[0].label)
    session.add(made)
    await session.flush()
    await editions.changed(session, EDITION)
    detail: dict[str, object] = {"value": command.value, "effective_from": command.effective_from.isoformat()}
    await audit.record(
        session, chain="settings", event="threshold.added", actor=by.actor, object=command.code, now=now, detail=detail
    )
    return made


async def _rows(session: AsyncSession) -> tuple[tuple[str, date, str], ...]:
    query = select(Threshold.code, Threshold.effective_from, Threshold.value).order_by(Threshold.effective_from)
    return tuple((code, day, value) for code, day, value in await session.execute(query))


async def in_force(session: AsyncSession, now: datetime) -> Thresholds:
    """Of each the latest that has begun; before the first, the first."""
    today = now.astimezone(SHANGHAI).date()
    found: dict[str, str] = {}
    for code, day, value in await editions.kept(session, EDITION, _rows):
        if day <= today or code not in found:
            found[code] = value
    return Thresholds(found)
