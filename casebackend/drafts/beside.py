"""What a message that puts something right tells besides: the answer to the open question, the name of a unit that is
not ours. Pure."""

import re
from collections.abc import Callable, Mapping

from casebackend.drafts import backwards, phrases, wishing
from casebackend.drafts.rules import MAY_BE_REFUSED, Field, FieldState
from casebackend.drafts.values import REFUSAL, TO_BE_FOUND, Understood, Value, text_value

MOST_CLAUSES = 12
_CLAUSE = re.compile(r"[^，,。；;！!？?\n]+[，,。；;！!？?\n]*")
Corrected = Mapping[Field, Value]


def keep(understood: Understood) -> None:
    """The name of a unit that is not ours stays with the story, for whoever finds it."""
    unit = understood.corrected.get(Field.UNIT)
    if unit is not None and unit.state is FieldState.UNKNOWN and unit.display.endswith(TO_BE_FOUND):
        told = text_value(f"机构改为{unit.display.removesuffix(TO_BE_FOUND)}")
        understood.values[Field.FACTS] = told


def rest(text: str, corrected: Corrected, read: Callable[[str], Corrected]) -> str:
    """What stands before and after the clauses that put right, without questions of the customer's own. `read`: what a
    part of the text puts right."""
    clauses = _CLAUSE.findall(text)
    if not 1 < len(clauses) <= MOST_CLAUSES:
        return ""
    first = max((at for at in range(len(clauses)) if read("".join(clauses[at:])) == corrected), default=0)
    ends = range(first + 1, len(clauses) + 1)
    last = next((end for end in ends if read("".join(clauses[first:end])) == corrected), len(clauses))
    left = [each for each in (*clauses[:first], *clauses[last:]) if not phrases.asks_back(each)]
    return "".join(left).strip(" \n，,。；;！!")


def answer(wanted: Field, said: str, read: Callable[[Field, str], Value | None]) -> Value | None:
    """Beside a correction a few polite words are no demand, and a no is one to what was wrong."""
    if wanted is Field.FACTS or not said:
        return None
    if wanted is Field.DEMAND and wishing.demand(said) is None and not backwards.OF_OTHERS.search(said):
        return None
    if wanted in MAY_BE_REFUSED and phrases.refuses(said):
        return REFUSAL
    return read(wanted, said)
