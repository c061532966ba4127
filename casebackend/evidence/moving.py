"""The first version kept the bytes of evidence in the database. Run by `python -m casebackend migrate`, because a
migration holds no keys; killed at any moment it goes on where it was, run again it changes nothing."""

import base64
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments.receiving import MB, Limits, Receiver
from casebackend.attachments.rules import Origin
from casebackend.attachments.service import Where, keep, sealer_of, shown_name, store_of
from casebackend.evidence.model import Evidence, EvidenceFile
from casebackend.evidence.service import digest, rest_on

AT_ONCE = 20
TABLE, COLUMN = "evidence_files", "content_enc"
ROOMY = Limits(10 * MB, 10 * MB, 1, 0, 0, 0)


async def move_files(session: AsyncSession, *, now: datetime) -> int:
    """How many were moved; a damaged one is left where it is, for `check` to name."""
    pairs = await session.execute(
        select(Evidence, EvidenceFile)
        .join(EvidenceFile, EvidenceFile.evidence_id == Evidence.id)
        .where(Evidence.attachment_id.is_(None))
        .limit(AT_ONCE)
    )
    done = 0
    for evidence, file in pairs.all():
        sealed = sealer_of(session).open(TABLE, COLUMN, evidence.id, file.content_enc)
        content = base64.b64decode(sealed)
        if digest(content) == evidence.sha256:
            await _moved(session, evidence, content, now)
            await session.delete(file)
            done += 1
    await session.flush()
    return done


async def _moved(session: AsyncSession, evidence: Evidence, content: bytes, now: datetime) -> None:
    """It was accepted by the rules of its day; those of today do not send it back."""
    received = await Receiver(store_of(session), ROOMY, trusted=evidence.content_type).whole(content, "证据")
    where = Where(origin=Origin.STAFF, case_id=evidence.case_id, by=evidence.added_by, by_name=evidence.added_by_name)
    attachment = await keep(session, received, where, name=shown_name(received), now=now)
    attachment.added_at = evidence.added_at
    rest_on(evidence, attachment)
