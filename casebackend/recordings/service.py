"""Recorded calls: kept whole, tied to the turns of their transcript, heard by whoever has the case."""

import wave
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind as Who
from casebackend.access.principal import Principal
from casebackend.access.scope import scope_of
from casebackend.api.attachments import RecordingKept, RecordingList, RecordingView, TurnOfCall
from casebackend.attachments import service as files
from casebackend.attachments.errors import AttachmentNotFound
from casebackend.attachments.model import Attachment, Playback, Recording, RecordingGrant
from casebackend.attachments.receiving import Received
from casebackend.attachments.rules import Kind, Origin
from casebackend.attachments.sealing import Broken
from casebackend.attachments.service import Content, Where
from casebackend.cases import enclosing
from casebackend.cases.model import Case
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import Channel
from casebackend.customers import service as customers
from casebackend.drafts.model import CallTranscript
from casebackend.errors import Forbidden, Unprocessable
from casebackend.organisations.queries import tree
from casebackend.recordings.rules import ONE_LISTENING, OVERSIGHT, SOURCE
from casebackend.timeline.rules import Kind as Entry

NAME = "通话录音"


class RecordingNotGranted(Forbidden):
    slug, title = "recording-not-granted", "录音未对您开放"

    def __init__(self) -> None:
        super().__init__("录音随投诉转给承办单位，只在办理这件投诉期间对该单位开放")


class RecordingDiffers(Unprocessable):
    slug, title = "recording-differs", "录音与登记的校验值不一致"

    def __init__(self) -> None:
        super().__init__("通话记录中登记的校验值与收到的录音不符，请核对后重新提交")


async def keep(
    session: AsyncSession, call_id: UUID, file: Received, *, duration_ms: int | None, by_name: str, now: datetime
) -> RecordingKept:
    """May come before its transcript. The same recording again is the one that we have."""
    transcript = await session.get(CallTranscript, call_id)
    if transcript is not None and transcript.recording_sha256 not in (None, file.sha256):
        raise RecordingDiffers
    started = transcript.started_at if transcript is not None else now
    conversation = await conversations.hold_or_open(session, channel=Channel.IVR, sender=f"call:{call_id}", now=started)
    known = await _known(session, call_id, file.sha256)
    if known is None:
        where = Where(Kind.RECORDING, Origin.CALL, conversation_id=conversation.id, by_name=by_name)
        attachment = await files.keep(session, file, where, name=f"{NAME}.{file.extension}", now=now)
        known = Recording(
            attachment_id=attachment.id,
            call_id=call_id,
            started_at=transcript.started_at if transcript is not None else None,
            duration_ms=duration_ms if duration_ms is not None else length_of(files.content_of(session, attachment)),
        )
        session.add(known)
        await session.flush()
    return RecordingKept(
        attachment_id=known.attachment_id, call_id=call_id, sha256=file.sha256, duration_ms=known.duration_ms
    )


async def _known(session: AsyncSession, call_id: UUID, sha256: str) -> Recording | None:
    query = select(Recording).join(Attachment, Attachment.id == Recording.attachment_id)
    found: Recording | None = await session.scalar(
        query.where(Recording.call_id == call_id, Attachment.sha256 == sha256).limit(1)
    )
    return found


def length_of(content: Content) -> int | None:
    """Milliseconds; only a WAV says it in its first bytes. Of others the platform that recorded them says it."""
    try:
        with content.opened().buffered() as file, wave.open(file, "rb") as sound:
            return int(sound.getnframes() * 1000 / sound.getframerate()) or None
    except (wave.Error, EOFError, ZeroDivisionError, Broken):
        return None


async def granted(
    session: AsyncSession, case: Case, principal: Principal, *, now: datetime
) -> tuple[bool, datetime | None]:
    """(may listen, until when). For ever only where the call was taken, or by whoever looks over everything."""
    if principal.kind is not Who.STAFF or principal.organisation_id is None:
        return principal.kind is Who.SERVICE, None
    scope = await scope_of(session, principal)
    if scope.everything and principal.roles & (SOURCE | OVERSIGHT):
        return True, None
    if principal.roles & SOURCE and scope.allows(case.receiving_unit_id):
        return True, None
    own = (await tree(session)).below(principal.organisation_id)
    until = await session.scalar(
        select(func.max(RecordingGrant.expires_at)).where(
            RecordingGrant.case_id == case.id, RecordingGrant.unit_id.in_(own), RecordingGrant.expires_at > now
        )
    )
    return until is not None, until


async def listed(session: AsyncSession, case: Case, principal: Principal, *, now: datetime) -> RecordingList:
    rows = await session.execute(
        select(Recording, Attachment, CallTranscript)
        .join(Attachment, Attachment.id == Recording.attachment_id)
        .outerjoin(CallTranscript, CallTranscript.call_id == Recording.call_id)
        .where(Attachment.case_id == case.id, Attachment.removed_at.is_(None))
        .order_by(Attachment.added_at, Attachment.id)
    )
    found = rows.all()
    if not found:
        return RecordingList(number=case.number, items=[])
    may, until = await granted(session, case, principal, now=now)
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return RecordingList(
        number=case.number,
        items=[
            RecordingView(
                attachment=enclosing.view(session, attachment, masks),
                call_id=recording.call_id,
                started_at=recording.started_at,
                duration_ms=recording.duration_ms,
                may_play=may,
                expires_at=until,
                turns=_turns(transcript, masks),
            )
            for recording, attachment, transcript in found
        ],
    )


async def recorded_call(session: AsyncSession, conversation_id: UUID) -> UUID | None:
    """The call that this conversation is, where its recording can be heard."""
    found: UUID | None = await session.scalar(
        select(CallTranscript.call_id)
        .join(Recording, Recording.call_id == CallTranscript.call_id)
        .join(Attachment, Attachment.id == Recording.attachment_id)
        .where(CallTranscript.conversation_id == conversation_id, Attachment.removed_at.is_(None))
        .limit(1)
    )
    return found


def _turns(transcript: CallTranscript | None, masks: dict[str, str]) -> list[TurnOfCall]:
    turns = transcript.turns["turns"] if transcript is not None else []
    return [
        TurnOfCall(
            place=place,
            speaker=turn["speaker"],
            text=customers.rendered(turn["text"], masks),
            start_ms=turn["start_ms"],
            end_ms=turn["end_ms"],
        )
        for place, turn in enumerate(turns)
    ]


async def opened(
    session: AsyncSession, case: Case, attachment_id: UUID, *, principal: Principal, now: datetime
) -> tuple[Attachment, Content]:
    """Each listening is one line of the audit, however many pieces the browser asks for."""
    attachment = await enclosing.visible(session, case, attachment_id)
    if await session.get(Recording, attachment_id) is None:
        raise AttachmentNotFound
    may, _ = await granted(session, case, principal, now=now)
    if not may:
        raise RecordingNotGranted
    content = files.openable(session, attachment)
    if await _begins(session, attachment_id, principal, now):
        await content.require_whole()
        await enclosing.read(session, case, attachment, Entry.RECORDING_PLAYED, principal, now=now)
    return attachment, content


async def _begins(session: AsyncSession, attachment_id: UUID, principal: Principal, now: datetime) -> bool:
    if principal.user_id is None:
        return True
    known = await session.get(
        Playback, (attachment_id, principal.user_id), with_for_update=True, populate_existing=True
    )
    if known is not None and now - known.started_at < ONE_LISTENING:
        return False
    if known is None:
        session.add(Playback(attachment_id=attachment_id, user_id=principal.user_id, started_at=now))
    else:
        known.started_at = now
    await session.flush()
    return True
