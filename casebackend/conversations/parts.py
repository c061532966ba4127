"""A conversation is for good, and complaints of several branches may lie in it: which of its words tell of which.
Does no I/O."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Begun:
    """With the message `seq` a matter was begun. `case`: what became of it; `given_up`: nothing, and never will."""

    seq: int
    case: UUID | None
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """`answers`: the message that it replies to. `names`: cases of this conversation whose numbers stand in it."""

    id: UUID
    seq: int
    answers: UUID | None
    names: frozenset[UUID]


def stretches(begun: Iterable[Begun]) -> list[Begun]:
    """From where on the talk is about what, in order. What was begun, given up and begun anew is one matter."""
    found: list[Begun] = []
    waiting: Begun | None = None
    for each in sorted(begun, key=lambda one: one.seq):
        if each.given_up:
            waiting = waiting or each
            continue
        found.append(Begun(waiting.seq if waiting else each.seq, each.case))
        waiting = None
    return [*found, waiting] if waiting else found


def left_out(
    said: Sequence[Said], begun: Iterable[Begun], unseen: Collection[UUID], *, live_from: int | None
) -> frozenset[int]:
    """The messages that tell of `unseen` cases: by a number in them or in what they answer, else by the matter that
    was begun last before them. From `live_from` on the reader himself talks with the customer and reads everything."""
    places, named, hidden = stretches(begun), dict[UUID, frozenset[UUID]](), set[int]()
    for each in sorted(said, key=lambda one: one.seq):
        names = each.names | (named.get(each.answers, frozenset()) if each.answers else frozenset())
        named[each.id] = names
        about = names or {_begun_before(places, each.seq)}
        if (live_from is None or each.seq < live_from) and any(case in unseen for case in about):
            hidden.add(each.seq)
    return frozenset(hidden)


def _begun_before(places: Sequence[Begun], seq: int) -> UUID | None:
    return next((place.case for place in reversed(places) if place.seq <= seq), None)
