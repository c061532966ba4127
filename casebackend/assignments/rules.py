"""Who should handle a case, and why this person. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

ASSIGNERS = frozenset({"team_lead", "department_head", "complaint_manager"})


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for what speaks for a person; `open` and `open_urgent` are taken off for each case in hand. Of the cases
    like this one handled before, `most_like` count at most."""

    skilled: int
    customer: int
    like: int
    most_like: int
    open: int
    open_urgent: int


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


def ranked(candidates: Iterable[Candidate], weights: Weights, *, category: str, urgent: bool) -> list[Ranked]:
    """Best first. Equal scores: the one with less in hand, then by name and id, so that it can be told again."""
    scored = [(_score(each, weights, urgent), each) for each in candidates]
    order = sorted(scored, key=lambda pair: (-pair[0], pair[1].open_cases, pair[1].name, pair[1].user_id))
    return [Ranked(each.user_id, each.name, score, _why(each, category, urgent)) for score, each in order]


def _score(each: Candidate, weights: Weights, urgent: bool) -> int:
    found = weights.skilled * each.skilled + weights.customer * each.served_customer
    found += weights.like * min(each.handled_like, weights.most_like)
    return found - (weights.open_urgent if urgent else weights.open) * each.open_cases


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
