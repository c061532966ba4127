"""督办: who may demand, who answers, who ends it. Standard library only."""

from collections.abc import Collection
from enum import StrEnum

SUPERVISORS = frozenset({"complaint_manager", "approver", "executive"})
MANAGER = "complaint_manager"
ANSWERING = frozenset({"handler", "department_head"})


class State(StrEnum):
    OPEN = "open"
    REPLIED = "replied"
    CLOSED = "closed"


class Said(StrEnum):
    REPLY = "reply"
    RETURN = "return"


class Source(StrEnum):
    INTERNAL = "internal"
    REGULATOR = "regulator"


STATE_LABELS: dict[State, str] = {State.OPEN: "待回复", State.REPLIED: "已回复", State.CLOSED: "已结束"}
SAID_LABELS: dict[Said, str] = {Said.REPLY: "回复", Said.RETURN: "退回"}
SOURCE_LABELS: dict[Source, str] = {Source.INTERNAL: "内部督办", Source.REGULATOR: "监管督办"}


def may_answer(*, handles: bool, same_unit: bool, roles: Collection[str]) -> bool:
    """Whoever has the case, or a handler or head of the unit in charge."""
    return handles or (same_unit and bool(ANSWERING & set(roles)))


def may_close(source: str, *, opened: bool, roles: Collection[str]) -> bool:
    """Only the supervisor; a demand of the regulator has nobody here, so the complaint managers speak for it."""
    return opened or (source == Source.REGULATOR and MANAGER in roles)
