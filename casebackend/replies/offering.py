"""What a colleague may put into an answer: his own wordings, those of his unit, the approved scripts of the bank."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.api.replies import OfferedReplies, OfferedReply
from casebackend.assist import wording
from casebackend.assist.facts import Facts, facts_of, in_form, newest_case, ready
from casebackend.calendar.rules import local_date
from casebackend.cases.model import Case
from casebackend.cases.queries import sees_conversation
from casebackend.cases.service import CaseNotFound, visible
from casebackend.conversations.errors import ConversationNotFound
from casebackend.conversations.model import Conversation
from casebackend.curation.entries import entry
from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from casebackend.replies import queries, resting, team
from casebackend.replies.model import CannedReply
from casebackend.replies.rules import MOST_OF_A_UNIT, MOST_OWN, OFFERED, REACH_LABELS, Reach, State, fits
from knowledge import articles, sayable
from knowledge.articles import Audience, Kind

ENDED = "所依据的知识条目已失效，请改写"
PLACES = {Reach.PERSONAL: 0, Reach.TEAM: 1, Reach.GLOBAL: 2}


@dataclass(frozen=True, slots=True)
class Words:
    reach: Reach
    id: str
    version: int
    title: str
    text: str
    article_id: str | None = None
    article_version: int | None = None


async def require_seen(session: AsyncSession, conversation_id: UUID, by: Principal) -> None:
    exists = await session.get(Conversation, conversation_id) is not None
    if not exists or not await sees_conversation(session, by, conversation_id):
        raise ConversationNotFound


async def case_for(session: AsyncSession, conversation_id: UUID, number: str | None, by: Principal) -> Case | None:
    """The case that is open, where there are several; else the newest that this colleague may see."""
    if not number:
        return await newest_case(session, by, conversation_id)
    case = await visible(session, by, number)
    if case.conversation_id != conversation_id:
        raise CaseNotFound
    return case


async def offered(
    session: AsyncSession, case: Case | None, *, wanted: str, by: Principal, now: datetime
) -> OfferedReplies:
    """For a filter as it is typed; empty: what this colleague uses most. Filled with the facts of the case."""
    every = [*await _own(session, by), *await _team(session, by), *await scripts(session, local_date(now))]
    fitting = [(fit, each) for each in every if (fit := fits(wanted, each.title, each.text)) < 2]
    uses = await queries.used(session, [each.id for _, each in fitting], by_user=by.user_id)
    fitting.sort(key=lambda one: (one[0], -uses.get(one[1].id, 0), PLACES[one[1].reach], one[1].title, one[1].id))
    facts = await facts_of(session, case, now=now, viewer=by)
    first = [each for _, each in fitting[:OFFERED]]
    holding = await resting.in_force(session, {each.article_id for each in first if each.article_id}, local_date(now))
    shown = [_view(each, facts, uses.get(each.id, 0), holding) for each in first]
    return OfferedReplies(replies=shown, more=len(fitting) - len(shown))


async def _own(session: AsyncSession, by: Principal) -> list[Words]:
    rows = await session.scalars(
        select(CannedReply)
        .where(CannedReply.reach == Reach.PERSONAL, CannedReply.user_id == by.user_id)
        .order_by(CannedReply.changed_at.desc())
        .limit(MOST_OWN)
    )
    return [_words(each) for each in rows]


async def _team(session: AsyncSession, by: Principal) -> list[Words]:
    rows = await session.scalars(
        select(CannedReply)
        .where(
            CannedReply.reach == Reach.TEAM,
            CannedReply.state == State.IN_USE,
            await team.offered_to(session, by),
        )
        .order_by(CannedReply.changed_at.desc())
        .limit(MOST_OF_A_UNIT)
    )
    return [_words(each) for each in rows]


def _words(reply: CannedReply) -> Words:
    return Words(
        Reach(reply.reach), str(reply.id), reply.number or 0, reply.title, reply.text, reply.article_id,
        reply.article_version,
    )  # fmt: skip


async def scripts(session: AsyncSession, on: date) -> list[Words]:
    """In force on a day and fit for customers; kept until anything is published."""
    found = await editions.kept(session, "knowledge", _scripts, key="scripts")
    return [
        Words(Reach.GLOBAL, each.id, each.version, each.title, each.reply)
        for each in found
        if each.reply and each.in_force(on)
    ]


async def _scripts(session: AsyncSession) -> list[articles.Article]:
    """With all versions of each, because the newer one ends the older one."""
    of_scripts = select(Article.id).where(Article.kind == Kind.SCRIPT)
    rows = await session.scalars(
        select(Article).where(
            Article.status == ArticleStatus.PUBLISHED, or_(Article.kind == Kind.SCRIPT, Article.id.in_(of_scripts))
        )
    )
    found = articles.close_superseded([entry(row) for row in rows])
    return [each for each in found if each.kind is Kind.SCRIPT and each.audience is Audience.EXTERNAL]


def _view(words: Words, facts: Facts, uses: int, holding: Mapping[str, int]) -> OfferedReply:
    """`holding`: of the entries that wordings were made from, the versions that count today."""
    text, missing = filled(words.reach, words.text, facts)
    refused = sayable.forbidden(text)
    blocked = f"含有不能对客户说的话（{refused.named}）" if refused else None
    counts = holding.get(words.article_id) if words.article_id else None
    if words.article_id and counts is None:
        blocked = ENDED
    passed = counts is not None and words.article_version is not None and counts > words.article_version
    return OfferedReply(
        reach=words.reach,
        reach_label=REACH_LABELS[words.reach],
        id=words.id,
        version=words.version,
        title=words.title,
        text=text,
        in_form=in_form(words.text, facts),
        missing=missing,
        blocked=blocked,
        outdated=f"所依据的知识条目已有第{counts}版，请核对后使用" if passed else None,
        uses=uses,
    )


def filled(reach: str, text: str, facts: Facts) -> tuple[str, list[str]]:
    """A script of the bank answers as its card does; a wording of colleagues is said as they wrote it."""
    if reach == Reach.GLOBAL:
        return ready(text, facts, script=True)
    return wording.filled(text.strip(), facts.values)
