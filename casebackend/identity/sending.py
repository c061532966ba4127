"""A code asked for, and a code that comes back. The worker makes it when it sends it (jobs.py)."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Conversation
from casebackend.database import one_at_a_time
from casebackend.identity import limits, queries
from casebackend.identity.limits import Asker
from casebackend.identity.model import IdentityCode
from casebackend.identity.rules import CodeState
from casebackend.notices.thresholds import Thresholds

MINUTES, MINUTES_LARGE = "identity.code_minutes", "identity.code_minutes_large"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`right`, `wrong`, `expired`, `locked`, `too_many` or `due`; `until`: when it goes on."""

    what: str
    left: int | None = None
    until: datetime | None = None


async def lasts(session: AsyncSession, asker_id: UUID, given: Thresholds) -> int:
    """Minutes that a code counts; longer for whoever reads in large type. A visit to the progress page is no talk."""
    talk = await session.get(Conversation, asker_id)
    return given.number(MINUTES_LARGE if talk is not None and talk.large else MINUTES)


async def ask(
    session: AsyncSession, asker: Asker, customer_id: UUID | None, given: Thresholds, now: datetime
) -> Outcome:
    """Whether the phone is on file (`customer_id`) changes nothing that can be seen from outside."""
    await one_at_a_time(session, f"identity:{asker.phone}")
    until = await limits.locked(session, asker, now)
    if until is not None:
        return Outcome("locked", until=until)
    until = await limits.full(session, asker, given, now)
    if until is not None:
        return Outcome("too_many", until=until)
    expires_at = now + timedelta(minutes=await lasts(session, asker.id, given))
    session.add(
        IdentityCode(
            conversation_id=asker.id,
            phone_index=asker.phone,
            customer_id=customer_id,
            state=CodeState.DUE if customer_id else CodeState.SILENT,
            asked_at=now,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return Outcome("due", until=expires_at)


async def check(session: AsyncSession, asker: Asker, digest: str, given: Thresholds, now: datetime) -> Outcome:
    """`digest` of what was answered against the newest code of this asker."""
    await one_at_a_time(session, f"identity:{asker.phone}")
    until = await limits.locked(session, asker, now)
    if until is not None:
        return Outcome("locked", until=until)
    code = await queries.newest_code(session, asker.id)
    if code is None or code.state == CodeState.SPENT or now >= code.expires_at:
        return Outcome("expired")
    if hmac.compare_digest((code.digest or "").encode(), digest.encode()):
        code.state, code.digest = CodeState.SPENT, None
        await limits.forgive(session, asker)
        return Outcome("right")
    left, until = await limits.missed(session, asker, given, now)
    if until is None:
        return Outcome("wrong", left=left)
    code.state, code.digest = CodeState.SPENT, None
    await session.flush()
    return Outcome("locked", until=until)
