"""What the parameters of the routes stand for: the rows of each kind, and to whom each belongs."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casebackend.assist.model import SuggestionUse
from casebackend.attachments.model import Attachment
from casebackend.candidates.model import Candidate
from casebackend.conversations.model import Conversation, DangerRule, Delivery, MediaDuty, Turn
from casebackend.curation.model import Article, ChangeRequest, Impact, Phrasing
from casebackend.demands.model import Supervision
from casebackend.dictionaries.model import DictionaryChange
from casebackend.evidence.model import Evidence
from casebackend.exports.model import Export
from casebackend.extensions.model import Extension, Material
from casebackend.families.model import CaseLink
from casebackend.gaps.model import Gap
from casebackend.notices.model import Notice
from casebackend.organisations.model import Organisation, OrganisationVersion
from casebackend.owings.model import Owed
from casebackend.people.model import ImportRun, RightsRequest
from casebackend.pickups.model import Visit
from casebackend.registration.model import Registration
from casebackend.replies.model import CannedReply
from casebackend.retention.model import LegalHold, RedactionRun, TalkHold
from casebackend.reviews.model import Review
from casebackend.shifts.model import Handover, Shift
from casebackend.staff.model import LoginSession, User
from casebackend.tasks.model import Task
from casebackend.tokens.model import ServiceToken
from casebackend.workflow.model import FlowVersion
from tests.world import World


class Of(StrEnum):
    """To whom a thing belongs. LINE: to a unit, for all above and below it.

    NOBODY: whoever may call the route may see all of them (administrators, programs)."""

    CASE = "case"
    TALK = "talk"
    PERSON = "person"
    UNIT = "unit"
    LINE = "line"
    COLLEAGUE = "colleague"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Kind:
    of: Of
    model: Any
    owner: Callable[[Any], UUID | None]
    fits: Callable[[Any], bool] = lambda _: True


def _none(_: Any) -> None:
    return None


def _case_of(row: Any) -> UUID | None:
    found: UUID | None = row.case_id
    return found


KINDS: dict[str, Kind] = {
    "attachment_id": Kind(Of.CASE, Attachment, _case_of, lambda row: row.kind != "recording"),
    "evidence_id": Kind(Of.CASE, Evidence, _case_of),
    "extension_id": Kind(Of.CASE, Extension, _case_of),
    "material_id": Kind(Of.CASE, Material, _case_of),
    "owed_id": Kind(Of.CASE, Owed, _case_of),
    "hold_id": Kind(Of.CASE, LegalHold, _case_of),
    "talk_hold_id": Kind(Of.TALK, TalkHold, lambda row: row.conversation_id),
    "link_id": Kind(Of.CASE, CaseLink, _case_of),
    "review_id": Kind(Of.CASE, Review, _case_of),
    "task_id": Kind(Of.CASE, Task, _case_of),
    "item_id": Kind(Of.CASE, Supervision, _case_of),
    "conversation_id": Kind(Of.TALK, Conversation, lambda row: row.id),
    "notice_id": Kind(Of.PERSON, Notice, lambda row: row.user_id, lambda row: row.user_id is not None),
    "export_id": Kind(Of.PERSON, Export, lambda row: row.user_id, lambda row: not row.approval),
    "registration_id": Kind(Of.PERSON, Registration, lambda row: row.user_id, lambda row: row.pool_unit_id is None),
    "session_id": Kind(Of.PERSON, LoginSession, lambda row: row.user_id),
    "article_id": Kind(Of.NOBODY, Article, _none),
    "use_id": Kind(Of.PERSON, SuggestionUse, lambda row: row.user_id),
    "own_reply_id": Kind(Of.PERSON, CannedReply, lambda row: row.user_id, lambda row: row.reach == "personal"),
    "team_reply_id": Kind(Of.LINE, CannedReply, lambda row: row.unit_id, lambda row: row.reach == "team"),
    "shift_id": Kind(Of.UNIT, Shift, lambda row: row.unit_id),
    "handover_id": Kind(Of.UNIT, Handover, lambda row: row.unit_id),
    "user_id": Kind(Of.COLLEAGUE, User, lambda row: row.organisation_id),
    "unit_id": Kind(Of.NOBODY, Organisation, _none),
    "version_id": Kind(Of.NOBODY, OrganisationVersion, _none),
    "run_id": Kind(Of.NOBODY, ImportRun, _none),
    "request_id": Kind(Of.NOBODY, RightsRequest, _none),
    "visit_id": Kind(Of.NOBODY, Visit, _none),
    "change_id": Kind(Of.NOBODY, DictionaryChange, _none),
    "token_id": Kind(Of.NOBODY, ServiceToken, _none),
    "turn_id": Kind(Of.NOBODY, Turn, _none),
    "delivery_id": Kind(Of.NOBODY, Delivery, _none),
    "media_id": Kind(Of.NOBODY, MediaDuty, _none),
    "change_request_id": Kind(Of.NOBODY, ChangeRequest, _none),
    "rule_id": Kind(Of.NOBODY, DangerRule, _none),
    "flow_id": Kind(Of.NOBODY, FlowVersion, _none),
    "impact_id": Kind(Of.NOBODY, Impact, _none),
    "candidate_id": Kind(Of.NOBODY, Candidate, _none),
    "gap_id": Kind(Of.NOBODY, Gap, _none),
    "phrasing_id": Kind(Of.NOBODY, Phrasing, _none),
    "call_id": Kind(Of.NOBODY, None, _none),
}
# Where a name means something else: the beginning of the route's name, and the parameter.
ELSEWHERE: dict[tuple[str, str], Kind] = {
    ("console_retention.", "run_id"): Kind(Of.NOBODY, RedactionRun, _none),
    ("article_files.", "attachment_id"): Kind(Of.NOBODY, Attachment, _none),
    ("console_article_files.", "attachment_id"): Kind(Of.NOBODY, Attachment, _none),
    ("recordings.", "attachment_id"): Kind(Of.CASE, Attachment, _case_of, lambda row: row.kind == "recording"),
    ("console_recordings.", "attachment_id"): Kind(Of.CASE, Attachment, _case_of, lambda row: row.kind == "recording"),
    ("evidence.file", "evidence_id"): Kind(Of.CASE, Evidence, _case_of, lambda row: row.content_type is not None),
    ("console_evidence.file", "evidence_id"): Kind(
        Of.CASE, Evidence, _case_of, lambda row: row.content_type is not None
    ),
}
UNTOLD = Kind(Of.NOBODY, None, _none)
# Rooms where colleagues look at colleagues; elsewhere a user is the business of administrators alone.
OF_COLLEAGUES = ("duty_states.", "console_shifts.")

type Things = dict[str, list[tuple[str, UUID | None]]]


def key_of(route: str, place: str) -> str:
    """Under which name the things are kept that stand in this place."""
    return next((f"{begins}{name}" for begins, name in ELSEWHERE if route.startswith(begins) and name == place), place)


def kind_of(route: str, place: str) -> Kind:
    """What nobody has put down here belongs to nobody, and `lacking` of the cells says so."""
    kinds = KINDS | {f"{begins}{name}": kind for (begins, name), kind in ELSEWHERE.items()}
    kind = kinds.get(key_of(route, place))
    if kind is None:
        return UNTOLD
    if kind.of is Of.COLLEAGUE and not route.startswith(OF_COLLEAGUES):
        return Kind(Of.NOBODY, kind.model, _none)
    return kind


async def gathered(world: World) -> Things:
    """By parameter: (id, owner) of all there are."""
    found: Things = defaultdict(list)
    kinds = KINDS | {f"{begins}{name}": kind for (begins, name), kind in ELSEWHERE.items()}
    async with world.database.reading() as session:
        for place, kind in kinds.items():
            if kind.model is not None:
                rows = await session.scalars(select(kind.model))
                found[place] = [(str(row.id), kind.owner(row)) for row in rows if kind.fits(row)]
    return found
