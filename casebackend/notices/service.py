"""Telling colleagues: in the console at once, by mail, SMS and OA when the hour is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.audit import service as audit
from casebackend.database import announce
from casebackend.errors import Conflict, NotFound
from casebackend.inserts import New, insert_rows
from casebackend.notices import queries
from casebackend.notices.hearing import may_hear
from casebackend.notices.model import Notice, StaffMessage
from casebackend.notices.rules import Channel, not_before
from casebackend.notices.standing_in import stand_ins
from casebackend.notices.thresholds import in_force
from casebackend.notifications import words
from casebackend.staff.model import User

log = structlog.get_logger()


class NoticeNotFound(NotFound):
    slug = "notice-not-found"

    def __init__(self) -> None:
        super().__init__("没有这条提醒，或不是发给您的")


class AlreadyAcknowledged(Conflict):
    slug, title = "already-acknowledged", "已有人确认知悉"

    def __init__(self) -> None:
        super().__init__("这条提醒已确认知悉")


@dataclass(frozen=True, slots=True)
class Word:
    """What is told, why, and where to look. `about` is asked again before mail or SMS leaves: `timer:<id>`.
    `at_once` is for what has an hour of its own and knows no quiet ones. `own` is of nobody's concern but his who is
    told: when he is gone, nobody stands in for him."""

    cause: str
    kind: str
    template: str
    values: Mapping[str, Any]
    link: str
    case_id: UUID | None = None
    about: str | None = None
    level: int = 0
    needs_ack: bool = False
    at_once: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """`unit_id`: whose complaint managers hear it where none of `to` is there."""

    word: Word
    to: Sequence[User]
    unit_id: UUID | None = None


async def notify(
    session: AsyncSession, word: Word, *, to: Sequence[User], unit_id: UUID | None = None, now: datetime
) -> bool:
    """Once for each cause; False when it had been told before. With nobody to tell, those who manage complaints."""
    return await notify_all(session, [Telling(word, to, unit_id)], now=now)


async def notify_all(session: AsyncSession, tellings: Sequence[Telling], *, now: datetime) -> bool:
    """Several words at once, in as few statements as one."""
    fresh = await unsaid(session, tellings)
    if not fresh:
        return False
    rows = await rows_of(session, fresh, now=now)
    if rows:
        await insert_rows(session, rows)
        announce(session, "console")
    return True


async def is_said(session: AsyncSession, word: Word) -> bool:
    return await session.scalar(select(Notice.id).where(Notice.cause == word.cause)) is not None


async def tell_too(session: AsyncSession, word: Word, user: User, *, now: datetime) -> bool:
    """To one who came after it was told; never twice to the same person."""
    heard = select(Notice.id).where(Notice.user_id == user.id, Notice.cause.startswith(word.cause, autoescape=True))
    if await session.scalar(heard.limit(1)) is not None:
        return False
    return await notify(session, replace(word, cause=f"{word.cause}:{user.id.hex[:12]}", own=True), to=[user], now=now)


async def unsaid(session: AsyncSession, tellings: Sequence[Telling]) -> list[Telling]:
    """Without those that had been told before."""
    causes = [each.word.cause for each in tellings]
    known = set(await session.scalars(select(Notice.cause).where(Notice.cause.in_(causes))))
    return [each for each in tellings if each.word.cause not in known]


async def rows_of(session: AsyncSession, tellings: Sequence[Telling], *, now: datetime) -> list[New]:
    """What nobody at all can hear waits for the next who comes to the unit; log, metric and `check` say so."""
    later = not_before(now, (await in_force(session, now)).quiet)
    rows: list[New] = []
    for each in tellings:
        receivers = await _receivers(session, each)
        told = [_notice(each.word, place, now, user_id=user.id) for place, user in enumerate(receivers)]
        if not told and not each.word.own:
            log.warning("notice.nobody", reason=each.word.kind)
            told = [_notice(each.word, 0, now, unit_id=each.unit_id)]
        rows += told
        at = now if each.word.at_once else later
        for notice, user in zip(told, receivers, strict=False):
            rows += _messages(session, notice, each.word, user, now=now, later=at)
    return rows


async def _receivers(session: AsyncSession, telling: Telling) -> list[User]:
    """Nobody who has to stay away from the case, not even in somebody's place."""
    about = telling.word.case_id
    found = await may_hear(session, about, list({user.id: user for user in telling.to if user.active}.values()))
    if found or telling.word.own:
        return found
    return await may_hear(session, about, await stand_ins(session, telling.unit_id))


def _notice(word: Word, place: int, now: datetime, *, user_id: UUID | None = None, unit_id: UUID | None = None) -> New:
    """The first receiver carries the bare cause: two who tell the same at once meet in its unique index."""
    row = {
        "id": uuid4(),
        "case_id": word.case_id,
        "cause": f"{word.cause}#{place}" if place else word.cause,
        "kind": word.kind,
        "template": word.template,
        "values": dict(word.values),
        "link": word.link,
        "level": word.level,
        "needs_ack": word.needs_ack,
        "user_id": user_id,
        "unit_id": unit_id,
        "at": now,
        "version": 1,
    }
    return New(Notice, row)


def _messages(
    session: AsyncSession, notice: New, word: Word, user: User, *, now: datetime, later: datetime
) -> list[New]:
    addresses = {Channel.MAIL: user.email, Channel.SMS: user.mobile, Channel.OA: user.staff_no}
    vault, made = session.info["vault"], []
    for channel in map(Channel, words.channels(word.template)):
        address, identity = addresses[channel], uuid4()
        if not address:
            continue
        row = {
            "id": identity,
            "cause": f"{notice.values['cause']}/{channel}",
            "notice_id": notice.values["id"],
            "user_id": user.id,
            "channel": channel,
            "address": vault.seal("staff_messages", "address", identity, address),
            "template": word.template,
            "values": notice.values["values"],
            "about": word.about,
            "not_before": later,
            "created_at": now,
        }
        made.append(New(StaffMessage, row))
    return made


async def acknowledge(session: AsyncSession, notice: Notice, *, by: Principal, now: datetime) -> Notice:
    """知悉. It says that somebody knows, and moves nothing: a case is never closed by it."""
    if notice.acknowledged_at is not None:
        raise AlreadyAcknowledged
    notice.acknowledged_by, notice.acknowledged_at = by.user_id, now
    notice.read_at = notice.read_at or now
    await session.flush()
    await audit.record(
        session,
        chain=f"case:{notice.case_id}" if notice.case_id else f"notice:{notice.id}",
        event="notice.acknowledged",
        actor=by.actor,
        object=f"notice:{notice.id}",
        now=now,
        detail={"kind": notice.kind, "level": notice.level},
    )
    announce(session, "console")
    return notice


async def own(session: AsyncSession, notice_id: UUID, by: Principal) -> Notice:
    notice = await queries.own(session, notice_id, by)
    if notice is None:
        raise NoticeNotFound
    return notice


async def read_all(session: AsyncSession, *, by: Principal, now: datetime) -> int:
    """What needs an acknowledgement stays open."""
    found = await queries.unread_ones(session, by)
    for notice in found:
        notice.read_at = now
    await session.flush()
    announce(session, "console")
    return len(found)
