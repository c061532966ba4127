"""What may happen to a candidate, and how exact figures become bands. Standard library only."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class State(StrEnum):
    NEW = "new"
    DRAFTED = "drafted"
    MERGED = "merged"
    REJECTED = "rejected"


STATE_LABELS: dict[State, str] = {
    State.NEW: "待处理",
    State.DRAFTED: "已转条目",
    State.MERGED: "已并入条目",
    State.REJECTED: "不采用",
}


class Refusal(StrEnum):
    """Why a candidate is no entry. What was not redacted well enough is shown to nobody else either."""

    NOT_TYPICAL = "not_typical"
    DUPLICATE = "duplicate"
    UNCLEAR = "unclear"
    REDACTION = "redaction"
    OTHER = "other"


REFUSAL_LABELS: dict[Refusal, str] = {
    Refusal.NOT_TYPICAL: "不够典型",
    Refusal.DUPLICATE: "已有相同条目",
    Refusal.UNCLEAR: "事实或结论不清",
    Refusal.REDACTION: "脱敏不充分",
    Refusal.OTHER: "其他",
}

STEPS = ((100, "不足百元"), (1_000, "数百元"), (10_000, "数千元"))
HIGHEST = 1_000_000
UNIT_KINDS: dict[str, str] = {"branch": "某分行", "subbranch": "某支行", "outlet": "某网点"}
RESULTS: dict[str, str] = {"valid": "成立", "invalid": "不成立"}


def band(amount: Decimal | float | None) -> str | None:
    """Wide enough to tell two cases apart by kind, not by customer."""
    if amount is None or amount <= 0:
        return None
    value = float(amount)
    for below, name in STEPS:
        if value < below:
            return name
    if value >= HIGHEST:
        return "百万元以上"
    if value < 100_000:
        return f"约{min(max(round(value / 10_000), 1), 9)}万元"
    return f"约{min(round(value / 100_000), 9)}0万元"


def topic_of(category: str, cause: str) -> str:
    return f"{category}｜{cause}"


type Combination = tuple[str, str, str, str]


def rare(combination: Combination, held: Mapping[Combination, int], k: int) -> bool:
    """Fewer than `k` cases share unit, class of business, month and band: together they point at one."""
    return held.get(combination, 0) < k
