"""What the board shows as an alarm, told to whoever can do something about it: once for each level or day, however late
this runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.calendar.queries import calendar_around, ends_soon
from casebackend.calendar.rules import business_minutes_between, local_date
from casebackend.cases import hearers
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.queries import sees_conversation
from casebackend.cases.rules import Status
from casebackend.clocks.limits import calendar_alarm_days
from casebackend.clocks.rules import duration_text
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Owner
from casebackend.database import locked
from casebackend.digests import jobs
from casebackend.digests.rules import days_range, level_of
from casebackend.handoffs.queries import waits_since
from casebackend.notices.model import Notice
from casebackend.notices.service import Word, notify
from casebackend.notices.thresholds import Thresholds, in_force
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import tree
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role

AT_ONCE, MOST = 50, 1_000
# So many names stand in one alarm.
MOST_NAMED = 20
WAITS = "case.waits"
FREE = (Status.ACCEPTED, Status.DISPATCHED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case without a handler, or a customer who waits for a colleague."""

    case_id: UUID | None
    conversation_id: UUID | None
    since: datetime
    level: int

    @property
    def cause(self) -> str:
        who = f"case.waits:{self.case_id}" if self.case_id else f"talk.queued:{self.conversation_id}"
        return f"{who}:{self.since:%Y%m%d%H%M%S}:{self.level}"


async def waiting(session: AsyncSession, *, now: datetime) -> Sequence[Waiting]:
    """Over the line, at a level of which nobody has heard."""
    limits = await in_force(session, now)
    found = [*await _cases(session, limits, now), *await _talks(session, limits, now)]
    told = set(await session.scalars(select(Notice.cause).where(Notice.cause.in_([each.cause for each in found]))))
    return [each for each in found if each.cause not in told][:AT_ONCE]


async def _cases(session: AsyncSession, limits: Thresholds, now: datetime) -> list[Waiting]:
    """In working hours: nobody is told on a Sunday of what came on Friday evening."""
    line, most = limits.hours("board.case_wait_hours"), limits.number("board.levels")
    late = (Case.handler_id.is_(None), Case.status.in_(FREE), Case.status_changed_at <= now - line)
    # Told for the last time: nothing more to come, however many of them wait.
    over = exists().where(
        Notice.case_id == Case.id, Notice.kind == WAITS, Notice.level >= most, Notice.at >= Case.status_changed_at
    )
    query = select(Case.id, Case.status_changed_at).where(*late, ~over).order_by(Case.status_changed_at).limit(MOST)
    rows = await session.execute(query)
    found = []
    for case_id, since in rows.all():
        waited = await _worked(session, since, now)
        if waited >= line:
            found.append(Waiting(case_id, None, since, level_of(waited, line, most)))
    return found


async def _worked(session: AsyncSession, since: datetime, now: datetime) -> timedelta:
    around = await calendar_around(session, local_date(since))
    return timedelta(minutes=business_minutes_between(around, since, now))


async def _talks(session: AsyncSession, limits: Thresholds, now: datetime) -> list[Waiting]:
    line, most = limits.minutes("board.longest_wait"), limits.number("board.levels")
    late = (Conversation.owner == Owner.QUEUED, waits_since() <= now - line)
    rows = await session.execute(select(Conversation.id, waits_since()).where(*late))
    return [Waiting(None, talk, since, level_of(now - since, line, most)) for talk, since in rows if since]


async def tell_waiting(session: AsyncSession, found: Waiting, *, now: datetime) -> None:
    """Looked at again: somebody may have taken it since."""
    if found.case_id is not None:
        await _tell_of_case(session, found, now)
    else:
        await _tell_of_talk(session, found, now)


async def _tell_of_case(session: AsyncSession, found: Waiting, now: datetime) -> None:
    """Who leads the unit; from the second level on, who leads the one above it too."""
    case = await locked(session, Case, found.case_id) if found.case_id else None
    if case is None or case.handler_id is not None or case.status_changed_at != found.since:
        return
    unit_id = case.handling_unit_id or case.receiving_unit_id or case.unit_id
    to = await hearers.leading(session, case, unit_id, now=now)
    above = (await tree(session)).above(unit_id)
    if found.level > 1 and len(above) > 1:
        to = [*to, *await hearers.leading(session, case, above[1].id, now=now)]
    unit = await session.get(Organisation, unit_id) if unit_id else None
    values = {"number": case.number, "unit": unit.name if unit else "—", "waited": _waited(found, now)}
    word = Word(
        found.cause, WAITS, "staff_case_waits", values, f"/cases/{case.number}", case_id=case.id,
        level=found.level,
    )  # fmt: skip
    await notify(session, word, to=to, unit_id=unit_id, now=now)


async def _tell_of_talk(session: AsyncSession, found: Waiting, now: datetime) -> None:
    """The team leads who may look into it; from the second level on the complaint managers too."""
    talk = await session.get(Conversation, found.conversation_id)
    if talk is None or talk.owner != Owner.QUEUED or (talk.wanted_from or talk.queued_at) != found.since:
        return
    to = await _seeing(session, Role.TEAM_LEAD, talk.id)
    if found.level > 1:
        to += await _seeing(session, Role.COMPLAINT_MANAGER, talk.id)
    values = {"waited": _waited(found, now)}
    word = Word(found.cause, "talk.queued", "staff_talk_queued", values, "/queue?tab=talks", level=found.level)
    await notify(session, word, to=to, now=now)


async def _seeing(session: AsyncSession, role: Role, talk: UUID) -> list[User]:
    everybody = await staff.with_role(session, role)
    seeing = [each for each in everybody if await sees_conversation(session, of_user(each), talk)]
    return seeing or [each for each in everybody if await is_head_office(session, each.organisation_id)]


def _waited(found: Waiting, now: datetime) -> str:
    return duration_text(int((now - found.since).total_seconds() // 60))


async def calendar(session: AsyncSession, *, now: datetime) -> date | None:
    """Until when the calendar goes, if that is too near; whoever keeps it hears once in each range of days."""
    today = local_date(now)
    soon, again = await calendar_alarm_days(session, today)
    ends = await ends_soon(session, today, soon)
    if ends is None:
        return None
    left = (ends - today).days
    range_ = days_range(left, soon, again)
    until = "没有任何数据" if ends == date.min else f"只到 {ends.isoformat()}"
    word = Word(f"calendar.ends:{ends}:{range_}", "calendar.ends", "staff_calendar_ends", {"until": until}, "/limits")
    keepers = [*await staff.with_role(session, Role.SYSTEM_ADMIN)]
    keepers += [each for each in await staff.with_role(session, Role.COMPLAINT_MANAGER) if each not in keepers]
    await notify(session, word, to=keepers, now=now)
    return ends


async def digests_missing(session: AsyncSession, *, now: datetime) -> int:
    """How many; who runs the system hears once a day, and who has no address to be told at."""
    missing = await jobs.missing(session, now=now)
    if missing.count:
        cause, template = f"digest.missing:{local_date(now)}", "staff_digests_missing"
        values: dict[str, object] = {"count": missing.count}
        if missing.unreachable:
            template = "staff_digests_unreachable"
            values |= {"nowhere": len(missing.unreachable), "names": "、".join(missing.unreachable[:MOST_NAMED])}
        word = Word(cause, "digest.missing", template, values, "/board")
        await notify(session, word, to=await staff.with_role(session, Role.SYSTEM_ADMIN), now=now)
    return missing.count
