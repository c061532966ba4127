"""Canned replies of colleagues and of units that were made from an entry which has changed since."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.curation import queries
from casebackend.curation.model import Impact
from casebackend.notices.service import Telling, Word, notify_all
from casebackend.replies.model import CannedReply
from casebackend.replies.rules import Reach, State
from casebackend.staff.model import User

ALIVE = (State.PROPOSED, State.IN_USE)


async def made_from(session: AsyncSession, article_id: str, up_to: int) -> list[CannedReply]:
    rows = await session.scalars(
        select(CannedReply)
        .where(CannedReply.article_id == article_id, CannedReply.article_version <= up_to, CannedReply.state.in_(ALIVE))
        .order_by(CannedReply.created_at, CannedReply.id)
    )
    return list(rows)


async def reaches(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Reach]:
    """Of those that are still there."""
    if not ids:
        return {}
    rows = await session.execute(select(CannedReply.id, CannedReply.reach).where(CannedReply.id.in_(ids)))
    return {id: Reach(reach) for id, reach in rows}


async def note(
    session: AsyncSession, article_id: str, up_to: int, cause: str, now: datetime, *, fresh: bool = False
) -> None:
    """Each wording once for each version that it was made from; whoever wrote it is told (`fresh`: of new ones)."""
    found = await made_from(session, article_id, up_to)
    noted = await session.execute(select(Impact.reply_id, Impact.version).where(Impact.article_id == article_id))
    known = {(reply_id, version) for reply_id, version in noted}
    new = [reply for reply in found if (reply.id, reply.article_version) not in known]
    for reply in new:
        session.add(
            Impact(
                article_id=article_id,
                version=reply.article_version,
                reply_id=reply.id,
                noted_at=now,
                row_version=1,
            )
        )
    await session.flush()
    await _tell(session, article_id, new if fresh else found, cause, now)


async def _tell(
    session: AsyncSession, article_id: str, found: Collection[CannedReply], cause: str, now: datetime
) -> None:
    if not found:
        return
    title = " ".join((await queries.titles(session, {article_id})).get(article_id, article_id).split())
    wanted = {each.user_id for each in found}
    people = {user.id: user for user in await session.scalars(select(User).where(User.id.in_(wanted)))}
    tellings = [
        Telling(
            Word(
                f"entry_changed:{cause}:{reply.id.hex[:12]}",
                "article.changed",
                "staff_reply_outdated",
                {"title": title, "reply": reply.title},
                f"/replies/{'own' if reply.reach == Reach.PERSONAL else 'team'}/{reply.id}",
            ),
            [people[reply.user_id]] if reply.user_id in people else [],
            reply.unit_id,
        )
        for reply in found
    ]
    await notify_all(session, tellings, now=now)
