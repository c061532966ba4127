"""A question without an answer, and what becomes of it. Standard library only."""

import re
from enum import StrEnum

# Less than this is no question: "嗯", "好的", a bare number.
SHORTEST = 4
LONGEST = 200
LONGEST_REASON = 200
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SILENT = re.compile(r"[\W_]+")


class GapState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DRAFTED = "drafted"
    DISMISSED = "dismissed"


class Origin(StrEnum):
    """Who found nothing: a colleague beside a conversation, the bot for a customer, a search."""

    AGENT = "agent"
    BOT = "bot"
    SEARCH = "search"


STATE_LABELS: dict[GapState, str] = {
    GapState.OPEN: "待处理",
    GapState.ANSWERED: "已有条目回答",
    GapState.DRAFTED: "已转为草稿",
    GapState.DISMISSED: "不处理",
}
ORIGIN_LABELS: dict[Origin, str] = {
    Origin.AGENT: "坐席标记",
    Origin.BOT: "机器人未答出",
    Origin.SEARCH: "检索无结果",
}


def reopens(state: GapState, origin: Origin, *, waits: bool, answered: bool) -> bool:
    """When it is asked again. A dismissal stands. `waits`: its draft is under way, or its words wait to be learned.
    `answered`: an entry in force answers it; the bot may have to be silent about that, a colleague who finds nothing
    has found nothing."""
    if state not in (GapState.ANSWERED, GapState.DRAFTED) or waits:
        return False
    return not answered or origin is not Origin.BOT


def is_question(text: str) -> bool:
    """Enough words of the language to be asked again by somebody else."""
    return len(CHINESE.findall(text)) >= SHORTEST


def same(normalised: str) -> str:
    """By what two ways of writing one question are the same: no marks, no spaces."""
    return SILENT.sub("", normalised).lower()
