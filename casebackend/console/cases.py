from typing import Any

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.cases import AllowedMove, CaseView, MoveCase
from casebackend.calendar.rules import local_date
from casebackend.cases import service, views
from casebackend.cases.rules import Move
from casebackend.cases.words import FIELD_LABELS, MOVE_LABELS, STATUS_LABELS
from casebackend.clocks.rules import INTERNAL
from casebackend.console import labels
from casebackend.console.rendering import console, form_of, go, page
from casebackend.console.talks import talk_values, visible
from casebackend.database import reading, transactional
from casebackend.dictionaries import queries as dictionaries
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, CHANNEL_A
from casebackend.notifications.words import words
from casebackend.organisations.queries import all_names

bp = console("cases")
LONG = {
    "opinion",
    "findings",
    "proposal",
    "reply_facts",
    "reply_basis",
    "reply_remedies",
    "closing_info",
    "overdue_reason",
}
CLASSIFYING = {Move.ACCEPT, Move.PROPOSE}
CLASSES = {"business_channel_a": "业务办理渠道", "category_b": "业务类别", "cause_c": "投诉原因"}


@bp.get("/cases/<reference:str>")
@reading
async def show(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, now = request.ctx.principal, request.app.ctx.now()
    case = await service.visible(session, me, reference)
    view = await views.view(session, case, me, now=now)
    conversation = await visible(session, me, case.conversation_id)
    clocks = (await views.clocks_view(session, case)).clocks
    done = request.args.get("done")
    return page(
        request,
        "case.html",
        **await talk_values(session, conversation, me),
        case=view,
        clocks=[clock for clock in clocks if not clock.kind.startswith(INTERNAL)]
        + [clock for clock in clocks if clock.kind.startswith(INTERNAL)],
        timeline=(await views.timeline_view(session, case)).entries,
        moves=[panel(move, view) for move in view.allowed],
        options=await _options(session),
        statuses=STATUS_LABELS,
        done=MOVE_LABELS[Move(done)] if done in set(Move) else None,
        today=local_date(now),
        now=now,
    )


def panel(move: AllowedMove, case: CaseView) -> dict[str, Any]:
    """The form of one move: what the table asks for first, then what may come with it."""
    required = list(move.requires)
    if move.move is Move.REPLY and case.overdue:
        required.append("overdue_reason")
    if move.move is Move.APPROVE_REPLY and case.channel == "regulator" and not case.closing_info:
        required.append("closing_info")
    optional = [] if "opinion" in required else ["opinion"]
    if move.move in CLASSIFYING:
        optional = [name for name in CLASSES if name not in required] + optional
    given = {"reply_remedies": words("reply_remedies_suggested"), "reply_facts": case.findings or ""}
    return {
        "move": str(move.move),
        "label": move.label,
        "fields": [
            {
                "name": name,
                "label": FIELD_LABELS.get(name) or CLASSES.get(name, name),
                "required": name in required,
                "long": name in LONG,
                "value": given.get(name) or (getattr(case, name) if name in CLASSES else ""),
            }
            for name in required + optional
        ],
    }


async def _options(session: AsyncSession) -> dict[str, dict[str, str]]:
    """What may be chosen, by field."""
    units = {str(unit.id): unit.name for unit in await all_names(session)}
    found: dict[str, dict[str, str]] = {"handling_unit_id": units, "cosigners": {name: name for name in units.values()}}
    for field, dictionary in (("business_channel_a", CHANNEL_A), ("category_b", CATEGORY_B), ("cause_c", CAUSE_C)):
        found[field] = {term.name: term.name for term in await dictionaries.terms(session, dictionary)}
    return found | labels.CHOICES


@bp.post("/cases/<reference:str>/moves")
@transactional
async def move(request: Request, session: AsyncSession, reference: str) -> HTTPResponse:
    me, form = request.ctx.principal, form_of(request)
    case = await service.visible(session, me, reference)
    given: dict[str, Any] = {name: value for name, value in form.items() if value and name in MoveCase.model_fields}
    cosigners = request.form.getlist("cosigners", []) if request.form else []
    command = MoveCase.model_validate(given | ({"cosigners": cosigners} if cosigners else {}))
    moved = await service.move_case(session, case.id, command, principal=me, now=request.app.ctx.now())
    return go(request, f"/cases/{moved.number}?done={command.move}")
