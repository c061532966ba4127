"""What a colleague opens, and what a curator makes of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.gaps import DecideGap, OpenGap
from casebackend.cases.queries import sees_conversation
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Message
from casebackend.curation import phrasings
from casebackend.curation import service as curation
from casebackend.errors import Unprocessable
from casebackend.gaps import service
from casebackend.gaps.model import Gap
from casebackend.gaps.rules import GapState
from knowledge.articles import Kind

TITLE = 60


class ReasonMissing(Unprocessable):
    slug, title = "gap-reason-missing", "请说明原因"

    def __init__(self) -> None:
        super().__init__("不处理的知识缺口须写明原因")


async def open_by_colleague(session: AsyncSession, command: OpenGap, *, by: Principal, now: datetime) -> Gap:
    """In the words that were typed, or in those of the customer's message, which has to be within scope."""
    message = await _message(session, command.message_id)
    conversation_id = message.conversation_id if message else command.conversation_id
    if conversation_id is not None and not await sees_conversation(session, by, conversation_id):
        raise ConversationNotFound
    question = command.question or (message.text if message else "")
    return await service.required(
        session, question, by=by, now=now, conversation_id=conversation_id, message_id=message.id if message else None
    )


async def _message(session: AsyncSession, message_id: UUID | None) -> Message | None:
    if message_id is None:
        return None
    message = await session.get(Message, message_id)
    if message is None:
        raise ConversationNotFound
    return message


async def decide(session: AsyncSession, gap: Gap, command: DecideGap, *, by: Principal, now: datetime) -> None:
    """`gap` is held."""
    state, article_id = GapState(command.decision), command.article_id
    if gap.state != GapState.OPEN:
        raise service.GapDecided
    if state is GapState.DISMISSED and not command.reason:
        raise ReasonMissing
    if state is GapState.DRAFTED:
        fields = {"title": gap.question[:TITLE], "kind": Kind.TROUBLE, "questions": [gap.question]}
        made = await curation.draft(session, fields, by=by, origin="gap", origin_id=gap.id, now=now)
        article_id = made.id
    if state is GapState.DISMISSED:
        article_id = None
    await service.decide(session, gap, state, by=by, now=now, article_id=article_id, reason=command.reason)
    if state is GapState.ANSWERED and article_id:
        await phrasings.propose(session, article_id, gap.question, use_id=None, now=now)
