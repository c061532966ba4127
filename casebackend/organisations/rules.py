"""Which unit does a customer mean. Standard library only."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Before this day nothing is said of any unit.
FIRST_DAY = date(1900, 1, 1)


def local_date(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


class Level(StrEnum):
    HEAD = "head"
    BRANCH = "branch"
    SUBBRANCH = "subbranch"
    OUTLET = "outlet"
    DEPARTMENT = "department"


LEVEL_NAMES: dict[Level, str] = {
    Level.HEAD: "总行",
    Level.BRANCH: "分行",
    Level.SUBBRANCH: "支行",
    Level.OUTLET: "网点",
    Level.DEPARTMENT: "部门",
}
# Lower stands under higher; a department stands under any unit but an outlet, also under another department.
RANK: dict[str, int] = {Level.HEAD: 0, Level.BRANCH: 1, Level.SUBBRANCH: 2, Level.OUTLET: 3}


class Change(StrEnum):
    AS_BEFORE = "as_before"
    CREATE = "create"
    RENAME = "rename"
    MOVE = "move"
    MERGE = "merge"
    CLOSE = "close"


CHANGE_NAMES: dict[Change, str] = {
    Change.AS_BEFORE: "原有",
    Change.CREATE: "新设",
    Change.RENAME: "更名",
    Change.MOVE: "调整隶属",
    Change.MERGE: "撤并",
    Change.CLOSE: "撤销",
}


def stands_under(level: str, above: str | None) -> bool:
    """Whether a unit of this level may stand under one of that level; only the head office stands under nothing."""
    if level == Level.HEAD or above is None:
        return level == Level.HEAD and above is None
    if level == Level.DEPARTMENT:
        return above != Level.OUTLET
    return above != Level.DEPARTMENT and RANK[above] < RANK[level]


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """`aliases` holds every other way to say it: the short name, and what customers say."""

    id: UUID
    name: str
    aliases: tuple[str, ...]

    @property
    def spoken(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


# "朝阳那个支行", "朝阳的网点": the words between a place and the kind of unit say nothing.
FILLER = re.compile(
    r"(?<=[一-鿿])(?:那个|那家|这个|这家|那边的|那边|这边的|这边|那儿的|的)(?=支行|分行|网点|营业部|营业厅|银行|行)"
)
KIND = re.compile(r"(?:营业网点|网点|营业厅|营业部|营业所|分理处|分理所|储蓄所)")
NOT_SPOKEN = re.compile(r"[\s，,。.、；;：:！!？?“”\"'（）()\-—_]")
LONGEST_TEXT = 4_000


def plain(text: str) -> str:
    text = NOT_SPOKEN.sub("", unicodedata.normalize("NFKC", text[:LONGEST_TEXT]))
    return KIND.sub("支行", FILLER.sub("", text)).lower()


def resolve(names: Iterable[OrganisationName], text: str) -> list[OrganisationName]:
    """The units that the longest matching names in `text` stand for: one is certain, several are a choice."""
    said = plain(text)
    if not said:
        return []
    best = 0
    found: dict[UUID, OrganisationName] = {}
    for organisation in names:
        length = max((len(spoken) for each in organisation.spoken if (spoken := plain(each)) in said), default=0)
        if length > best:
            best, found = length, {}
        if length and length == best:
            found[organisation.id] = organisation
    return list(found.values())


# 海定支行 for 海淀支行: a name so short may be another place, so a person is asked.
SURE_FROM = 5


def nearly(names: Iterable[OrganisationName], named: str) -> list[OrganisationName]:
    """The units whose name is `named` but for one character of the place: 大明胡支行."""
    said = plain(named)
    found: dict[UUID, OrganisationName] = {}
    for organisation in names:
        for spoken in map(plain, organisation.spoken):
            place = len(spoken) - 2
            if len(spoken) == len(said) and place >= 2 and spoken[place:] == said[place:] and _apart(spoken, said) == 1:
                found[organisation.id] = organisation
    return list(found.values())


def sure(named: str) -> bool:
    """Long enough that one wrong character leaves no doubt, when only one unit is meant."""
    return len(plain(named)) >= SURE_FROM


def _apart(one: str, other: str) -> int:
    return sum(left != right for left, right in zip(one, other, strict=True))
