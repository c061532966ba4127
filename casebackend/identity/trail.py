from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.identity.model import IdentityTalk

ACTOR = "service:customer"


async def note(session: AsyncSession, talk: IdentityTalk, event: str, now: datetime) -> None:
    """No phone, no code, and not whether the phone is on file."""
    await audit.record(
        session,
        chain=f"identity:{talk.conversation_id}",
        event=event,
        actor=ACTOR,
        object=f"conversation:{talk.conversation_id}",
        now=now,
        detail={"action": talk.action, "level": int(talk.level)},
    )
