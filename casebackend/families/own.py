"""The customer's side of the family: who is not content with a closed complaint takes the offer of a second one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.own import SecondOutcome
from casebackend.cases import own, seconds
from casebackend.cases.answers import yes_or_no
from casebackend.cases.rules import OPEN, Status
from casebackend.cases.service import hold
from casebackend.cases.words import NUMBERING, TS, numbers_in
from casebackend.families.second import open_second as opened


async def open_second(
    session: AsyncSession, conversation_id: UUID, message_id: UUID, *, now: datetime
) -> SecondOutcome:
    """The newest closed complaint, unless the message names one. More than a yes is the customer's reason."""
    message = await own.message_of(session, conversation_id, message_id)
    cases, foreign = await own.meant(session, message)
    if not cases:
        return SecondOutcome(outcome="foreign" if foreign else "none", case=None, cases=[])
    offered = [case for case in cases if await seconds.offered(session, case)]
    if len(offered) > 1:
        return SecondOutcome(outcome="choose", case=None, cases=await own.briefs(session, offered))
    if not offered:
        known = [second for case in cases if (second := await seconds.second_of(session, case)) is not None]
        if known:
            return SecondOutcome(outcome="exists", case=await own.brief(session, known[0]), cases=[])
        still_open = [case for case in cases if Status(case.status) in OPEN]
        shown = await own.brief(session, (still_open or cases)[0])
        return SecondOutcome(outcome="open" if still_open else "not_possible", case=shown, cases=[])
    first = await hold(session, offered[0].id)
    bare = yes_or_no(message.text) is True or (
        bool(numbers_in(message.text, session.info.get(NUMBERING, TS))) and len(message.text) < 20
    )
    received_at = message.received_at or message.at
    second = await opened(session, first, words=None if bare else message.text, received_at=received_at, now=now)
    return SecondOutcome(outcome="opened", case=await own.brief(session, second), cases=[])
