"""The survey: what is asked next, and what a colloquial answer means. Standard library only."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

MOST_MISSES = 2
POSTPONED = timedelta(minutes=10)
# Not before the decision itself arrived; then the survey is planned anew.
UNDELIVERED = timedelta(hours=1)
UNANSWERED_AFTER = timedelta(hours=72)


class State(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    BY_PERSON = "by_person"
    DONE = "done"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"


class Step(StrEnum):
    SOLVED = "solved"
    SCORE = "score"
    WORDS = "words"
    AGAIN = "again"
    DONE = "done"


class Skipped(StrEnum):
    """The customer would rather not say."""

    SKIPPED = "skipped"


SKIPPED = Skipped.SKIPPED

_STILL_GOOD = re.compile(r"没(有)?(什么|啥|其他|任何)?(问题|毛病|意见)了?|没事了?|不错|不客气|没(有)?(得|话)说的?好")
_NOT = re.compile(r"没|未|不|无|否|别|哪有|根本|部分|一半|^no$|❌")
_GOOD = re.compile(r"解决|好了|搞定|处理好|办好|退了|退回来|到账|满意|可以|谢谢|是|嗯|对|有|行|好|ok|yes|👍|✅")
_GIVE_UP = re.compile(r"算了|不想说|不想评|不评|别问|懒得|无所谓|随便|不方便")
_SKIP = re.compile(
    r"^(没有?|没(有)?了|无|跳过|不用了?|不了|不必了?|没(有)?(什么|啥|别的|其他)?(意见|要说的?|想说的?|建议)?了?|否|no)$"
)
_NOISE = re.compile(r"[\s，,。.、！!？?~～…的呢啊吧呀哦啦嘛]+$")
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "零": 0, "十": 10, "满": 5}
_POINTS = re.compile(r"(?<![\d.点])(\d{1,3}|[一二两三四五零十满])(个|颗)?(分|星|点(?!\d))")
_BARE = re.compile(r"^(我)?(就)?(给|打|选|评|勾)?(个)?(\d{1,3}|[一二两三四五零])$")
_WORDS_OF_SCORE: list[tuple[re.Pattern[str], int]] = [
    (
        re.compile(
            r"(非常|很|特别|极其?|超级?|太|十分|一点(都|也)?)不(满意|好|行|怎么样)|极差|很差|太差|差劲|差评|垃圾|糟(糕|透)"
        ),
        1,
    ),
    (re.compile(r"不(是)?(太|怎么|够|大|很)?(满意|好|行|怎么样)|没(有)?(太|多)?满意|较差|有点差|失望"), 2),
    (re.compile(r"一般|还行|凑合|马马虎虎|中等|说得过去|就那样|差不多|还可以"), 3),
    (re.compile(r"(非常|很|特别|极其?|超级?|太|十分|相当|完全)(地)?(满意|好|棒|赞)|完美|好评|太棒|点赞"), 5),
    (re.compile(r"满意|不错|挺好|还好|可以|好"), 4),
]


def plain(text: str) -> str:
    said = unicodedata.normalize("NFKC", text[:500]).strip().lower()
    return _NOISE.sub("", said) or said


def solved_in(text: str) -> bool | Skipped | None:
    said = plain(text)
    if _STILL_GOOD.search(said):
        return True
    if _GIVE_UP.search(said) and not re.search(r"没|未|不行", said):
        return SKIPPED
    if _NOT.search(said):
        return False
    return True if _GOOD.search(said) else None


def _points(number: str) -> int | None:
    value = int(number) if number.isdigit() else _NUMERALS[number]
    return {0: 1, 10: 5, 100: 5}.get(value, value if 1 <= value <= 5 else None)


def score_in(text: str) -> int | Skipped | None:
    """1 to 5. A number without 分 or 星 counts only when it is the whole answer: "等了3天" is no score."""
    said = plain(text)
    if bare := _BARE.match(said):
        return _points(bare.group(5))
    if points := _POINTS.search(said):
        return _points(points.group(1))
    for pattern, score in _WORDS_OF_SCORE:
        if pattern.search(said):
            return score
    return SKIPPED if _GIVE_UP.search(said) or _SKIP.match(said) else None


def words_in(text: str) -> str | Skipped:
    said = plain(text)
    return SKIPPED if not said or _SKIP.match(said) or _GIVE_UP.fullmatch(said) else text.strip()


def again_in(text: str) -> bool | None:
    said = plain(text)
    if re.search(r"不|别|算了|没必要|无所谓|免了|否|^no$", said):
        return False
    return True if re.search(r"要|需要|重新|再|是|好|可以|嗯|对|行|当然|必须|ok|yes", said) else None


@dataclass(frozen=True, slots=True)
class Answers:
    solved: bool | None = None
    score: int | None = None
    again: bool | None = None


def dissatisfied(answers: Answers) -> bool:
    return answers.solved is False or (answers.score is not None and answers.score <= 2)


def step_after(step: Step, answers: Answers, *, may_reopen: bool) -> Step:
    """`may_reopen`: an internal first complaint; a regulator's case and a second complaint are never opened again."""
    match step:
        case Step.SOLVED:
            return Step.SCORE
        case Step.SCORE:
            return Step.WORDS
        case Step.WORDS:
            return Step.AGAIN if may_reopen and dissatisfied(answers) else Step.DONE
        case _:
            return Step.DONE


def satisfaction(answers: Answers) -> str:
    """The word of the case: satisfied, neutral, unsatisfied, no_answer."""
    if answers.solved is None and answers.score is None:
        return "no_answer"
    if dissatisfied(answers):
        return "unsatisfied"
    return "neutral" if answers.score == 3 else "satisfied"
