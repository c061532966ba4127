"""The customer is told of a new day: over our own channel, or by colleagues, who are asked until they prove it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.conversations import Reply
from casebackend.api.extensions import TellExtension
from casebackend.cases import filing, hearers, steering
from casebackend.cases.fields import protected
from casebackend.cases.model import Case
from casebackend.cases.service import hold
from casebackend.cases.words import ToldBy
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import CARRIED_BY_US, Author
from casebackend.extensions import rights
from casebackend.extensions.errors import BadTime, MayNotTell, NothingToTell
from casebackend.extensions.model import Extension, Material
from casebackend.extensions.rules import MaterialState, State
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import in_force
from casebackend.notifications.words import words
from casebackend.outbox.service import emit
from casebackend.staff.model import User
from casebackend.timeline.rules import Kind

BY_CHANNEL, BY_STAFF = "by_channel", "by_staff"
EXTENSION, MATERIAL = "extension", "material"
UNTOLD = "extension.untold"
CHANGED = (State.APPROVED, MaterialState.CONFIRMED)


def name_of(changed: Extension | Material) -> str:
    return MATERIAL if isinstance(changed, Material) else EXTENSION


def is_untold(changed: Extension | Material) -> bool:
    return changed.state in CHANGED and changed.notified_at is None and changed.new_due_on is not None


async def of_extension(session: AsyncSession, case: Case, extension: Extension, *, now: datetime) -> str:
    return await _say(session, case, extension, f"case_extended_{extension.level}", now=now)


async def of_restart(session: AsyncSession, case: Case, material: Material, *, now: datetime) -> str:
    return await _say(session, case, material, "case_restarted", now=now)


async def _say(
    session: AsyncSession, case: Case, changed: Extension | Material, template: str, *, now: datetime
) -> str:
    if case.channel not in CARRIED_BY_US:
        await ask_staff(session, case, changed, 1, now=now)
        return BY_STAFF
    day = changed.new_due_on
    assert day is not None
    text = words(template, number=case.number, day=f"{day.year}年{day.month}月{day.day}日")
    replies = [Reply(text=text)]
    said = await conversations.say(session, case.conversation_id, author=Author.SYSTEM, replies=replies, now=now)
    changed.notified_at, changed.told_by, changed.told_proof = now, ToldBy.CHANNEL, f"message:{said[-1].id}"
    await session.flush()
    return BY_CHANNEL


async def ask_staff(
    session: AsyncSession, case: Case, changed: Extension | Material, round_: int, *, now: datetime
) -> None:
    """Whoever has the case, and again after a while."""
    handler = await session.get(User, case.handler_id) if case.handler_id else None
    having = [handler] if handler is not None and handler.active else []
    unit_id = rights.unit_of(case)
    values = {"number": case.number, "day": changed.new_due_on.isoformat() if changed.new_due_on else ""}
    cause = f"{name_of(changed)}:{changed.id}" + (f":{round_}" if round_ > 1 else "")
    link = f"/cases/{case.number}#extensions"
    word = Word(cause, "extension.tell", "staff_tell_new_day", values, link, case_id=case.id)
    to = await hearers.seeing(session, case, having, now=now) or await hearers.leading(session, case, unit_id, now=now)
    await notify(session, word, to=to, unit_id=unit_id, now=now)
    wait: timedelta = (await in_force(session, now)).hours("extension.untold_hours")
    payload: dict[str, object] = {"what": name_of(changed), "id": str(changed.id), "round": round_ + 1}
    emit(session, UNTOLD, payload, now=now, due_at=now + wait)


async def record(
    session: AsyncSession,
    changed: Extension | Material,
    command: TellExtension,
    *,
    principal: Principal,
    now: datetime,
) -> None:
    """A colleague has told the customer, between the decision and now."""
    case = await hold(session, changed.case_id)
    await steering.require(session, case, principal)
    if not rights.may_tell(case, principal):
        raise MayNotTell
    if not is_untold(changed) or changed.decided_at is None:
        raise NothingToTell
    if not changed.decided_at.replace(second=0, microsecond=0) <= command.told_at <= now:
        raise BadTime
    proof = await protected(session, case, command.told_proof)
    changed.notified_at, changed.told_by, changed.told_proof = command.told_at, command.told_by, proof
    await session.flush()
    detail: dict[str, object] = {
        f"{name_of(changed)}_id": str(changed.id), "told_by": command.told_by, "told_at": command.told_at.isoformat()
    }  # fmt: skip
    await filing.noted(session, case, Kind.EXTENSION_TOLD, principal, now=now, opinion=proof, detail=detail)
