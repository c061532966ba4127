"""The three axes of JR/T 0169-2018 and a suggestion from key words. Standard library only."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

UNCLASSIFIED = "待分类"
CHANNEL_A, CATEGORY_B, CAUSE_C, SEVERITY = "business_channel_A", "business_category_B", "reason_C", "severity"
# Which list each column of the classification takes its words from.
AXES = {"business_channel_a": CHANNEL_A, "category_b": CATEGORY_B, "cause_c": CAUSE_C}
BASIC_RIGHTS = "basic_rights"
# Every column that a person fills from a list; the basic right is no axis of the standard and is never suggested.
CODED = AXES | {"basic_right": BASIC_RIGHTS}
ORDINARY = "一般投诉"


class Change(StrEnum):
    ADD = "add"
    CHANGE = "change"
    RETIRE = "retire"
    DELETE = "delete"


CHANGE_NAMES: dict[Change, str] = {
    Change.ADD: "新增", Change.CHANGE: "修改", Change.RETIRE: "停用", Change.DELETE: "删除",
}  # fmt: skip
# What stands for all the words that the lists do not know, in characters.
DOUBT = 2


def suggested(text: str, keywords: Mapping[str, Sequence[str]], *, otherwise: str = UNCLASSIFIED) -> str:
    """The name with most key words in the text; of equals the one with the longest word, then the first."""
    upper = text.upper()
    best, best_score = otherwise, (0, 0)
    for name, words in keywords.items():
        hits = [word for word in words if word.upper() in upper]
        score = (len(hits), max(map(len, hits), default=0))
        if score > best_score:
            best, best_score = name, score
    return best


def ranked(text: str, keywords: Mapping[str, Sequence[str]]) -> list[tuple[str, float]]:
    """Every name that the text speaks for, the surest first, each with its share of all that speaks in the text.

    One short word alone is never sure: the share is held down while there is little to count.
    """
    upper = text.upper()
    weights = {name: sum(len(word) for word in words if word.upper() in upper) for name, words in keywords.items()}
    weights = {name: weight for name, weight in weights.items() if weight}
    total = sum(weights.values()) + DOUBT
    order = sorted(weights, key=lambda name: (-weights[name], name))
    return [(name, round(weights[name] / total, 2)) for name in order]
