"""How often in a row the open question was not answered: explained after two, a person offered after three."""

from collections.abc import Collection

from casebackend.drafts.corrections import AT_READ_BACK
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Meant, Understood

READ_BACK = "confirm"


def count(
    draft: Draft, asked: str | None, understood: Understood, changed: Collection[Field], meant: Meant | None
) -> int:
    """Misses in a row on the question that was asked; other news in the message is no miss, and a yes or a no to the
    read-back neither."""
    question = _question(asked)
    if question is None:
        return 0
    answered = understood.answered or bool(changed) or (question == READ_BACK and meant is Meant.ANSWER)
    misses = 0 if answered else int(draft.failures.get(question, 0)) + 1
    draft.failures = {**draft.failures, question: misses}
    return misses


def _question(asked: str | None) -> str | None:
    """What to change is asked of the read-back, and counts with it."""
    if asked in AT_READ_BACK:
        return READ_BACK
    return asked if asked and asked.startswith("field.") else None


def forgive(draft: Draft, asked: str | None) -> int:
    """No miss after all: who comes back after hours need not know what was asked, and news of the person is news."""
    question = _question(asked)
    if question in draft.failures:
        draft.failures = {**draft.failures, question: max(0, int(draft.failures[question]) - 1)}
    return 0
