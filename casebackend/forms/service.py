"""A form of a case on paper: what may be printed, and the line that is written before anything is handed out.

Drawing takes some tenths of a second of computing, so it stands between two transactions and in neither of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.forms import PrintForm
from casebackend.audit import service as audit
from casebackend.cases import fields
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.cases.service import visible
from casebackend.cases.words import STATUS_LABELS
from casebackend.disclosures import service as disclosures
from casebackend.errors import Conflict, Unprocessable
from casebackend.forms import matter, sight
from casebackend.forms.closing import closing
from casebackend.forms.content import Content, Stamp
from casebackend.forms.drawing import Paper
from casebackend.forms.model import FormPrint
from casebackend.forms.registering import registration
from casebackend.forms.rules import FORMS, PURPOSES, VARIANTS, Form, Variant, is_over, needs_reason
from casebackend.forms.sealing import Sealer, sealer
from casebackend.organisations.queries import tree

FILL = {Form.REGISTRATION: registration, Form.CLOSING: closing}
EVENT = "form.printed"


class NotClosedYet(Conflict):
    slug, title = "not-closed-yet", "投诉尚未办结"

    def __init__(self, status: Status) -> None:
        super().__init__(f"“{STATUS_LABELS[status]}”状态没有办结表，办结后才能打印")


class ReasonMissing(Unprocessable):
    slug, title = "print-reason-missing", "请写明打印原因"

    def __init__(self) -> None:
        super().__init__("打印完整版或用途为“其他”时，请写明原因（至少4个字）", fields=["reason"])


class ChangedMeanwhile(Conflict):
    slug, title = "changed-while-printing", "打印时投诉有变化"

    def __init__(self) -> None:
        super().__init__("打印过程中这件投诉被他人更新，没有打印，请重新打印")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form of one state of a case, ready to be drawn. `kinds`: of each plain value on it."""

    case_version: int
    content: Content
    stamp: Stamp
    seal: Sealer
    kinds: tuple[str, ...]


async def _may(
    session: AsyncSession, by: Principal, reference: str, form: Form, command: PrintForm, now: datetime, per_hour: int
) -> Case:
    case = await visible(session, by, reference)
    if form is Form.CLOSING and not is_over(Status(case.status)):
        raise NotClosedYet(Status(case.status))
    if needs_reason(command.variant, command.purpose) and not (command.reason or "").strip():
        raise ReasonMissing
    if command.variant is Variant.FULL:
        await disclosures.require_may(session, case, by, now=now, per_hour=per_hour)
    return case


async def fill(
    session: AsyncSession,
    by: Principal,
    reference: str,
    form: Form,
    command: PrintForm,
    *,
    now: datetime,
    per_hour: int,
    bank: str,
) -> Filled:
    case = await _may(session, by, reference, form, command, now, per_hour)
    full = command.variant is Variant.FULL
    eyes = await sight.opened(session, case, by) if full else await sight.masked(session, case)
    content = FILL[form](await matter.read(session, case, eyes))
    unit = (await tree(session)).units.get(by.organisation_id) if by.organisation_id else None
    stamp = Stamp(
        bank=bank,
        serial=uuid4().hex[:16].upper(),
        variant=VARIANTS[command.variant],
        purpose=PURPOSES[command.purpose],
        who=f"{by.display_name}（{by.name}）{unit.short_name if unit else ''}",
        when=now,
    )
    return Filled(case.version, content, stamp, sealer(session.info["audit_key"]), tuple(eyes.kinds))


async def record(
    session: AsyncSession,
    by: Principal,
    reference: str,
    form: Form,
    command: PrintForm,
    filled: Filled,
    paper: Paper,
    *,
    now: datetime,
    per_hour: int,
) -> FormPrint:
    """Everything is asked again: what was allowed before it was drawn may not be any more."""
    case = await _may(session, by, reference, form, command, now, per_hour)
    if case.version != filled.case_version:
        raise ChangedMeanwhile
    reason = await fields.protected(session, case, command.reason.strip()) if command.reason else None
    if command.variant is Variant.FULL:
        await disclosures.note(
            session, case, filled.kinds, why=f"print:{command.purpose}", reason=reason or "", until=now, by=by, now=now
        )
    made = _printed(case, form, command, filled, paper, by=by, reason=reason, now=now)
    session.add(made)
    await session.flush()
    await audit.record(
        session, chain=f"case:{case.id}", event=EVENT, actor=by.actor, object=case.number, now=now,
        detail=audited(made),
    )  # fmt: skip
    return made


def _printed(
    case: Case,
    form: Form,
    command: PrintForm,
    filled: Filled,
    paper: Paper,
    *,
    by: Principal,
    reason: str | None,
    now: datetime,
) -> FormPrint:
    return FormPrint(
        serial=filled.stamp.serial,
        case_id=case.id,
        case_version=case.version,
        form=form,
        variant=command.variant,
        purpose=command.purpose,
        reason=reason,
        pages=len(paper.page_seals),
        seal=paper.seal,
        page_seals=list(paper.page_seals),
        printed_at=now,
        printed_by=by.user_id,
        printed_by_name=by.display_name or by.name,
    )


def audited(made: FormPrint) -> Mapping[str, object]:
    names = ("serial", "form", "variant", "purpose", "pages", "seal", "page_seals", "case_version")
    return {name: getattr(made, name) for name in names}


def name_of(number: str, form: Form, command: PrintForm) -> str:
    return f"{FORMS[form]}_{number}_{VARIANTS[command.variant]}.pdf"
