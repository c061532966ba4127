"""From what the engine found to the cards that a colleague sees."""

from collections.abc import Collection, Sequence
from datetime import date

from casebackend.api.assist import Card, ReadyReply
from casebackend.assist import rules
from casebackend.assist.facts import Facts, in_form, ready
from casebackend.curation.knowledge_index import Knowledge
from knowledge import sayable
from knowledge.articles import Article, Audience, Kind
from knowledge.ranking import FLOOR, Suggestion


async def best(
    knowledge: Knowledge, questions: Sequence[str], *, on: date, facts: Facts, without: Collection[str] = ()
) -> list[Card]:
    """For the first of the questions that finds something. `without`: entries that this colleague has refused here."""
    for question in questions:
        found = await knowledge.suggest(question, on=on, limit=rules.CARDS + len(without))
        left = [each for each in found if each.article.id not in without][: rules.CARDS]
        if left:
            return [card(suggestion, facts) for suggestion in left]
    return []


def card(suggestion: Suggestion, facts: Facts) -> Card:
    article = suggestion.article
    reply = _reply(article, facts)
    refused = sayable.forbidden(reply.text if reply else article.text)
    return Card(
        use_id=None,
        article_id=article.id,
        version=article.version,
        title=article.title,
        kind=article.kind,
        clause=article.clause,
        evidence=article.evidence,
        source=article.source,
        effective_from=article.effective_from,
        effective_to=article.effective_to,
        internal=article.audience is Audience.INTERNAL,
        matched=list(suggestion.matched),
        confidence=rules.confidence(suggestion.score, FLOOR),
        text=article.text,
        reply=None if refused else reply,
        blocked=f"含有不能对客户说的话（{refused.named}），不能直接插入" if refused else None,
    )


def _reply(article: Article, facts: Facts) -> ReadyReply | None:
    if not article.reply:
        return None
    text, missing = ready(article.reply, facts, script=article.kind is Kind.SCRIPT)
    return ReadyReply(text=text, in_form=in_form(article.reply, facts), missing=missing)
