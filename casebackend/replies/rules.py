"""常用语: whose they are, how they stand, and who decides. No I/O."""

import re
import unicodedata
from enum import StrEnum

from casebackend.assist.rules import OF_THE_BANK

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON, LONGEST_FILTER = 40, 1_000, 200, 60
# Beyond this nobody finds one again; and how many are offered at once.
MOST_OWN, MOST_OF_A_UNIT, OFFERED = 200, 500, 20
# Whoever leads approves; never what he wrote himself.
LEADS = frozenset({"team_lead", "department_head"})
# A number that somebody could be rung at, however it is grouped: it would grow old without anybody seeing it.
NUMBER = re.compile(r"\d(?:[\s-]{0,2}\d){6,}")


class Reach(StrEnum):
    PERSONAL = "personal"
    TEAM = "team"
    GLOBAL = OF_THE_BANK


class State(StrEnum):
    """`proposed`: never approved yet. A change of one in use waits as `pending` while the old words stay in use."""

    PROPOSED = "proposed"
    IN_USE = "in_use"
    REFUSED = "refused"
    RETIRED = "retired"


class VersionState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Target(StrEnum):
    TALK = "talk"
    FORM = "form"


REACH_LABELS: dict[Reach, str] = {Reach.PERSONAL: "我的", Reach.TEAM: "团队", Reach.GLOBAL: "通用话术"}
STATE_LABELS: dict[State, str] = {
    State.PROPOSED: "待审批",
    State.IN_USE: "使用中",
    State.REFUSED: "未通过",
    State.RETIRED: "已停用",
}
VERSION_LABELS: dict[VersionState, str] = {
    VersionState.PROPOSED: "待审批",
    VersionState.APPROVED: "已通过",
    VersionState.REFUSED: "未通过",
    VersionState.WITHDRAWN: "已由作者改写",
}


def plain(text: str) -> str:
    """As it is searched: full width and spaces make no difference."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def fits(wanted: str, title: str, text: str) -> int:
    """0: every word stands in the title; 1: in title or text; 2: not at all."""
    words = [plain(each) for each in unicodedata.normalize("NFKC", wanted).split()]
    head, whole = plain(title), plain(f"{title}{text}")
    if all(word in head for word in words):
        return 0
    return 1 if all(word in whole for word in words) else 2
