"""The survey: what is asked next, and what the answers come to. Standard library only."""

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
