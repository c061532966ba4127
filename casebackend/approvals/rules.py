"""What one version of a rule changed of another, in words. Standard library only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

NOTHING = "（无）"
# What a decision and what a proposal would do to them.
DECIDING = "通过本版会丢掉这些改动，请选“不通过”，再按最新的一版重新提出"
PROPOSING = "您所依据的已不是最新的一版，提出会丢掉这些改动，请刷新后按最新的一版填写"
APPROVED, PROPOSED, REFUSED = "approved", "proposed", "refused"


class Version(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def number(self) -> int: ...


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """By the words under which a value is known; of a list what was added and what was taken away. What a tuple holds
    is not for people to read."""
    return [
        f"{name}{_change(before.get(name), after.get(name))}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def _change(before: object, after: object) -> str:
    if isinstance(after, tuple):
        return "有改动"
    if not isinstance(before, list | None) or not isinstance(after, list | None):
        return f"由“{_said(before)}”改为“{_said(after)}”"
    held, holds = before or [], after or []
    steps = {"增加": [each for each in holds if each not in held], "去掉": [each for each in held if each not in holds]}
    return "，".join(f"{step}“{'”“'.join(map(str, words))}”" for step, words in steps.items() if words) or "次序有改动"


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return NOTHING if value is None else str(value)


def newest[V: Version](versions: Iterable[V]) -> dict[str, V]:
    """Of each code the approved version that came to hold last: what a new one is based on. Of those that were never
    numbered the first of `versions`."""
    found: dict[str, V] = {}
    for each in versions:
        if each.state == APPROVED and (each.code not in found or each.number > found[each.code].number):
            found[each.code] = each
    return found


class Dated(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def effective_from(self) -> date: ...


def last_begun[D: Dated](versions: Iterable[D], day: date) -> list[D]:
    """Of each code the one approved last: it was based on all before it, also on those for a later day than its own,
    which hold no more when that day comes. Those of one number stand by their days."""
    found: dict[str, D] = {}
    for each in sorted(versions, key=lambda version: (version.number, version.effective_from)):
        if each.effective_from <= day:
            found[each.code] = each
    return list(found.values())


def overtaken(since: Sequence[tuple[str | None, str | None, date]], changes: Sequence[str], what: str) -> str:
    """`since`: by whom each version that came to hold meanwhile was proposed and approved, and from which day on.
    `what` would lose them."""
    versions = "；".join(
        f"{proposer or '产品升级'}提出{f'、{decider}复核' if decider else ''}，自{day.isoformat()}起"
        for proposer, decider, day in since
    )
    told = "；".join(changes) or "内容与原来相同"
    return f"这期间这条规则另有新版已经通过（{versions}），改动为：{told}。{what}"
