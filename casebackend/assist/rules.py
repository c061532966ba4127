"""What is asked of the knowledge, and how much of a suggestion was kept. Standard library only."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from casebackend.conversations.rules import Asked

CARDS = 5
SHORT = 8
FEW = 3
LOOK_BACK = 12
SUBJECT, SUBJECT_BRANCH, FEW_WORDS = "投诉", "公众信息/投诉规则", 12
TOKENS = re.compile(r"\[[^\[\]#]{1,6}#\d+\]")
ENOUGH = 1_000
TELLING = frozenset({Asked.FACTS, Asked.DEMAND})
# Confidence in words, by how many times the least score that is shown at all.
SURE, LIKELY = 2.0, 1.4
# So many characters of an entry in a row are no chance.
RUN = 16
OTHER = re.compile(r"[\W_]+")
LONGEST_REASON = 200
LONGEST_QUESTION = 200
# Of a customer's words that may become a way of asking.
SHORTEST_PHRASING, LONGEST_PHRASING = 5, 60
# Who handles complaints, or answers for how they are handled.
SEES_EARLIER = frozenset(
    {"intake", "handler", "follow_up", "team_lead", "reviewer", "department_head", "auditor", "approver"}
    | {"complaint_manager"}
)
LONGEST_SUMMARY = 150
LONGEST_STORY, LONGEST_DEMAND = 60, 30
PUNCTUATION = " \t\r\n，。！？!?,.;；：:、~～…“”\"'（）()"


# The reach of a wording that is a script of the whole bank, an entry of the knowledge.
OF_THE_BANK = "global"


class Origin(StrEnum):
    """What a card was shown for; the last two are no cards: an answer of the bot, and a script out of 常用语."""

    TURN = "turn"
    CASE = "case"
    ASKED = "asked"
    PICKED = "picked"
    BOT = "bot"
    CANNED = "canned"


def questions(customer_words: Sequence[str]) -> list[str]:
    """What to ask, the best first: the last message, with those before it while it is short ("是的"); then all that
    was said lately, for customers whose last words only answer a question of ours. Newest last."""
    cleaned = [words for raw in customer_words if (words := TOKENS.sub(" ", raw).strip())]
    asked = ""
    for words in reversed(cleaned[-FEW:]):
        asked = f"{words} {asked}".strip()
        if len(asked) >= SHORT:
            break
    found = [asked[-ENOUGH:], " ".join(cleaned)[-ENOUGH:]]
    return [question for question in dict.fromkeys(found) if question]


def stories(said: Sequence[tuple[str, str | None]]) -> list[str]:
    """Messages with the question each answered, newest last: what tells more of one story is put together."""
    told: list[str] = []
    for words, asked in said:
        if told and asked in TELLING:
            told[-1] += f" {words}"
        else:
            told.append(words)
    return told


def kept(suggested: str, sent: str) -> float:
    """Share of the suggested text that was sent, 0..1."""
    if not suggested:
        return 0.0
    same = sum(block.size for block in SequenceMatcher(None, suggested, sent, autojunk=False).get_matching_blocks())
    return round(same / len(suggested), 3)


def is_taken_from(source: str, text: str) -> bool:
    """Whether a whole sentence of the source stands in the text, or the source itself where it is shorter."""
    said, known = OTHER.sub("", text), OTHER.sub("", source)
    run = min(RUN, len(known))
    if not run or run > len(said):
        return False
    parts = {said[at : at + run] for at in range(len(said) - run + 1)}
    return any(known[at : at + run] in parts for at in range(len(known) - run + 1))


def confidence(score: float, least: float) -> str:
    """A score means nothing to a reader."""
    share = score / least if least > 0 else 0.0
    if share >= SURE:
        return "很吻合"
    return "较吻合" if share >= LIKELY else "可能相关"


def pieces(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in order, cut where a matched word stands."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return [(text, False)]
    cut = re.split(f"({'|'.join(map(re.escape, wanted))})", text, flags=re.IGNORECASE)
    return [(part, place % 2 == 1) for place, part in enumerate(cut) if part]


def phrasing(customer_text: str) -> str | None:
    """The words of a customer as a way of asking: one short sentence without tokens; None where it is none."""
    words = " ".join(TOKENS.sub(" ", customer_text).split()).strip(PUNCTUATION)
    if "[" in words or not SHORTEST_PHRASING <= len(words) <= LONGEST_PHRASING:
        return None
    return words


def summary(facts: Mapping[str, str]) -> str:
    """One paragraph of 150 characters at most; the story is what gives way."""
    story = facts.get("事情经过") or facts.get("客户来意") or ""
    parts = [
        (f"投诉{unit}：" if (unit := facts.get("被投诉机构")) else "") + _short(story, LONGEST_STORY),
        f"诉求：{_short(demand, LONGEST_DEMAND)}" if (demand := facts.get("诉求")) else "",
        f"涉及金额{amount}" if (amount := facts.get("涉及金额")) else "",
        f"已登记{number}" if (number := facts.get("投诉编号")) else "尚未登记",
        f"转人工：{reason}" if (reason := facts.get("转人工原因")) else "",
    ]
    return _short("。".join(part for part in parts if part), LONGEST_SUMMARY - 1) + "。"


def _short(text: str, limit: int) -> str:
    words = " ".join(text.split()).rstrip("。")
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def asked_of_the_desk(said: str) -> list[tuple[str, str]]:
    """What to ask for a customer's message, and the branch whose entries may answer; the second only where the first
    finds nothing."""
    found = [(question, "") for question in questions([said])[:1]]
    return found + [(SUBJECT + question, SUBJECT_BRANCH) for question, _ in found if len(question) <= FEW_WORDS]
