from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import preconditions
from casebackend.access.principal import Principal
from casebackend.api.cases import CaseView, MoveCase, TellDecision
from casebackend.assist.speaking import held_back, require_external
from casebackend.calendar.rules import local, local_date
from casebackend.cases import arriving, attaching, judgement, outcome, outgoing, proposing, service, taking, views
from casebackend.cases.model import Case
from casebackend.cases.outgoing import InternalText
from casebackend.cases.placing import is_branch
from casebackend.cases.rules import Move
from casebackend.cases.words import MOVE_LABELS, STATUS_LABELS
from casebackend.clocks.rules import is_receipt
from casebackend.console import labels
from casebackend.console.choices import units_to_choose
from casebackend.console.clockface import Face, faces
from casebackend.console.fragments import require_version
from casebackend.console.panels import FormIncomplete, Panel, command_of, key_of, moment_of, name_of, named_in, panels
from casebackend.console.rendering import console, form_of, go, is_partial, page
from casebackend.console.rights import may
from casebackend.console.sections import TOP, sections_for
from casebackend.console.talks import talk_values
from casebackend.console.trail import trail
from casebackend.conversations.model import Conversation
from casebackend.database import reading, transactional
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CODED
from casebackend.disclosures.rules import LABELS as REASONS
from casebackend.errors import DomainError, Unprocessable
from casebackend.grading import queries as grading
from casebackend.matters.catalogue import catalogue
from casebackend.paging import one_of
from casebackend.supervision.queries import earliest_due

bp = console("cases")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A form that was refused, to be shown again with what was typed."""

    form: Mapping[str, str]
    cosigners: list[str]
    error: DomainError


@bp.get("/cases/<reference:str>")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    return await _shown(request, session, reference)


async def _shown(
    request: Request, session: AsyncSession, reference: str, refused: Refusal | None = None
) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await service.visible(session, me, reference)
    view = await views.view(session, case, me, now=now)
    conversation = await session.get_one(Conversation, case.conversation_id)
    clocks = faces((await views.clocks_view(session, case)).clocks, now=now)
    late = any(face.running and face.by_law and face.clock.due_at <= now for face in clocks)
    sections = sections_for(request, view.number)
    done = request.args.get("done")
    proposed = await proposing.proposals(session, case) if _offers(view, Move.DISPATCH) else []
    return page(
        request,
        "case.html",
        status=refused.error.status if refused else 200,
        **await talk_values(session, conversation, me),
        case=view,
        record=case,
        matter=catalogue().matters[case.matter_type].label,
        supervised=await earliest_due(session, case.id),
        flags=await grading.hints(session, case.id, flags=True),
        clocks=clocks,
        **await trail(session, case, handler=view.handler, taken_up_by=_taken_up_by(clocks), now=now),
        moves=await _moves(session, case, view, me, late, refused, proposed),
        proposed=proposed,
        canned=may(request, f"/console/conversations/{conversation.id}/replies"),
        chosen=refused.cosigners if refused else [],
        options=await _options(session)
        | await _papers(session, case, view)
        | await _colleagues(session, case, view, now),
        family=next((section for section in sections if section.noun == TOP), None),
        sections=[section for section in sections if section.noun != TOP],
        statuses=STATUS_LABELS,
        done=MOVE_LABELS[Move(done)] if done in set(Move) else None,
        reasons=REASONS if may(request, f"/cases/{view.number}/reveal", "POST") else None,
        today=local_date(now),
        now=now,
        entry=one_of(UUID, request, "entry"),
        at=local(now).strftime("%Y-%m-%dT%H:%M"),
        late=late,
    )


def _taken_up_by(clocks: Iterable[Face]) -> datetime | None:
    due = (face.clock.due_at for face in clocks if face.running and is_receipt(face.clock.kind))
    return min(due, default=None)


async def _moves(
    session: AsyncSession,
    case: Case,
    view: CaseView,
    me: Principal,
    late: bool,
    refused: Refusal | None,
    proposed: Sequence[proposing.Proposal],
) -> list[Panel]:
    """`late`: the time of law has run out; whoever tells it now says why, unless it was told by hand in time."""
    wanted: dict[Move, list[str]] = {}
    for each in view.allowed:
        asked = MoveCase(move=each.move)
        wanted[each.move] = [
            *outcome.wanted(case, asked, me),
            *judgement.closing(case, asked, me),
            *await judgement.wanted(session, case, asked),
        ]
    if late and wanted.get(Move.REPLY) == []:
        wanted[Move.REPLY].append("overdue_reason")
    return panels(
        view,
        wanted,
        by_branch=await is_branch(session, case.handling_unit_id),
        late=late,
        typed=refused.form if refused else {},
        refused=refused.error if refused else None,
        proposed=str(proposed[0].unit_id) if proposed else "",
    )


def _offers(view: CaseView, move: Move) -> bool:
    return any(each.move is move for each in view.allowed)


async def _colleagues(session: AsyncSession, case: Case, view: CaseView, now: datetime) -> dict[str, dict[str, str]]:
    """To whom of the unit this reader may give the case: who could be assigned it now."""
    if not _offers(view, Move.TRANSFER) or view.barred is not None:
        return {}
    people = [user for user in await taking.handlers(session, case.handling_unit_id) if user.id != case.handler_id]
    out = await taking.excluded(session, case, people, now=now) if people else {}
    return {"assignee_id": {str(user.id): user.display_name for user in people if user.id not in out}}


async def _options(session: AsyncSession) -> dict[str, dict[str, str]]:
    """What may be chosen, by field."""
    units = await units_to_choose(session)
    of_units = ("handling_unit_id", "cosigners", "unit_id", "responsible_unit_id")
    found: dict[str, dict[str, str]] = dict.fromkeys(of_units, units)
    for field, dictionary in CODED.items():
        found[field] = {term.name: term.name for term in await dictionaries.terms(session, dictionary)}
    return found | labels.CHOICES


async def _papers(session: AsyncSession, case: Case, view: CaseView) -> dict[str, dict[str, str]]:
    """The evidence from which the paper of an appraisal is chosen, where this reader may send the case to one."""
    if not _offers(view, Move.SUSPEND):
        return {}
    pieces = (await attaching.listed(session, case)).items
    return {"appraisal_id": {str(each.id): f"{each.kind_label}：{each.title}" for each in pieces}}


@bp.post("/cases/<reference:str>/moves")
async def move(request: Request, reference: str) -> HTTPResponse:
    """Refused within the form that was sent: as a line of it, or without scripts as the page with what was typed."""
    try:
        return await _made(request, reference)
    except (DomainError, ValidationError) as raised:
        error = _readable(raised)
        if isinstance(error, InternalText):
            await _held_back(request, reference, error)
        if is_partial(request):
            named = [(f"{key_of(form_of(request))}-{name}", name_of(name)) for name in named_in(error)]
            return page(request, "_refusal.html", status=error.status, error=error, named=named)
        if not isinstance(error, Unprocessable):
            raise error from raised
        return await _again(request, reference, Refusal(form_of(request), _cosigners(request), error))


@transactional
async def _made(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await service.visible(session, me, reference)
    command = MoveCase.model_validate(command_of(form, _cosigners(request), MoveCase.model_fields))
    now = request.app.ctx.now()
    said, confirmed = outgoing.told(command), "internal" in form
    await require_external(session, case.conversation_id, said, confirmed=confirmed, by=me, now=now)
    moved = await service.move_case(session, case.id, command, principal=me, now=now)
    return go(request, f"/cases/{moved.number}?done={command.move}")


@transactional
async def _held_back(request: Request, session: AsyncSession, reference: str, error: InternalText) -> HTTPResponse:
    me = request.ctx.principal
    case = await service.visible(session, me, reference)
    await held_back(session, case.conversation_id, error, by=me, now=request.app.ctx.now())
    return HTTPResponse(status=204)


@bp.post("/cases/<reference:str>/telling")
@transactional
async def tell(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    """How the customer was told what our channel could not deliver."""
    me, form = request.ctx.principal, form_of(request)
    case = await service.visible(session, me, reference)
    require_version(form.get("version"), case.version)
    given = {name: form.get(name, "") for name in ("told_by", "told_proof")}
    late = form.get("overdue_reason", "").strip() or None
    told_at = moment_of("told_at", form.get("told_at", ""))
    command = TellDecision.model_validate({**given, "told_at": told_at, "overdue_reason": late})
    match, now = preconditions.etag(case.version), request.app.ctx.now()
    await arriving.tell(session, case.id, command, match=match, principal=me, now=now)
    return go(request, f"/cases/{case.number}")


@reading
async def _again(request: Request, session: AsyncSession, reference: str, refused: Refusal) -> HTTPResponse:
    return await _shown(request, session, reference, refused)


def _cosigners(request: Request) -> list[str]:
    return [str(value) for value in request.form.getlist("cosigners", [])] if request.form else []


def _readable(error: DomainError | ValidationError) -> DomainError:
    if isinstance(error, DomainError):
        return error
    return FormIncomplete(str(each["loc"][0]) for each in error.errors() if each["loc"])
