"""How sure we are who speaks, and how often somebody may guess. Standard library only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum


class Level(IntEnum):
    """0: the channel knows the sender. 1: a code to the phone on file came back. 2: core banking confirmed."""

    CHANNEL = 0
    PHONE = 1
    CORE = 2


LEVEL_LABELS: dict[Level, str] = {
    Level.CHANNEL: "渠道身份",
    Level.PHONE: "手机核实码核实",
    Level.CORE: "核心系统核实",
}


class Action(StrEnum):
    PROGRESS = "progress"
    URGE = "urge"
    WITHDRAW = "withdraw"
    PROXY_WITHDRAW = "proxy_withdraw"
    SUPPLEMENT = "supplement"
    JOIN = "join"
    PICKUP = "pickup"
    SECOND = "second"
    DETAILS = "details"
    PERSONAL_DATA = "personal_data"
    CONTACT_CHANGE = "contact_change"


class Where(StrEnum):
    """`here`: registered by the same sender, whom the platform has verified. `unverified`: registered in the same chat,
    whose sender nobody has verified: whoever sits at that browser. `elsewhere`: anything else."""

    HERE = "here"
    UNVERIFIED = "unverified"
    ELSEWHERE = "elsewhere"


# Channels whose platform knows the sender.
VERIFIED_SENDERS = frozenset({"wechat"})


def where(channel: str) -> Where:
    """Where a complaint was registered for a chat of this channel that holds it itself."""
    return Where.HERE if channel in VERIFIED_SENDERS else Where.UNVERIFIED


class Step(StrEnum):
    """What the conversation is waiting for."""

    NOTHING = "nothing"
    PHONE = "phone"
    CODE = "code"
    PAPER = "paper"


class CodeState(StrEnum):
    """`silent`: the phone is not on file, nothing is sent, and nobody can tell. `spent`: right, or locked."""

    SILENT = "silent"
    DUE = "due"
    CLAIMED = "claimed"
    SENT = "sent"
    MAYBE_SENT = "maybe_sent"
    FAILED = "failed"
    SPENT = "spent"


HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong answers: of one conversation in a row, about one phone on one day."""

    wrong: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None


def locked(tries: Tries, now: datetime) -> datetime | None:
    """Until when nothing is checked."""
    return tries.locked_until if tries.locked_until is not None and now < tries.locked_until else None


def missed(tries: Tries, now: datetime, *, most: int, lock: timedelta) -> Tries:
    """After one more wrong answer. What lies further back than a lock lasts is forgotten; a locked one stays as it is,
    because nothing was checked."""
    if locked(tries, now):
        return tries
    recent = tries.wrong if tries.last_at is not None and now - tries.last_at < lock else 0
    if recent + 1 >= most:
        return Tries(0, now, now + lock)
    return Tries(recent + 1, now, None)


def left(tries: Tries, now: datetime, *, most: int, lock: timedelta) -> int:
    """Answers that may still be wrong before it locks."""
    if locked(tries, now):
        return 0
    recent = tries.wrong if tries.last_at is not None and now - tries.last_at < lock else 0
    return most - recent


def missed_today(tries: Tries, now: datetime, *, last_on: date | None, today: date, ends: datetime, most: int) -> Tries:
    """After one more wrong answer about a phone, whoever gave it. A day's count ends with the day."""
    wrong = tries.wrong + 1 if last_on == today else 1
    return Tries(wrong, now, ends if wrong >= most else None)


def in_force(level: Level, until: datetime | None, now: datetime) -> Level:
    """A level ends with its time."""
    return level if until is not None and now < until else Level.CHANNEL


def called(name: str) -> list[str]:
    """Under which names somebody may have told his complaint: the own one, or 王先生."""
    return [name, *(f"{name[:1]}{title}" for title in TITLES)]


TITLES = ("先生", "女士", "小姐")
STOP = frozenset(
    {"不查了", "不用了", "不核实", "不核实了", "先不查了", "先不核实了", "不办了", "不用核实", "算了", "取消"}
)
OTHER_PHONE = ("换个手机号", "换手机号", "换个号", "换一个号", "号码错", "手机号错", "号填错", "不是这个号")
AGAIN = ("重新发", "再发", "重发", "没收到", "没有收到", "收不到", "过期")

BACK = frozenset({"*", "＊", "返回", "上一步", "返回上一步", "回到上一步", "后退", "退回上一步"})


def wants(text: str) -> str | None:
    """`stop`, `back`, `other_phone` or `again`; None when the message should be an answer."""
    bare = text.strip().strip("。！？!?.,，～~ ")
    if bare in BACK:
        return "back"
    if bare in STOP:
        return "stop"
    if any(word in bare for word in OTHER_PHONE):
        return "other_phone"
    return "again" if any(word in bare for word in AGAIN) else None
