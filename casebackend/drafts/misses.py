"""How often in a row the open question was not answered: explained after two, a person offered after three."""

from collections.abc import Collection

from casebackend.drafts.model import Draft
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Understood


def count(draft: Draft, asked: str | None, understood: Understood, changed: Collection[Field]) -> int:
    """Misses in a row on the question that was asked; other news in the message is no miss."""
    if not asked or not asked.startswith("field."):
        return 0
    misses = 0 if understood.answered or changed else int(draft.failures.get(asked, 0)) + 1
    draft.failures = {**draft.failures, asked: misses}
    return misses


def forgive(draft: Draft, asked: str | None) -> int:
    """No miss after all: who comes back after hours need not know what was asked, and news of the person is news."""
    if asked in draft.failures:
        draft.failures = {**draft.failures, asked: max(0, int(draft.failures[asked]) - 1)}
    return 0
