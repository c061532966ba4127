"""Which wordings were put into answers, and how much of them went out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.replies import UseReply
from casebackend.assist import wording
from casebackend.assist.facts import Facts, facts_of, in_form, newest_case
from casebackend.assist.model import ReplyUse
from casebackend.assist.picking import EntryNotInForce
from casebackend.assist.uses import likest
from casebackend.calendar.rules import local_date
from casebackend.conversations.model import Message
from casebackend.curation.model import Article
from casebackend.replies import offering, own, resting, team
from casebackend.replies.errors import ReplyNotFound
from casebackend.replies.model import ReplyVersion
from casebackend.replies.rules import Reach, VersionState


async def inserted(
    session: AsyncSession, conversation_id: UUID, command: UseReply, *, by: Principal, now: datetime
) -> ReplyUse:
    """Only what this colleague may use counts."""
    await _require_offered(session, command, by, now)
    case = await offering.case_for(session, conversation_id, command.case, by)
    if by.user_id is None:
        raise ReplyNotFound
    use = ReplyUse(
        reach=command.reach,
        reply_id=command.id,
        version=command.version,
        user_id=by.user_id,
        conversation_id=conversation_id,
        case_id=case.id if case else None,
        target=command.target,
        inserted_at=now,
    )
    session.add(use)
    await session.flush()
    return use


async def _require_offered(session: AsyncSession, command: UseReply, by: Principal, now: datetime) -> None:
    """The version that was on the screen a moment ago may have been followed by another one."""
    if command.reach == Reach.GLOBAL:
        known = {(each.id, each.version) for each in await offering.scripts(session, local_date(now))}
        if (command.id, command.version) not in known:
            raise ReplyNotFound
        return
    try:
        reply_id = UUID(command.id)
    except ValueError:
        raise ReplyNotFound from None
    look = own.mine if command.reach == Reach.PERSONAL else team.visible
    reply = await look(session, reply_id, by)
    version = await session.get(ReplyVersion, (reply_id, command.version))
    if version is None or version.state != VersionState.APPROVED:
        raise ReplyNotFound
    if reply.article_id and not await resting.in_force(session, {reply.article_id}, local_date(now)):
        raise EntryNotInForce


async def mark_sent(
    session: AsyncSession, use_ids: Sequence[UUID], message: Message, text: str, *, by: Principal, now: datetime
) -> list[ReplyUse]:
    """Of what was inserted, how much went out. Ids of others, and of suggestions, are passed over."""
    if not use_ids:
        return []
    rows = (
        await session.scalars(
            select(ReplyUse).where(
                ReplyUse.id.in_(use_ids),
                ReplyUse.user_id == by.user_id,
                ReplyUse.conversation_id == message.conversation_id,
                ReplyUse.sent_at.is_(None),
            )
        )
    ).all()
    if not rows:
        return []
    case = await newest_case(session, by, message.conversation_id)
    facts = await facts_of(session, case, now=now, viewer=by)
    for use in rows:
        use.sent_at, use.sent_message_id = now, message.id
        words = await text_of(session, use)
        if words is not None:
            use.kept, use.edits = became(use.reach, words, facts, text)
    await session.flush()
    return list(rows)


def became(reach: str, words: str, facts: Facts, sent: str) -> tuple[float, str]:
    """With the remedies behind it or without, with its greeting or without: the words are the same."""
    plain = wording.filled(words.strip(), facts.values)[0]
    return likest([offering.filled(reach, words, facts)[0], plain, in_form(words, facts)], sent)


async def text_of(session: AsyncSession, use: ReplyUse) -> str | None:
    if use.reach == Reach.GLOBAL:
        article = await session.get(Article, (use.reply_id, use.version))
        return article.reply if article else None
    version = await session.get(ReplyVersion, (UUID(use.reply_id), use.version))
    return version.text if version else None
