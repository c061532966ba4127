"""Who should handle a case, and why this person. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

SKILLED, SAME_CUSTOMER = 40, 25
EACH_LIKE, MOST_LIKE = 4, 5
EACH_OPEN, EACH_OPEN_IF_URGENT = 6, 12
ASSIGNERS = frozenset({"team_lead", "department_head", "complaint_manager"})


class Excluded(StrEnum):
    OFF_DUTY = "off_duty"
    RECUSED = "recused"
    FIRST_HANDLER = "first_handler"


LABELS: dict[Excluded, str] = {
    Excluded.OFF_DUTY: "不在岗或示忙",
    Excluded.RECUSED: "须回避",
    Excluded.FIRST_HANDLER: "办理过首次投诉",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """`handled_like`: cases of the same category handled before; `open_cases`: what is in hand now."""

    user_id: UUID
    name: str
    skilled: bool
    handled_like: int
    open_cases: int
    served_customer: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    user_id: UUID
    name: str
    score: int
    why: tuple[str, ...]


def ranked(candidates: Iterable[Candidate], *, category: str, urgent: bool) -> list[Ranked]:
    """Best first. Equal scores: the one with less in hand, then by name and id, so that it can be told again."""
    order = sorted(candidates, key=lambda each: (-_score(each, urgent), each.open_cases, each.name, each.user_id))
    return [Ranked(each.user_id, each.name, _score(each, urgent), _why(each, category, urgent)) for each in order]


def _score(each: Candidate, urgent: bool) -> int:
    found = SKILLED * each.skilled + SAME_CUSTOMER * each.served_customer
    found += EACH_LIKE * min(each.handled_like, MOST_LIKE)
    return found - (EACH_OPEN_IF_URGENT if urgent else EACH_OPEN) * each.open_cases


def _why(each: Candidate, category: str, urgent: bool) -> tuple[str, ...]:
    found = []
    if each.skilled:
        found.append(f"擅长“{category}”")
    if each.handled_like:
        found.append(f"办理过{each.handled_like}件同类投诉")
    if each.served_customer:
        found.append("上次由其办理该客户的投诉")
    found.append(f"在办{each.open_cases}件" if each.open_cases else "目前没有在办投诉")
    if urgent:
        found.append("本件紧急，在办多的靠后")
    return tuple(found)
