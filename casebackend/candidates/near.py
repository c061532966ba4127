"""What the knowledge already says about the same: the closest published entries, and whether they say the opposite."""

import re
from dataclasses import dataclass
from datetime import date

from casebackend.candidates.model import Candidate
from casebackend.curation.knowledge_index import Knowledge
from knowledge.analyzer import default_lexicon
from knowledge.articles import Article, Kind

MOST = 5
# Of the pairs of characters that tell something, so many in a hundred stand in the entry too.
ALIKE_PERCENT = 45
SAYS_WHAT_HAPPENS = frozenset((Kind.CASE, Kind.POLICY, Kind.BUSINESS, Kind.SCRIPT, Kind.TROUBLE))
REFUSES = re.compile(
    r"不予(?:退|赔|补|减|支持|受理)|不支持|(?:不|无法|不能|不得|不再|不会)(?:退还|退回|退费|退款|退|赔偿|补偿|减免)|驳回|不承担|不符合(?:退|赔|减)"
)
# What somebody wants is not what he gets.
WANTED = re.compile(r"(?:要求|希望|请求|申请|诉求|能否|想要)[^。；;，,！!\n]*")
GRANTS = re.compile(r"(?<![不未否能法])(?:退还|退回|返还|退费|退款|赔偿|补偿|减免|免收|撤销|恢复)")


@dataclass(frozen=True, slots=True)
class Near:
    article: Article
    score: float
    alike: int
    duplicate: bool
    contradicts: bool


def stance(text: str) -> str | None:
    """What the customer gets: something, nothing; None where a text says both or neither."""
    text = WANTED.sub("", text)
    refuses = REFUSES.search(text) is not None
    grants = GRANTS.search(REFUSES.sub("", text)) is not None
    return None if refuses == grants else "refuses" if refuses else "grants"


def alike(one: str, other: str) -> int:
    """How much of the shorter text stands in the other, in percent."""
    lexicon = default_lexicon()
    pairs = [{gram.text for gram in lexicon.telling_grams(text) if len(gram.text) == 2} for text in (one, other)]
    smaller = min(len(each) for each in pairs)
    return round(100 * len(pairs[0] & pairs[1]) / smaller) if smaller else 0


async def near(knowledge: Knowledge, row: Candidate, *, on: date) -> list[Near]:
    asked = f"{row.facts}\n{row.demand}"
    found = await knowledge.suggest(asked, on=on, limit=MOST)
    mine = stance(row.result)
    made = []
    for each in found:
        article = each.article
        share = alike(asked, f"{article.title}{''.join(article.questions)}{article.text}")
        theirs = stance(article.text) if article.kind in SAYS_WHAT_HAPPENS else None
        made.append(
            Near(
                article,
                each.score,
                share,
                duplicate=article.kind is Kind.CASE and share >= ALIKE_PERCENT,
                contradicts=None not in (mine, theirs) and mine != theirs,
            )
        )
    return made
