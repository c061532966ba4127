"""Asked for, decided by a second person, made, handed out: each with a line of the audit."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access import matrix
from casebackend.access.guard import of_user, rights_of
from casebackend.access.principal import Principal
from casebackend.api.exports import AskExport
from casebackend.attachments.sealing import new_key
from casebackend.attachments.service import Content
from casebackend.attachments.store import Store
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.customers import service as customers
from casebackend.customers.personal import names_a_person
from casebackend.database import locked, one_at_a_time
from casebackend.exports import errors, gathering, queries, rules, selection, words
from casebackend.exports.model import Export
from casebackend.exports.queries import CHAIN, KEY, QUERY, TABLE
from casebackend.exports.rules import Format, Kind, Limits, State
from casebackend.exports.selection import Selection
from casebackend.outbox.service import emit
from casebackend.staff.model import User

STORE = "exports"
ASKED_AT = "exports.ask"


def store_of(session: AsyncSession) -> Store:
    held: Store = session.info[STORE]
    return held


async def ask(session: AsyncSession, command: AskExport, *, by: Principal, now: datetime) -> Export:
    """Waits for approval, or for the worker; see `making.at_once` for what is small."""
    require_may(Kind(command.kind), by)
    purpose = purpose_of(command.purpose)
    user = await _person(session, by)
    chosen = selection.read(Kind(command.kind), command.report, command.query, today=local_date(now))
    allowed = await queries.limits(session, now)
    await one_at_a_time(session, "exports.asked")
    asked, free = await queries.asked_today(session, user.id, now)
    if asked >= allowed.per_day:
        raise errors.OverQuota(allowed.per_day)
    rows = await gathering.count(session, by, chosen, as_of=now, most=allowed.most_rows)
    if rows > allowed.most_rows:
        raise errors.TooManyRows(allowed.most_rows)
    if not rows:
        raise errors.NothingToExport
    export = await _begun(session, command, chosen, user, purpose, rows, now)
    export.approval = allowed.needs_approval(rows, free_today=free)
    export.state, export.next_at = (State.WAITING, None) if export.approval else (State.QUEUED, now)
    export.expires_at = now + allowed.kept
    session.add(export)
    await session.flush()
    await note(session, "export.asked", export, by.actor, now, approval=export.approval)
    if export.approval:
        emit(session, "export.asked", {"export_id": str(export.id)}, now=now)
    return export


def require_may(kind: Kind, by: Principal) -> None:
    button = rules.BUTTONS.get(kind)
    if button is None and not by.roles & rules.LISTING:
        raise errors.NotYourExport
    if button is not None and not matrix.load().allows(by, button, method="GET", path=""):
        raise errors.NotYourExport


def purpose_of(text: str) -> str:
    purpose = " ".join(text.split())
    if not rules.PURPOSE_LEAST <= len(purpose) <= rules.PURPOSE_MOST:
        raise errors.PurposeMissing
    if names_a_person(purpose):
        raise errors.PurposePersonal
    return purpose


async def _person(session: AsyncSession, by: Principal) -> User:
    """The matrix lets nobody else ask: a program has no name to print on a file."""
    return await session.get_one(User, by.user_id)


async def _begun(
    session: AsyncSession, command: AskExport, chosen: Selection, user: User, purpose: str, rows: int, now: datetime
) -> Export:
    identity = uuid4()
    return Export(
        id=identity,
        number=await _number(session, now),
        kind=chosen.kind,
        report=chosen.report,
        title=chosen.title,
        format=command.format,
        query_enc=customers.vault(session).seal(TABLE, QUERY, identity, chosen.query),
        purpose=purpose,
        rows=rows,
        user_id=user.id,
        user_name=user.display_name,
        staff_no=user.staff_no,
        root_unit_id=user.scope_unit_id or user.organisation_id,
        seen_as=digest_of(await asker_of(session, user, now)),
        asked_at=now,
    )


async def _number(session: AsyncSession, now: datetime) -> str:
    """Whoever asks meanwhile waits (see `one_at_a_time` above)."""
    day = local_date(now)
    last = await session.scalar(select(func.max(Export.number)).where(Export.number.startswith(rules.prefix(day))))
    return rules.number_of(day, int(last[-6:]) + 1 if last else 1)


async def asker_of(session: AsyncSession, user: User, now: datetime) -> Principal:
    """As he stands before the route on which exports are asked for: with what his posts and groups leave him there."""
    principal = replace(of_user(user), rights=await rights_of(session, user, now))
    return matrix.load().acting(principal, ASKED_AT)


def digest_of(asker: Principal) -> str:
    """Equal as long as he sees the same with the same masks."""
    told = f"{sorted(asker.roles)}|{asker.organisation_id}|{asker.scope_unit_id}"
    if not matrix.load().allows(asker, ASKED_AT, method="POST", path=""):
        told += "|withheld"
    return hashlib.sha256(told.encode()).hexdigest()


async def found(
    session: AsyncSession, export_id: UUID, by: Principal, *, now: datetime, to_change: bool = False
) -> Export:
    seen = select(Export.id).where(Export.id == export_id, await queries.visible(session, by, now=now))
    if await session.scalar(seen) is None:
        raise errors.ExportNotFound
    export = await locked(session, Export, export_id) if to_change else await session.get(Export, export_id)
    if export is None:
        raise errors.ExportNotFound
    return export


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies sealed in the store."""

    stored_as: str
    key: bytes
    size: int
    sha256: str
    written: int
    matched: int


def stored(
    store: Store, identity: UUID, fill: Callable[[Callable[[bytes], object]], object], *, written: int, matched: int
) -> Stored:
    """`fill` writes the content. To be called in a thread where it is long; nobody can open it before its row says."""
    key = new_key()
    file = store.begin(identity, key)
    try:
        fill(file.write)
        file.ended()
        file.synced()
        store.place(file)
    finally:
        file.dropped()
    store.sync_folder(file.stored_as)
    return Stored(file.stored_as, key, file.size, file.sha256, written, matched)


async def ready(
    session: AsyncSession, export: Export, file: Stored, allowed: Limits, *, now: datetime, actor: str
) -> None:
    """The caller holds the row. What was withdrawn meanwhile stays so; its file is an orphan."""
    if export.state != State.QUEUED:
        return
    export.state, export.next_at, export.ready_at, export.expires_at = State.READY, None, now, now + allowed.kept
    export.stored_as, export.size, export.sha256 = file.stored_as, file.size, file.sha256
    export.matched, export.written = file.matched, file.written
    key = base64.b64encode(file.key).decode()
    export.key_enc = customers.vault(session).seal(TABLE, KEY, export.id, key)
    await session.flush()
    detail = {"written": file.written, "matched": file.matched, "sha256": file.sha256}
    await note(session, "export.made", export, actor, now, **detail)


async def handed_out(session: AsyncSession, export_id: UUID, *, by: Principal, now: datetime) -> tuple[Export, Content]:
    """Only to whoever asked, and only while his rights are those that it was made with."""
    export = await locked(session, Export, export_id)
    if export is None or by.user_id is None or export.user_id != by.user_id:
        raise errors.ExportNotFound
    if export.state == State.EXPIRED or (export.state == State.READY and export.expires_at <= now):
        raise errors.Expired(local_date(export.expires_at))
    if export.state != State.READY or export.stored_as is None or export.key_enc is None:
        raise errors.NotReady(rules.STATE_LABELS[State(export.state)])
    if export.seen_as != digest_of(await asker_of(session, await _person(session, by), now)):
        raise errors.RightsChanged
    key = base64.b64decode(customers.vault(session).open(TABLE, KEY, export.id, export.key_enc))
    export.downloads += 1
    await session.flush()
    await note(session, "export.downloaded", export, by.actor, now, sha256=export.sha256, downloads=export.downloads)
    content = Content(store_of(session), export.stored_as, key, export.id, export.size or 0, export.sha256 or "")
    return export, content


def name_of(export: Export) -> str:
    return rules.file_name(export.title, export.number, Format(export.format))


async def note(session: AsyncSession, event: str, export: Export, actor: str, now: datetime, **detail: Any) -> None:
    """With the conditions as far as they name no person, the count and the purpose."""
    about = {
        "kind": export.kind, "report": export.report, "format": export.format, "rows": export.rows,
        "purpose": export.purpose, "filter": words.for_audit(queries.pairs_of(session, export)),
    }  # fmt: skip
    await audit.record(
        session, chain=CHAIN, event=event, actor=actor, object=export.number, now=now, detail=about | detail
    )


def told(session: AsyncSession, export: Export, now: datetime) -> None:
    """Whoever asked does not sit and wait for it."""
    emit(session, "export.changed", {"export_id": str(export.id)}, now=now)


async def refused(session: AsyncSession, slug: str, *, about: str, by: Principal, now: datetime) -> None:
    """What did not leave the house is written down as well. 403 and 404 are, with every other refusal of access."""
    await audit.record(
        session, chain=CHAIN, event="export.refused", actor=by.actor, object=about, now=now, detail={"why": slug}
    )
