"""From a tokenised message to the fields of a complaint: an answer, a correction, or a story. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from casebackend.customers.spelling import simplified
from casebackend.drafts import backwards, beside, leaving_out, phrases, righting, untold, wishing
from casebackend.drafts.amounts import amount
from casebackend.drafts.consent import objection
from casebackend.drafts.corrections import AT_READ_BACK, EVERYTHING, Corrections, field_of
from casebackend.drafts.facts import ANY_TOKEN, Facts
from casebackend.drafts.places import Places
from casebackend.drafts.rules import MAY_BE_REFUSED, MAY_BE_UNKNOWN, Field, FieldState
from casebackend.drafts.standing import capacity_of
from casebackend.drafts.values import (
    IGNORANCE,
    REFUSAL,
    TO_BE_FOUND,
    Meant,
    Understood,
    Value,
    text_value,
    unknown_unit,
)
from casebackend.organisations.rules import OrganisationName

LONGEST_CORRECTION = 120
SHORTEST_MORE = 8
SHORT_NAME = 8


class Reader:
    """Reads messages of one bank: `names` are its units."""

    def __init__(self, names: Sequence[OrganisationName], now: datetime) -> None:
        self.places = Places(names)
        self.facts = Facts(self.places, now)
        self.corrections = Corrections(self.facts)

    def read(
        self, text: str, asked: str | None, held: Collection[Field] = EVERYTHING, *, meant: Meant | None = None
    ) -> Understood:
        """`held`: fields that have a value. Before the story is told nothing can be a correction of it. Taken for a
        step back it is one, unless it tells something."""
        if meant is Meant.STEP_BACK and not self._tells(simplified(text), asked, held):
            return Understood(answered=True, back=True)
        understood = self._read(simplified(text), asked, held)
        wanted = field_of(asked)
        if meant is Meant.REFUSE and wanted is not None and not understood.answered and not understood.values:
            self._kept_back(wanted, simplified(text), understood)
        if meant is Meant.REFUSE and asked in AT_READ_BACK and not understood.corrected:
            understood.values.pop(Field.FACTS, None)
            understood.answered = understood.wrong is not None or bool(understood.values)
        for values in (understood.values, understood.corrected):
            for name in (Field.FACTS, Field.DEMAND):
                if name in values:
                    values[name] = as_written(values[name], text)
        return understood

    def _read(self, text: str, asked: str | None, held: Collection[Field]) -> Understood:
        text = objection(text) if asked in AT_READ_BACK else text
        if phrases.goes_back(text):
            return Understood(answered=True, back=True)
        understood = Understood(about_money=self._about_money(text))
        if Field.FACTS in held and len(text) <= LONGEST_CORRECTION and self._changes(text, asked, held, understood):
            understood.answered = True
            return understood
        wanted = field_of(asked)
        if wanted is None:
            self._free(text, understood)
            if asked in AT_READ_BACK and not _belongs_to_story(text):
                understood.values.pop(Field.FACTS, None)
            understood.answered = bool(understood.values or understood.units)
        else:
            self._answer(wanted, text, understood)
        return understood

    def _kept_back(self, wanted: Field, text: str, understood: Understood) -> None:
        """手头没证件: no word of refusing in it."""
        if (value := leaving_out.left_out_as(wanted)) is not None and leaving_out.refused(wanted, text):
            understood.values[wanted], understood.answered = value, True

    def _tells(self, text: str, asked: str | None, held: Collection[Field]) -> bool:
        bare = backwards.without_the_moment(text)
        return backwards.tells(bare, self._read(bare, asked, held))

    def _changes(self, text: str, asked: str | None, held: Collection[Field], understood: Understood) -> bool:
        """What was held is put right, taken back, or added to."""
        if Field.DEMAND in held and righting.takes_out_of_demand(text):
            understood.wrong = Field.DEMAND
            return True
        added = righting.added(text) if asked in AT_READ_BACK or field_of(asked) not in {None, Field.FACTS} else None
        understood.corrected = self.corrections.read(added or text, asked if not added else "correction", held)
        if understood.corrected.get(Field.AMOUNT) == IGNORANCE:
            understood.about_money = not phrases.denies_money(text)
        if understood.corrected:
            self._beside(text, asked, held, understood)
            return True
        if Field.UNIT in held and (units := self.corrections.units_of_one_name(text)):
            understood.units, understood.wrong = units, Field.UNIT
            return True
        wrong = righting.wrong(text, asked) or (righting.of_form(text) if asked in AT_READ_BACK else None)
        if wrong in held and f"field.{wrong}" != asked:
            understood.wrong = wrong
        elif added:
            understood.values[Field.FACTS] = text_value(added)
        return bool(understood.wrong or added)

    def answer_beside(self, wanted: Field, rest: str) -> Value | None:
        """What answers the open question beside what puts right."""
        return beside.answer(wanted, rest, self._said)

    def _beside(self, text: str, asked: str | None, held: Collection[Field], understood: Understood) -> None:
        wanted = field_of(asked)
        if wanted is not None and wanted not in understood.corrected:
            rest = beside.rest(text, understood.corrected, lambda part: self.corrections.read(part, asked, held))
            if (answer := beside.answer(wanted, rest, self._said)) is not None:
                understood.values[wanted] = answer
        beside.keep(understood)

    def _about_money(self, text: str) -> bool | None:
        if phrases.about_money(text) or amount(ANY_TOKEN.sub("，", text)) is not None:
            return True
        return False if phrases.denies_money(text) else None

    def _free(self, text: str, understood: Understood) -> None:
        for wanted in Field:
            value = self.facts.value(wanted, text)
            if value is not None:
                understood.values[wanted] = value
        understood.units = self.places.candidates(text)
        if not understood.units and Field.UNIT not in understood.values and (named := self.places.words(text)):
            understood.values[Field.UNIT] = unknown_unit(named)
        if Field.ID_NUMBER not in understood.values and phrases.keeps_paper(text):
            understood.values[Field.ID_NUMBER] = REFUSAL

    def _answer(self, wanted: Field, text: str, understood: Understood) -> None:
        """The answer itself, and whatever else was said along with it."""
        self._free(text, understood)
        if wanted is not Field.FACTS and not tells_more(text):
            understood.values.pop(Field.FACTS, None)
        other = phrases.unknown_of(text) if wanted in MAY_BE_UNKNOWN else None
        if other not in {None, wanted}:
            understood.values.setdefault(other, IGNORANCE)
            return
        answer = self._direct(wanted, text, understood)
        if answer is not None:
            understood.values[wanted] = answer
            understood.answered = True
            if wanted is not Field.FACTS:
                understood.values.pop(Field.FACTS, None)
        elif wanted is Field.DEMAND and len(text) <= SHORT_NAME and self._names_unit(text):
            understood.values |= {Field.UNIT: unit} if (unit := self.facts.value(Field.UNIT, text, asked=True)) else {}
        elif wanted is Field.UNIT and len(units := self.places.units(text, asked=True)) > 1:
            understood.units = units
            understood.answered = True
        if wanted is Field.UNIT and answer is not None and answer.state is FieldState.UNKNOWN and answer != IGNORANCE:
            understood.values[Field.FACTS] = text_value(f"在{answer.display.removesuffix(TO_BE_FOUND)}")

    def _direct(self, wanted: Field, text: str, understood: Understood) -> Value | None:
        if wanted not in {Field.FACTS, Field.DEMAND}:
            text = righting.CHANGED_TO.sub("", text)
        if wanted is Field.ID_NUMBER and phrases.declines(text):
            return REFUSAL
        if phrases.is_command(text) and wanted is not Field.AMOUNT:
            return None
        if wanted is Field.AMOUNT and (phrases.denies_money(text) or phrases.declines(text)):
            return IGNORANCE
        value = self._said(wanted, text)
        if value is not None:
            return value
        if wanted in MAY_BE_REFUSED and (phrases.refuses(text) or phrases.knows_not(text)):
            return REFUSAL
        if wanted in MAY_BE_UNKNOWN and (phrases.knows_not(text) or phrases.refuses(text)):
            return IGNORANCE
        return None

    def _said(self, wanted: Field, text: str) -> Value | None:
        if wanted is Field.FACTS:
            return text_value(text) if self.facts.has_facts(text) else None
        if wanted is Field.DEMAND:
            wish = text if self._is_demand(text) else phrases.known_part(text)
            return text_value(wish) if wish and self._is_demand(wish) else None
        if wanted is Field.UNIT and not self.places.units(text, asked=True) and (place := phrases.place(text)):
            return unknown_unit(place)
        return self.facts.value(wanted, text, asked=True)

    def _names_unit(self, bare: str) -> bool:
        return not wishing.WISH.search(bare) and len(self.places.units(bare, asked=True)) > 0

    def _is_demand(self, text: str) -> bool:
        bare = ANY_TOKEN.sub("", text).strip(" ，,。.！!")
        if untold.is_choice(text) or not untold.without_oneself(bare):
            return False
        if phrases.refuses(text) or phrases.knows_not(text) or (len(bare) < 2 and bare not in {"退", "赔"}):
            return False
        if len(bare) <= SHORT_NAME and (not phrases.PERSONAL.sub("", text) or self._names_unit(bare)):
            return False
        if phrases.declines(text) or not wishing.is_wish(bare):
            return False
        if capacity_of(bare) is not None and not wishing.WISH.search(bare):
            return False
        only_fact = (
            self.facts.value(Field.OCCURRED_ON, bare) or self.facts.value(Field.UNIT, bare) or phrases.place(bare)
        )
        return only_fact is None or bool(wishing.WISH.search(bare))


def as_written(value: Value, text: str) -> Value:
    """The customer's own characters: simplifying keeps the places."""
    at = simplified(text).find(value.value)
    return value if at < 0 or not value.value else text_value(text[at : at + len(value.value)])


def _belongs_to_story(text: str) -> bool:
    if leaving_out.taken_out(text, plainly=False) is not None or leaving_out.changes_a_field(text):
        return False
    return len(ANY_TOKEN.sub("", text).strip()) >= SHORTEST_MORE and not phrases.asks_back(text)


def tells_more(text: str) -> bool:
    """Enough for a piece of the story, and not a question of the customer's own."""
    return len(ANY_TOKEN.sub("", text).strip()) >= (30 if text.isascii() else 12) and not phrases.is_question(text)


__all__ = ["Reader", "Understood", "Value", "text_value"]
