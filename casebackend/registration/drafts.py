"""暂存: a registration that was put aside and is taken up again by the colleague who began it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.registration import DraftContent, Register, SavedDraft
from casebackend.audit import service as audit
from casebackend.customers.rules import Kind, mask
from casebackend.customers.service import vault
from casebackend.matters.rules import PersonRole
from casebackend.registration.errors import AlreadySubmitted, RegistrationNotFound, WrittenElsewhere
from casebackend.registration.model import Registration
from casebackend.registration.rules import State

PLACE = ("registrations", "content_enc")
TYPED = ("registrations", "typed_enc")
LISTED = 200


async def save(session: AsyncSession, command: Register, *, by: Principal, now: datetime) -> Registration:
    saved = Registration(id=uuid4(), state=State.SAVED, user_id=by.user_id, created_at=now)
    await write(session, saved, command, now=now)
    return saved


async def write(session: AsyncSession, saved: Registration, command: Register, *, now: datetime) -> None:
    """All of it is sealed: half a complaint is as personal as a whole one."""
    saved.matter_type, saved.channel = command.matter_type, command.channel
    saved.unit_id, saved.updated_at = command.unit_id, now
    name = next((p.name for p in command.people if p.role is PersonRole.COMPLAINANT and p.name), None)
    saved.complainant = mask(Kind.NAME, name.strip()) if name and name.strip() else None
    saved.content_enc = vault(session).seal(*PLACE, saved.id, command.model_dump_json())
    session.add(saved)
    await session.flush()


async def change(session: AsyncSession, saved: Registration, command: Register, *, now: datetime) -> None:
    """Over the interface. What a browser window had typed before is not the last word any more, nor is the window."""
    saved.typed_enc, saved.window = None, None
    await write(session, saved, command, now=now)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a browser window sends of its form: `fields` as typed, the version that it read, and which window it is."""

    fields: Mapping[str, str]
    version: int
    window: str


def require_ours(saved: Registration | None, typed: Typed) -> None:
    """Two windows never overwrite each other; a window that sends twice is no other window."""
    current = saved.version if saved else 0
    if current != typed.version and (saved is None or saved.window != typed.window):
        raise WrittenElsewhere(current)


def begun(form_id: UUID, *, by: Principal, now: datetime) -> Registration:
    return Registration(id=form_id, state=State.SAVED, user_id=by.user_id, created_at=now)


async def keep(
    session: AsyncSession,
    saved: Registration,
    command: Register | None,
    typed: Typed,
    *,
    by_itself: bool,
    now: datetime,
) -> None:
    """`command` is None while something in the form cannot be read: then what was readable before stays beside it."""
    saved.typed_enc = vault(session).seal(*TYPED, saved.id, json.dumps(typed.fields, ensure_ascii=False))
    saved.window, saved.kept_by_itself = typed.window, by_itself
    if command is None and saved.content_enc is None:
        command = Register()
    if command is not None:
        await write(session, saved, command, now=now)
        return
    saved.updated_at = now
    await session.flush()


def typed_fields(session: AsyncSession, saved: Registration) -> dict[str, str]:
    """The page as its author left it; empty when it was put aside by the API."""
    if saved.typed_enc is None:
        return {}
    found: dict[str, str] = json.loads(vault(session).open(*TYPED, saved.id, saved.typed_enc))
    return found


async def own(session: AsyncSession, by: Principal) -> Sequence[Registration]:
    """What this colleague has put aside, newest first."""
    found = await session.scalars(
        select(Registration)
        .where(Registration.user_id == by.user_id, Registration.state == State.SAVED)
        .order_by(Registration.updated_at.desc(), Registration.id)
        .limit(LISTED)
    )
    return found.all()


async def mine(session: AsyncSession, by: Principal, registration_id: UUID, *, lock: bool = False) -> Registration:
    query = select(Registration).where(Registration.id == registration_id, Registration.user_id == by.user_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    saved: Registration | None = await session.scalar(query)
    if saved is None or by.user_id is None:
        raise RegistrationNotFound
    if saved.state != State.SAVED:
        raise AlreadySubmitted
    return saved


async def held(session: AsyncSession, by: Principal, registration_id: UUID) -> Registration:
    return await mine(session, by, registration_id, lock=True)


async def reset(session: AsyncSession, saved: Registration, *, by: Principal, now: datetime) -> None:
    """重置: what stood in it is gone; that it was thrown away is kept."""
    saved.state, saved.content_enc, saved.typed_enc, saved.complainant = State.RESET, None, None, None
    saved.updated_at = now
    await session.flush()
    await audit.record(
        session, chain="registrations", event="registration.reset", actor=by.actor, object=str(saved.id), now=now
    )


def row(saved: Registration) -> SavedDraft:
    return SavedDraft.model_validate(saved)


def opened(session: AsyncSession, saved: Registration) -> DraftContent:
    """Plain, for its author: it is his own unfinished form."""
    plain = vault(session).open(*PLACE, saved.id, saved.content_enc or "")
    return DraftContent(**row(saved).model_dump(), content=Register.model_validate_json(plain))
