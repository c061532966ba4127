"""The way of a case as people see it: the stays it had, the one it has, and those that are still to come.

A node is a stay in a status; coming back (rework, another unit) is another visit, not another way.
Standard library only.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from casebackend.cases.rules import COUNTED_AS_CLOSED, LIFECYCLE, TERMINAL, Move, Status
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS

S, M = Status, Move
REGISTERED, SIGNATURE = "登记", "部门签署"
IN_HAND = frozenset({S.INVESTIGATING, S.COUNTERSIGN, S.SUSPENDED})
NOBODYS = frozenset({S.REPLIED})
ENDS = COUNTED_AS_CLOSED | TERMINAL
# The way that a case takes when nothing comes between.
WAY: dict[Status, Move] = {
    S.DRAFT: M.SUBMIT, S.PENDING_REVIEW: M.ACCEPT, S.ACCEPTED: M.DISPATCH, S.DISPATCHED: M.RECEIVE,
    S.INVESTIGATING: M.PROPOSE, S.COUNTERSIGN: M.COUNTERSIGN_DONE, S.SUSPENDED: M.RESUME,
    S.PROPOSED: M.APPROVE_OPINION, S.CLOSURE_REVIEW: M.APPROVE_REPLY, S.REPLY_PENDING: M.REPLY,
    S.REPLIED: M.PLAN_FOLLOWUP, S.FOLLOW_UP: M.CLOSE,
}  # fmt: skip
# The way of a matter to which the usual next move is closed.
INSTEAD = {S.INVESTIGATING: M.PROPOSE_REPLY}


class Phase(StrEnum):
    DONE = "done"
    NOW = "now"
    END = "end"
    PLANNED = "planned"


class Receipt(StrEnum):
    """过程管理: has the node been taken up, has it answered."""

    WAITING = "未接收"
    RECEIVED = "已接收"
    ANSWERED = "已反馈"
    RETURNED = "已退回"
    NONE = ""


class Entry(Protocol):
    """What is read of a timeline entry. `opinion` may be shown as it is; `remark` is what it is called where a
    colleague gave it without moving the case."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def move(self) -> str | None: ...
    @property
    def from_status(self) -> str | None: ...
    @property
    def to_status(self) -> str | None: ...
    @property
    def opinion(self) -> str | None: ...
    @property
    def remark(self) -> str | None: ...
    @property
    def due_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """An opinion given while the case stayed where it was: a countersignature, an extension, a demand from above."""

    at: datetime
    label: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Node:
    """`came_*` is how it arrived, `left_*` what was done about it; `opinion` is what the node itself said, `said` what
    was said meanwhile."""

    place: int
    status: Status
    label: str
    phase: Phase
    visit: int = 1
    unit: str | None = None
    handler: str | None = None
    came_at: datetime | None = None
    came_how: str = ""
    came_by: str = ""
    came_opinion: str | None = None
    left_at: datetime | None = None
    left_how: str = ""
    opinion: str | None = None
    due_at: datetime | None = None
    late: bool = False
    receipt: Receipt = Receipt.NONE
    receipt_at: datetime | None = None
    said: tuple[Said, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.label}（第{self.visit}次）" if self.visit > 1 else self.label


def progress(
    entries: Iterable[Entry],
    *,
    now: datetime,
    units: Mapping[UUID, str],
    handler: str | None = None,
    received_at: datetime | None = None,
    closed_to: Collection[str] = (),
    unsigned: bool = False,
    taken_up_by: datetime | None = None,
) -> list[Node]:
    """`taken_up_by`: the limit for taking up where the case stands now, which no step has of its own;
    `handler` has the case now; `received_at` is when the customer came; `closed_to` what its matter leaves out;
    `unsigned`: a proposal is signed by the department before it is decided on, and has not been yet."""
    walked: list[Node] = []
    visits: dict[Status, int] = {}
    for entry in entries:
        if not entry.move or not entry.to_status:
            walked[-1:] = [_heard(node, entry) for node in walked[-1:]]
            continue
        if not walked and entry.from_status == S.DRAFT:
            walked.append(Node(1, S.DRAFT, REGISTERED, Phase.DONE, came_at=received_at))
            visits[S.DRAFT] = 1
        if walked:
            walked[-1] = _left(walked[-1], entry)
        status = Status(entry.to_status)
        if entry.move == M.SIGN:
            walked[-1] = replace(walked[-1], label=SIGNATURE)
        else:
            visits[status] = visits.get(status, 0) + 1
        walked.append(_entered(entry, status, len(walked) + 1, visits[status], units))
    if walked:
        walked[-1] = _present(walked[-1], handler, now, taken_up_by)
        if unsigned and walked[-1].status is S.PROPOSED:
            walked[-1] = replace(walked[-1], label=SIGNATURE)
        walked += planned(walked[-1].status, after=len(walked), closed_to=closed_to, unsigned=unsigned)
    return walked


def _heard(node: Node, entry: Entry) -> Node:
    if not entry.remark or not entry.opinion:
        return node
    return replace(node, said=(*node.said, Said(entry.at, entry.remark, entry.actor_name, entry.opinion)))


def _entered(entry: Entry, status: Status, place: int, visit: int, units: Mapping[UUID, str]) -> Node:
    return Node(
        place,
        status,
        STATUS_LABELS[status],
        Phase.NOW,
        visit=visit,
        unit=units.get(entry.unit_id) if entry.unit_id else None,
        came_at=entry.at,
        came_how=_label(entry.move),
        came_by=entry.actor_name,
        came_opinion=entry.opinion,
        due_at=entry.due_at,
    )


def _left(node: Node, entry: Entry) -> Node:
    receipt = Receipt.ANSWERED
    if entry.move == M.RECEIVE:
        receipt = Receipt.RECEIVED
    elif entry.move in (M.SEND_BACK, M.RETURN_TO_DRAFT, M.RETURN_FOR_REWORK, M.EDIT):
        receipt = Receipt.RETURNED
    return replace(
        node,
        phase=Phase.DONE,
        handler=entry.actor_name,
        left_at=entry.at,
        left_how=_label(entry.move),
        opinion=entry.opinion,
        late=node.due_at is not None and entry.at > node.due_at,
        receipt=receipt,
        receipt_at=entry.at,
    )


def _present(node: Node, handler: str | None, now: datetime, taken_up_by: datetime | None) -> Node:
    if node.status in ENDS:
        return replace(node, phase=Phase.END, handler=node.came_by, opinion=node.came_opinion)
    if node.status in NOBODYS:
        return node
    in_hand = node.status in IN_HAND
    due_at = node.due_at or taken_up_by
    return replace(
        node,
        handler=handler if in_hand else None,
        due_at=due_at,
        late=due_at is not None and now > due_at,
        receipt=Receipt.RECEIVED if in_hand else Receipt.WAITING,
        receipt_at=node.came_at if in_hand else None,
    )


def standing(status: Status, *, unsigned: bool) -> str:
    """What the case waits for: a proposal for the signature before it waits for the decision."""
    return f"待{SIGNATURE}" if unsigned and status is S.PROPOSED else STATUS_LABELS[status]


def usual(status: Status, closed_to: Collection[str] = ()) -> Move | None:
    """The likely next move."""
    move = WAY.get(status)
    return INSTEAD.get(status) if move in closed_to else move


def planned(status: Status, *, after: int = 0, closed_to: Collection[str] = (), unsigned: bool = False) -> list[Node]:
    """What comes when nothing comes between."""
    way: list[tuple[Status, str]] = [(status, STATUS_LABELS[status])] if unsigned and status is S.PROPOSED else []
    while status not in ENDS and (move := usual(status, closed_to)) and (arrow := LIFECYCLE.get((status, move))):
        status = arrow.to
        way += [(status, SIGNATURE)] if unsigned and status is S.PROPOSED else []
        way.append((status, STATUS_LABELS[status]))
    return [Node(after + place, status, label, Phase.PLANNED) for place, (status, label) in enumerate(way, 1)]


def _label(move: str | None) -> str:
    return MOVE_LABELS[Move(move)] if move else ""
