"""When the whole chain can serve a customer. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH = timedelta(seconds=15)
# Whoever has said nothing for so long was replaced; a stopped program of the chain is told by `missing`.
GONE = timedelta(days=1)
CHAIN = ("worker", "channels", "actions", "bot")
NAMES = {
    "database": "数据库",
    "knowledge": "知识索引",
    "logs": "日志",
    "worker": "调度程序",
    "channels": "渠道程序",
    "actions": "动作程序",
    "bot": "对话机器人",
}


@dataclass(frozen=True, slots=True)
class Beat:
    program: str
    ready: bool
    why: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    program: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`silent_since`: the last beat of a process that has stopped to beat; what it said then counts no more."""

    program: str
    at: datetime
    ready: bool
    why: str | None
    silent_since: datetime | None


def standing(beats: Iterable[Beat], *, now: datetime) -> list[Standing]:
    """The processes worth showing."""
    return [_standing(beat, now - beat.at < FRESH) for beat in beats if now - beat.at < GONE]


def _standing(beat: Beat, fresh: bool) -> Standing:
    if not fresh:
        return Standing(beat.program, beat.at, False, None, beat.at)
    return Standing(beat.program, beat.at, beat.ready, beat.why, None)


def missing(beats: Iterable[Beat], *, now: datetime) -> list[Missing]:
    """One ready and fresh instance of a program is enough."""
    found = []
    known = list(beats)
    for program in CHAIN:
        mine = [beat for beat in known if beat.program == program]
        fresh = [beat for beat in mine if now - beat.at < FRESH]
        if any(beat.ready for beat in fresh):
            continue
        said = max(fresh, key=lambda beat: beat.at).why or "尚未就绪" if fresh else None
        found.append(Missing(program, said or ("心跳已中断" if mine else "没有心跳")))
    return found
