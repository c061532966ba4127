"""The history of a case as its page reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.deciding import wants_signature
from casebackend.cases.model import Case
from casebackend.cases.progress import Phase, progress, standing
from casebackend.cases.rules import Move, Status
from casebackend.cases.words import MOVE_LABELS
from casebackend.console import picture
from casebackend.console.panels import TO_COLLEAGUE
from casebackend.customers import service as customers
from casebackend.customers.rules import TOKEN
from casebackend.identity.rules import LEVEL_LABELS, Level
from casebackend.matters.catalogue import catalogue
from casebackend.organisations.queries import tree
from casebackend.timeline import queries as timeline
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import LABELS, Kind

BY_CUSTOMER = frozenset(
    {Kind.URGED, Kind.WITHDRAWN, Kind.SUPPLEMENTED, Kind.SECOND_OPENED, Kind.DETAILS_READ, Kind.PICKUP_RENEWED}
    | {Kind.CONTACT_CHANGED}
)

# What a customer chose who was shown an own earlier complaint like the one being filled in.
CHOICES = {
    "new": "仍要新建", "supplement": "补充到此前的投诉", "urge": "催办此前的投诉", "unanswered": "未作选择，按新建登记",
}  # fmt: skip

# What is said of a case without moving it on.
REMARKS = frozenset(
    {
        Kind.TASK_ASKED, Kind.TASK_ANSWERED, Kind.TASK_CANCELLED, Kind.TASK_HANDED_OVER,
        Kind.EXTENSION_ASKED, Kind.EXTENSION_DECIDED, Kind.EXTENDED, Kind.MATERIAL_DECIDED, Kind.RESTARTED,
        Kind.SUPERVISED, Kind.SUPERVISION_REPLIED, Kind.SUPERVISION_RETURNED, Kind.SUPERVISION_CLOSED,
        Kind.URGED, Kind.STAFF_URGED, Kind.CONTACTED, Kind.CLASSIFIED, Kind.REGRADED, Kind.MATTER_CHANGED,
        Kind.CORRECTED, Kind.NOBODY_DECIDES, Kind.EXPECTED_ANEW,
        Kind.UNITS_CHANGED, Kind.RECUSAL_DECLARED, Kind.RECUSAL_WAIVED, Kind.VOID_REQUESTED, Kind.VOID_REFUSED,
        Kind.REVIEW_MOVED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the timeline with its opinion as staff may read it."""

    seq: int
    at: datetime
    actor_name: str
    unit_id: UUID | None
    label: str
    move: str | None
    from_status: str | None
    to_status: str | None
    opinion: str | None
    due_at: datetime | None
    remark: str | None


async def trail(
    session: AsyncSession, case: Case, *, handler: str | None, taken_up_by: datetime | None, now: datetime
) -> dict[str, Any]:
    """The history, the nodes that follow from it, and their pictures; and in words what the case waits for."""
    entries = await timeline.of_case(session, case.id)
    told = any(entry.opinion and TOKEN.search(entry.opinion) for entry in entries)
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {}) if told else {}
    events = [_event(entry, masks) for entry in entries]
    units = {unit.id: unit.short_name for unit in (await tree(session)).units.values()}
    closed_to = catalogue().matters[case.matter_type].closed_to
    unsigned = case.signed_at is None and await wants_signature(session, case)
    nodes = progress(
        events,
        now=now,
        units=units,
        handler=handler,
        received_at=case.received_at,
        closed_to=closed_to,
        unsigned=unsigned,
        taken_up_by=taken_up_by,
    )
    return {
        "standing": standing(Status(case.status), unsigned=unsigned),
        "timeline": events,
        "nodes": nodes,
        "present": next((node for node in nodes if node.phase in (Phase.NOW, Phase.END)), None),
        "wide": picture.wide(nodes),
        "tall": picture.tall(nodes),
    }


def _event(entry: TimelineEntry, masks: dict[str, str]) -> Event:
    return Event(
        entry.seq,
        entry.at,
        entry.actor_name,
        entry.unit_id,
        _label(entry),
        entry.move,
        entry.from_status,
        entry.to_status,
        customers.rendered(entry.opinion, masks) if entry.opinion else None,
        entry.due_at,
        _label(entry) if entry.kind in REMARKS else None,
    )


def _label(entry: TimelineEntry) -> str:
    known = entry.move in set(Move) and entry.kind == Kind.MOVED
    label = MOVE_LABELS[Move(str(entry.move))] if known else LABELS[Kind(entry.kind)]
    if entry.move == Move.TRANSFER and "assignee_id" in entry.detail:
        label = TO_COLLEAGUE
    if entry.kind == Kind.LIKENESS_DECIDED and entry.detail.get("choice") in CHOICES:
        label = f"{label}：{CHOICES[entry.detail['choice']]}"
    level = entry.detail.get("level") if entry.kind in BY_CUSTOMER else None
    return label if level is None else f"{label}（{LEVEL_LABELS[Level(level)]}）"
