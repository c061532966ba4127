"""What a walk is about: what seldom comes about by chance is tried again and again in a walk of its own.

Every deed and every move that is open to a matter, and every arrow of the table, is the topic of some walks.
"""

from dataclasses import dataclass
from typing import Any

from casebackend.cases import clockwork
from casebackend.cases.rules import LIFECYCLE, Move, Status
from tests.casebackend.cases.deeds import DEEDS, NOT_OF, Deed
from tests.casebackend.cases.deeds_above import expect_back
from tests.casebackend.cases.walks import MATTERS, NEVER_OF_SHORT, SHORT

LEADS_TO = {
    Status.MERGED: Move.MERGE,
    Status.SUSPENDED: Move.SUSPEND,
    Status.COUNTERSIGN: Move.ASK_COUNTERSIGN,
    Status.WITHDRAWN: Move.WITHDRAW,
    Status.DECLINED: Move.DECLINE,
}


@dataclass(frozen=True, slots=True)
class Topic:
    matter: str
    what: Deed | Move
    status: Status | None = None

    def first(self) -> Move | None:
        """What leads to where it can be made, when nothing is there yet."""
        where = self.status
        if isinstance(self.what, Move):
            where = where or next(status for status, move in LIFECYCLE if move is self.what)
        elif self.what is expect_back:
            where = Status.SUSPENDED
        return LEADS_TO.get(where) if where else None

    def is_open(self, row: dict[str, Any]) -> bool:
        here = Status(row["status"])
        return (here, self.what) in LIFECYCLE and self.status in (None, here)


def moves_open() -> set[tuple[str, Move]]:
    """Of each matter. Nothing but a complaint is signed."""
    found = {(matter, move) for matter in MATTERS for _, move in LIFECYCLE}
    found -= {(matter, move) for matter in SHORT for move in NEVER_OF_SHORT}
    return found - {(matter, Move.SIGN) for matter in MATTERS if matter != clockwork.COMPLAINT}


def deeds_open() -> list[tuple[str, Deed]]:
    return [(matter, deed) for matter in MATTERS for deed in DEEDS if matter not in NOT_OF.get(deed, ())]


TOPICS = [
    *[Topic(matter, deed) for matter, deed in deeds_open()],
    *[Topic(matter, move) for matter, move in sorted(moves_open())],
    *[Topic(clockwork.COMPLAINT, move, status) for status, move in sorted(LIFECYCLE)],
]
