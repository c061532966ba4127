"""How a replayed conversation ends: what was reached in it, and where its last turn stands. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stored:
    """One turn of a customer that the bot answered. `seq`: its place in the conversation."""

    conversation: UUID
    seq: int
    message: UUID
    text: str
    asked: str | None

    @property
    def talk(self) -> str:
        return (self.asked or "-").partition(".")[0]


@dataclass(frozen=True, slots=True)
class Taken:
    purpose: str
    actions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.purpose} ({', '.join(self.actions)})"


# What a conversation is for. Each is the action of a turn; what the action makes of it is the backend's.
REACHED = {
    "action_hand_off": "handed over",
    "action_file": "confirmed draft",
    "action_withdraw": "withdrawal",
    "action_cancel": "draft put aside",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """`reached`: by which of REACHED the conversation came, once each; `talk`: the question that was open at its last
    turn, `last`: what that turn was taken for."""

    reached: tuple[str, ...]
    talk: str
    last: Taken

    def __str__(self) -> str:
        return f"{' + '.join(self.reached) or 'nothing reached'}; last [{self.talk}] {self.last}"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A conversation that would end differently."""

    conversation: UUID
    then: Ending
    now: Ending


type Known = tuple[Stored, Taken, Taken]


def ending(turns: Sequence[tuple[Stored, Taken]]) -> Ending:
    named = {action for _, taken in turns for action in taken.actions}
    last, taken = turns[-1]
    return Ending(tuple(word for action, word in REACHED.items() if action in named), last.talk, taken)


def otherwise(turns: Iterable[Known]) -> list[Otherwise]:
    """`turns` in order, each as it was taken then and would be now; those of which nobody knows are left out."""
    talks: dict[UUID, list[Known]] = {}
    for turn in turns:
        talks.setdefault(turn[0].conversation, []).append(turn)
    found = []
    for conversation, known in talks.items():
        then = ending([(turn, was) for turn, was, _ in known])
        now = ending([(turn, would) for turn, _, would in known])
        if (then.reached, then.last.actions) != (now.reached, now.last.actions):
            found.append(Otherwise(conversation, then, now))
    return found
