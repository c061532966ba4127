"""What a colleague who takes over reads first."""

from datetime import date
from uuid import UUID

from casebackend.api.base import View


class Fact(View):
    """`seq`: the turn of the conversation that it was told in. `said`: which sentence of a recorded call; `call_id`:
    of which, where its recording is kept. What came from neither says in `source` who or what put it there; one of the
    three is always there."""

    label: str
    value: str
    message_id: UUID | None = None
    seq: int | None = None
    said: int | None = None
    call_id: UUID | None = None
    source: str | None = None


class Ending(View):
    label: str
    count: int


class Earlier(View):
    """Complaints of the same customer before this one, of the whole bank. `endings`: what those were found to be that
    are over. `unsatisfied`: how many said so when asked. For understanding only: it never lowers the service."""

    count: int
    open: int
    endings: list[Ending]
    unsatisfied: int
    last_on: date


class SuggestedClass(View):
    label: str
    name: str
    score: float | None


class SuggestedUnit(View):
    """`taken`: of the cases that were dispatched lately, how often the proposal of this rank was taken, 0..1; None
    while too few were."""

    name: str
    why: str
    taken: float | None


class Brief(View):
    """`summary`: 150 characters at most. `number`: the case that it is about. `units`: while it is to be dispatched."""

    summary: str
    number: str | None
    facts: list[Fact]
    earlier: Earlier | None
    classes: list[SuggestedClass]
    units: list[SuggestedUnit]
