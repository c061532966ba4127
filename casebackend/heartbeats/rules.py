"""When the whole chain can serve a customer. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH = timedelta(seconds=15)
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
