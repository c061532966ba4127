"""The survey: what is asked next, and what a colloquial answer means. Standard library only."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Policy:
    """In force on one day. `low`: the highest score that counts as dissatisfied; `misses`: answers not understood that
    end a survey in the chat; `attempts`: calls that reach nobody until the customer counts as not reached, each on
    another day, `spacing` days apart; `undelivered`: when to look again whether the decision itself has arrived;
    `call_after`: how long a survey in the chat stays unanswered until the customer is called; nothing: never."""

    low: int
    misses: int
    postponed: timedelta
    undelivered: timedelta
    unanswered: timedelta
    attempts: int
    spacing: int
    call_after: timedelta = timedelta()

    def calls(self, waited: timedelta, *, said: bool, reachable: bool) -> bool:
        """Whether who was silent in the chat is called now. `said`: he has answered something."""
        return bool(self.call_after) and reachable and not said and waited >= self.call_after

    @property
    def first_look(self) -> timedelta:
        return min(self.unanswered, self.call_after or self.unanswered)


class State(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    BY_PERSON = "by_person"
    DONE = "done"
    NO_ANSWER = "no_answer"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"


STATE_LABELS: dict[State, str] = {
    State.PLANNED: "待回访", State.SENT: "已发出", State.BY_PERSON: "人工回访", State.DONE: "已完成",
    State.NO_ANSWER: "未答复", State.UNREACHED: "未联系上", State.CANCELLED: "已取消",
}  # fmt: skip


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
    r"^(没有?|没(有)?了|无|冇|跳过|不用了?|不了|不必了?|没(有)?(什么|啥|别的|其他)?(意见|要说的?|想说的?|建议)?了?|否|no)$"
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


# 还有，那个柜员态度也不好: said besides, and no answer to whether it helped.
_BESIDES = re.compile(r"^(?:哦|啊|嗯|对了|那)*[，,。\s]*(?:还有|另外|再?补充|对了|顺便|再说一?[下句件])")
_BESIDES_FROM, _TELLS_FROM, LONGEST_WORDS = 8, 12, 2_000


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


def only_besides(text: str) -> bool:
    """Something is added; points that are named are an answer all the same."""
    said = plain(text)
    return len(said) >= _BESIDES_FROM and bool(_BESIDES.match(said)) and not _POINTS.search(said)


def with_more(words: str | None, text: str) -> str | None:
    """`words` with what was told besides an answer, or in place of one; None where nothing was, or too much."""
    told = text.strip()
    if len(plain(text)) < _TELLS_FROM and not only_besides(text):
        return None
    together = "；".join([*([words] if words else []), told])
    return together if len(together) <= LONGEST_WORDS else None


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


def dissatisfied(answers: Answers, *, low: int) -> bool:
    return answers.solved is False or (answers.score is not None and answers.score <= low)


def step_after(step: Step, answers: Answers, *, may_reopen: bool, low: int) -> Step:
    """`may_reopen`: an internal first complaint; a regulator's case and a second complaint are never opened again."""
    match step:
        case Step.SOLVED:
            return Step.SCORE
        case Step.SCORE:
            return Step.WORDS
        case Step.WORDS:
            return Step.AGAIN if may_reopen and dissatisfied(answers, low=low) else Step.DONE
        case _:
            return Step.DONE


def satisfaction(answers: Answers, *, low: int) -> str:
    """The word of the case: satisfied, neutral, unsatisfied, no_answer."""
    if answers.solved is None and answers.score is None:
        return "no_answer"
    if dissatisfied(answers, low=low):
        return "unsatisfied"
    return "neutral" if answers.score == 3 else "satisfied"


def next_call_on(today: date, spacing: int) -> date:
    """Never on the same day again."""
    return today + timedelta(days=max(1, spacing))
