"""A long story is read back by its beginning and its end; all of it is kept, and the check code tells whether it is
still the one that was read back."""

import hashlib
import re
from collections.abc import Sequence

from casebackend.drafts.rules import Field
from casebackend.notifications.words import words

MOST = {Field.FACTS: 600, Field.DEMAND: 200}
LONGEST = 100
SIGNS = 8
# 涉及金额：300元; the first line of what follows the last value begins otherwise.
_LABEL = r"[^：\n]{1,8}："


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


def shows(text: str, values: Sequence[str]) -> bool:
    """`text` reads back these values line by line, in this order, each whole and nothing besides."""
    lines = "".join(f"{_LABEL}{re.escape(_bare(value))}\n" for value in values)
    return re.search(rf"(?:^|：\n){lines}(?!{_LABEL}.)", f"{_bare(text)}\n") is not None


def _bare(text: str) -> str:
    return "\n".join(bare for line in text.splitlines() if (bare := "".join(line.split())))
