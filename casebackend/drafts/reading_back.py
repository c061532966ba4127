"""A long story is read back by its beginning and its end; all of it is kept, and the check code tells whether it is
still the one that was read back."""

import hashlib

from casebackend.drafts.rules import Field
from casebackend.notifications.words import words

MOST = {Field.FACTS: 600, Field.DEMAND: 200}
LONGEST = 100
SIGNS = 8


def read_back(field: Field, told: str, *, kept: str | None = None) -> str:
    """`told` as it is shown; `kept`: the whole value that it stands for, where what is shown hides some of it."""
    longest = MOST.get(field, LONGEST)
    if len(told) <= longest:
        return told
    end = longest // 4
    return words(
        "read_back_long",
        begin=told[: longest - end].rstrip(),
        end=told[-end:].lstrip(),
        count=len(told),
        code=check_code(told if kept is None else kept),
    )


def check_code(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:SIGNS].upper()
