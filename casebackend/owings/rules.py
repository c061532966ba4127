"""What a customer has to be told besides the decision, a pause and a new day, and how. Standard library only."""

from enum import StrEnum


class What(StrEnum):
    PETITION = "petition_accepted"
    MERGED = "merged"
    UNMERGED = "unmerged"
    REVIEW = "review_outcome"


LABELS: dict[What, str] = {
    What.PETITION: "信访受理情况",
    What.MERGED: "投诉合并办理",
    What.UNMERGED: "投诉恢复单独办理",
    What.REVIEW: "核查结果",
}
PHONE = "phone"
# 信访工作条例 (2022) Art. 22: the petitioner is told in writing; a call leaves none.
IN_WRITING = frozenset({What.PETITION})


def allows(what: str, told_by: str) -> bool:
    return what not in IN_WRITING or told_by != PHONE
