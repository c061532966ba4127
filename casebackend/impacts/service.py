"""Which open cases and saved suggestions cite a version of the knowledge that is no longer the last word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.curation import AffectedView
from casebackend.assist.model import ReplyUse, SuggestionUse
from casebackend.cases import queries as cases
from casebackend.cases.model import Case
from casebackend.cases.rules import OPEN
from casebackend.curation import queries
from casebackend.curation.model import Article, Impact
from casebackend.curation.rules import ArticleStatus
from casebackend.impacts import leaning
from casebackend.notices.service import Telling, Word, notify_all
from casebackend.replies.rules import Reach
from casebackend.staff.model import User


@dataclass(frozen=True, slots=True)
class Cited:
    """`use_id`: of a card, of a script of the bank among the canned replies, or of an answer of the bot. `user_id`: who
    put it in or took it; none where it was the bot."""

    article_id: str
    version: int
    use_id: UUID
    user_id: UUID | None
    conversation_id: UUID
    case_id: UUID


async def on_published(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whatever cites an older version."""
    article_id, version = str(payload["article_id"]), int(payload["version"])
    await _note(session, article_id, version - 1, f"{article_id}@{version}:published", now)


async def on_took_over(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """What still cited the older version rightly after the newer one was published, up to the day when that began."""
    article_id, version = str(payload["article_id"]), int(payload["version"])
    row = await queries.version(session, article_id, version)
    if row.status == ArticleStatus.PUBLISHED:
        await _note(session, article_id, version - 1, f"{article_id}@{version}:took_over", now, fresh=True)


async def on_retired(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whatever cites the entry at all."""
    article_id, version = str(payload["article_id"]), int(payload["version"])
    await _note(session, article_id, version, f"{article_id}@{version}:retired", now)


async def affected(session: AsyncSession, row: Article) -> list[Cited]:
    """Before it is decided: what would no longer cite the last word once this version is published, or, where it is
    published, once it is withdrawn."""
    published = row.status == ArticleStatus.PUBLISHED
    found = await citing(session, row.id, row.version if published else row.version - 1)
    if row.supersedes and not published:
        last = await queries.last_published(session, row.supersedes)
        found += await citing(session, row.supersedes, last.version) if last is not None else []
    return found


async def preview(session: AsyncSession, row: Article, reader: Principal) -> AffectedView:
    ids = {each.case_id for each in await affected(session, row)}
    numbers = sorted((await numbers_of(session, reader, ids)).values())
    published = row.status == ArticleStatus.PUBLISHED
    replies = await leaning.made_from(session, row.id, row.version if published else row.version - 1)
    return AffectedView(cases=len(ids), numbers=numbers, replies=len(replies))


async def numbers_of(session: AsyncSession, reader: Principal, wanted: Collection[UUID]) -> dict[UUID, str]:
    """Only of cases that the reader may see; of the others it is said that there is one."""
    if not wanted:
        return {}
    query = await cases.scoped(session, reader, Case.id, Case.number)
    found = await session.execute(query.where(Case.id.in_(wanted)))
    return {id: number for id, number in found}


async def citing(session: AsyncSession, article_id: str, up_to: int) -> list[Cited]:
    """Of open cases: cards that were put into an answer, copied or sent, scripts among the canned replies, and what the
    bot answered."""
    if up_to < 1:
        return []
    card = (
        select(SuggestionUse.version, SuggestionUse.id, SuggestionUse.user_id, SuggestionUse.conversation_id, Case.id)
        .join(Case, _worked_on(SuggestionUse))
        .where(
            SuggestionUse.article_id == article_id,
            SuggestionUse.version <= up_to,
            or_(
                SuggestionUse.inserted_at.is_not(None),
                SuggestionUse.copied_at.is_not(None),
                SuggestionUse.sent_at.is_not(None),
                SuggestionUse.answered_at.is_not(None),
            ),
            Case.status.in_(OPEN),
        )
        .order_by(SuggestionUse.shown_at, SuggestionUse.id)
    )
    script = (
        select(ReplyUse.version, ReplyUse.id, ReplyUse.user_id, ReplyUse.conversation_id, Case.id)
        .join(Case, _worked_on(ReplyUse))
        .where(
            ReplyUse.reach == Reach.GLOBAL,
            ReplyUse.reply_id == article_id,
            ReplyUse.version <= up_to,
            Case.status.in_(OPEN),
        )
        .order_by(ReplyUse.inserted_at, ReplyUse.id)
    )
    rows = [*await session.execute(card), *await session.execute(script)]
    return [Cited(article_id, *row) for row in rows]


def _worked_on(use: type[SuggestionUse] | type[ReplyUse]) -> ColumnElement[bool]:
    """What was used before there was a case may have gone into any of its conversation."""
    of_none = and_(use.case_id.is_(None), use.conversation_id == Case.conversation_id)
    return or_(use.case_id == Case.id, of_none)


async def _note(
    session: AsyncSession, article_id: str, up_to: int, cause: str, now: datetime, *, fresh: bool = False
) -> None:
    """Each use for each case once, however often it is told; what was reviewed and is overtaken again stays reviewed,
    because it is the same sentence that was looked at. Its handler is told of each change; where it is no change of its
    own (`fresh`), only of what was not known yet."""
    found = await citing(session, article_id, up_to)
    noted = await session.execute(select(Impact.use_id, Impact.case_id).where(Impact.article_id == article_id))
    known = {(use_id, case_id) for use_id, case_id in noted}
    new = [each for each in found if (each.use_id, each.case_id) not in known]
    for each in new:
        session.add(
            Impact(
                article_id=article_id,
                version=each.version,
                case_id=each.case_id,
                conversation_id=each.conversation_id,
                use_id=each.use_id,
                noted_at=now,
                row_version=1,
            )
        )
    await session.flush()
    await _tell(session, article_id, new if fresh else found, cause, now)
    await leaning.note(session, article_id, up_to, cause, now, fresh=fresh)


async def _tell(session: AsyncSession, article_id: str, found: Sequence[Cited], cause: str, now: datetime) -> None:
    """Whoever handles the case; where nobody does yet, who used the entry in it."""
    if not found:
        return
    title = " ".join((await queries.titles(session, {article_id})).get(article_id, article_id).split())
    rows = list(await session.scalars(select(Case).where(Case.id.in_({each.case_id for each in found}))))
    users = {each.case_id: each.user_id for each in found if each.user_id}
    hands = {case.id: case.handler_id or users.get(case.id) for case in rows}
    people = await _people(session, {who for who in hands.values() if who})
    tellings = [
        Telling(
            Word(
                f"entry_changed:{cause}:{case.id.hex[:12]}",
                "article.changed",
                "staff_entry_changed",
                {"title": title, "number": case.number},
                f"/cases/{case.number}",
                case_id=case.id,
            ),
            [people[who]] if (who := hands[case.id]) in people else [],
            case.handling_unit_id or case.receiving_unit_id,
        )
        for case in sorted(rows, key=lambda each: each.number)
    ]
    await notify_all(session, tellings, now=now)


async def _people(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, User]:
    return {user.id: user for user in await session.scalars(select(User).where(User.id.in_(ids)))}
