"""From a tokenised message to the fields of a complaint. Pure.

Personal values are tokens by now, so a card number cannot be taken for an amount, nor a phone number for a date.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from casebackend.customers.spelling import simplified
from casebackend.drafts import phrases
from casebackend.drafts.amounts import amount
from casebackend.drafts.dates import occurred_on
from casebackend.drafts.rules import MAY_BE_REFUSED, MAY_BE_UNKNOWN, Field, FieldState
from casebackend.drafts.units import named_first
from casebackend.drafts.values import (
    IGNORANCE,
    REFUSAL,
    Understood,
    Value,
    date_value,
    money_value,
    text_value,
    unit_value,
    unknown_unit,
)
from casebackend.organisations.rules import OrganisationName, nearly, resolve, sure

TOKENS = {
    Field.NAME: re.compile(r"\[姓名#[1-9]\d{0,3}\]"),
    Field.PHONE: re.compile(r"\[手机#[1-9]\d{0,3}\]"),
    Field.ID_NUMBER: re.compile(r"\[证件#[1-9]\d{0,3}\]"),
}
ANY_TOKEN = re.compile(r"\[[一-鿿]{2}#[1-9]\d{0,3}\]")
# "柜员叫[姓名#1]" is not the customer's own name.
SOMEBODY_ELSE = re.compile(
    r"(?:对方|他|她|柜员|经理|员工|人员|行长|主任|客服|保安|大堂|柜台|同事|朋友)[^，,。；;！!？?\n]{0,10}$"
)
MYSELF = re.compile(r"(?:[我俺]是[^，,。；;！!？?\n\]]{0,10}|[我俺]叫|联系人|本人)$")
LONGEST_CORRECTION = 120
SHORT_CORRECTION = 40
SHORTEST_MORE = 8
AT_READ_BACK = frozenset({"confirm", "correction"})
UNIT_AROUND = re.compile(r"等等|等一下|不对|应该|就?是|哦|噢|啊|吧|的|错了|在|你们|说错了|才")
MISTYPED = re.compile(r"支航|之行|支行行|只行")
SAID_AROUND = re.compile(r"^(?:就是|是|在|你们)|(?:那个|那家|那边|的|吧|啊|呀)+$")
ONLY_LABEL = re.compile(r"\s*+(?:我|本人)?的?(?:姓名|名字|电话|手机|联系方式)?(?:号码?)?(?:是|叫|为|[：:])?[\s，,。]*+")
EVERYTHING = frozenset(Field)


class Reader:
    """Reads messages of one bank: `names` are its units."""

    def __init__(self, names: Sequence[OrganisationName], now: datetime) -> None:
        self.names = names
        self.now = now

    def value(self, wanted: Field, text: str, *, asked: bool = False) -> Value | None:
        if wanted in TOKENS:
            own = [
                each.group()
                for each in TOKENS[wanted].finditer(text)
                if MYSELF.search(before := text[max(0, each.start() - 16) : each.start()])
                or not SOMEBODY_ELSE.search(before)
            ]
            return Value(own[-1], own[-1]) if own else None
        if wanted is Field.AMOUNT:
            money = amount(ANY_TOKEN.sub("，", text), asked=asked)
            return money_value(money) if money is not None else None
        if wanted is Field.OCCURRED_ON:
            day = occurred_on(ANY_TOKEN.sub("，", text), self.now)
            return date_value(day) if day else None
        if wanted is Field.UNIT:
            units = self.units(text, asked=asked)
            return unit_value(units[0]) if len(units) == 1 else None
        if wanted is Field.DEMAND:
            said = phrases.demand(text)
            return text_value(said) if said else None
        return text_value(text) if self.has_facts(text) else None

    def units(self, text: str, *, asked: bool = False) -> list[OrganisationName]:
        """Asked for the unit, 朝阳 is enough. That the hotline did not answer is no complaint about the hotline."""
        text = MISTYPED.sub("支行", text)
        if not asked:
            found = resolve(self.names, phrases.HOTLINE.sub("，", text))
            if found or (named := self.unit_words(text)) is None or not sure(named):
                return found
            near = nearly(self.names, named)
            return near if len(near) == 1 else []
        bare = SAID_AROUND.sub("", text.strip(" ，,。.！!"))
        return resolve(self.names, text) or (resolve(self.names, f"{bare}支行") if 2 <= len(bare) <= 8 else [])

    def candidates(self, text: str) -> list[OrganisationName]:
        """What may be meant, for a person to say: two of one name, or a name with one character wrong."""
        units = self.units(text)
        if units:
            return units if len(units) > 1 else []
        named = self.unit_words(text)
        return nearly(self.names, named) if named else []

    def unit_words(self, text: str) -> str | None:
        """The unit as the customer named it; of what the customer wrote in traditional characters, those."""
        said = named_first(phrases.HOTLINE.sub(lambda found: "，" * len(found.group()), simplified(text)))
        return text[said.start : said.start + len(said.words)] if said else None

    def one_of(self, candidates: Collection[str], text: str) -> OrganisationName | None:
        """Of several of one name: 济南那个."""
        if len(candidates) == 1 and phrases.agrees(text):
            return next((each for each in self.names if each.name in candidates), None)
        pairs = {text[at : at + 2] for at in range(len(text) - 1)}
        telling = [name for name in candidates if any(pair in name for pair in pairs)]
        found = [each for each in self.names if each.name in telling]
        return found[0] if len(telling) == 1 and found else None

    def has_facts(self, text: str) -> bool:
        """我要投诉朝阳支行 names a unit and tells nothing."""
        bare = ANY_TOKEN.sub("", text)
        for unit in self.units(bare):
            for spoken_name in sorted(unit.spoken, key=len, reverse=True):
                bare = bare.replace(spoken_name, "")
        if ONLY_LABEL.fullmatch(bare):
            return False
        return phrases.has_content(bare) and phrases.place(bare) is None and not phrases.only_wishes(bare)

    def read(self, text: str, asked: str | None, held: Collection[Field] = EVERYTHING) -> Understood:
        """`held`: fields that have a value. Before the story is told nothing can be a correction of it."""
        understood = self._read(simplified(text), asked, held)
        for values in (understood.values, understood.corrected):
            for name in (Field.FACTS, Field.DEMAND):
                if name in values:
                    values[name] = _as_written(values[name], text)
        return understood

    def _read(self, text: str, asked: str | None, held: Collection[Field]) -> Understood:
        if phrases.goes_back(text):
            return Understood(answered=True, back=True)
        understood = Understood(about_money=self._about_money(text))
        if Field.FACTS in held and len(text) <= LONGEST_CORRECTION and self._changes(text, asked, held, understood):
            understood.answered = True
            return understood
        wanted = _field(asked)
        if wanted is None:
            self._free(text, understood)
            if asked in AT_READ_BACK and not _belongs_to_story(text):
                understood.values.pop(Field.FACTS, None)
            understood.answered = bool(understood.values or understood.units)
        else:
            self._answer(wanted, text, understood)
        return understood

    def _changes(self, text: str, asked: str | None, held: Collection[Field], understood: Understood) -> bool:
        """What was held is put right, taken back, or added to."""
        added = phrases.added(text) if asked in AT_READ_BACK or _field(asked) not in {None, Field.FACTS} else None
        understood.corrected = self.corrections(added or text, asked if not added else "correction", held)
        if understood.corrected:
            return True
        wrong = phrases.wrong(text, asked)
        if wrong in held and f"field.{wrong}" != asked:
            understood.wrong = wrong
        elif added:
            understood.values[Field.FACTS] = text_value(added)
        return bool(understood.wrong or added)

    def _about_money(self, text: str) -> bool | None:
        if phrases.about_money(text) or amount(ANY_TOKEN.sub("，", text)) is not None:
            return True
        return False if phrases.denies_money(text) else None

    def _free(self, text: str, understood: Understood) -> None:
        for wanted in Field:
            value = self.value(wanted, text)
            if value is not None:
                understood.values[wanted] = value
        understood.units = self.candidates(text)
        if not understood.units and Field.UNIT not in understood.values and (named := self.unit_words(text)):
            understood.values[Field.UNIT] = unknown_unit(named)
        if Field.ID_NUMBER not in understood.values and phrases.keeps_paper(text):
            understood.values[Field.ID_NUMBER] = REFUSAL

    def _answer(self, wanted: Field, text: str, understood: Understood) -> None:
        """The answer itself, and whatever else was said along with it."""
        self._free(text, understood)
        if wanted is not Field.FACTS and not _tells_more(text):
            understood.values.pop(Field.FACTS, None)
        answer = self._direct(wanted, text, understood)
        if answer is not None:
            understood.values[wanted] = answer
            understood.answered = True
            if wanted is not Field.FACTS:
                understood.values.pop(Field.FACTS, None)
        elif wanted is Field.UNIT and len(units := self.units(text, asked=True)) > 1:
            understood.units = units
            understood.answered = True
        if wanted is Field.UNIT and answer is not None and answer.state is FieldState.UNKNOWN and answer != IGNORANCE:
            understood.values[Field.FACTS] = text_value(f"在{answer.display.removesuffix('（待核实）')}")

    def _direct(self, wanted: Field, text: str, understood: Understood) -> Value | None:
        if wanted not in {Field.FACTS, Field.DEMAND}:
            text = phrases.CHANGED_TO.sub("", text)
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
            return text_value(text) if self.has_facts(text) else None
        if wanted is Field.DEMAND:
            return text_value(text) if self._is_demand(text) else None
        if wanted is Field.UNIT and not self.units(text, asked=True) and (place := phrases.place(text)):
            return unknown_unit(place)
        return self.value(wanted, text, asked=True)

    def _is_demand(self, text: str) -> bool:
        bare = ANY_TOKEN.sub("", text).strip(" ，,。.！!")
        if phrases.refuses(text) or phrases.knows_not(text) or (len(bare) < 2 and bare not in {"退", "赔"}):
            return False
        if phrases.declines(text) or not phrases.is_wish(bare):
            return False
        only_fact = self.value(Field.OCCURRED_ON, bare) or self.value(Field.UNIT, bare) or phrases.place(bare)
        return only_fact is None or bool(phrases.WISH.search(bare))

    def corrections(self, text: str, asked: str | None, held: Collection[Field] = EVERYTHING) -> dict[Field, Value]:
        """金额改成3000 changes the amount and nothing else."""
        found: dict[Field, Value] = {}
        if Field.ID_NUMBER in held and phrases.removes_paper(text):
            return {Field.ID_NUMBER: REFUSAL}
        if Field.NAME in held and (name := phrases.renamed(text)):
            return {Field.NAME: Value(name, name)}
        if Field.PHONE in held and _field(asked) not in {None, Field.PHONE, Field.FACTS} and phrases.lone_number(text):
            return {Field.PHONE: phone} if (phone := self.value(Field.PHONE, text)) else {}
        if (
            Field.UNIT in held
            and _field(asked) not in {None, Field.UNIT, Field.FACTS}
            and (unit := self._lone_unit(text))
        ):
            return {Field.UNIT: unit_value(unit)}
        for wanted, pattern in phrases.CORRECTIONS.items():
            match = pattern.search(text)
            value = self._corrected(wanted, match["new"]) if match else None
            if value is not None:
                found[wanted] = value
        found = found or self._bare(text, held) or self._cued(text, asked, held)
        return found or (self._loose(text) if asked in AT_READ_BACK else {})

    def _cued(self, text: str, asked: str | None, held: Collection[Field]) -> dict[Field, Value]:
        """我叫李晓敏，刚才打错了: something was wrong, and what is said can only be one thing."""
        rest = phrases.WAS_WRONG.sub("，", text)
        if rest == text or len(text) > SHORT_CORRECTION or _field(asked) in {Field.FACTS, Field.DEMAND}:
            return {}
        alone = (Field.PHONE, Field.NAME, Field.ID_NUMBER, Field.OCCURRED_ON, Field.AMOUNT, Field.UNIT)
        found = {wanted: value for wanted in alone if (value := self.value(wanted, rest)) is not None}
        return found if len(found) == 1 and set(found) <= set(held) - {_field(asked)} else {}

    def _lone_unit(self, text: str) -> OrganisationName | None:
        """Nothing but the name of one unit: 等等，是历下支行."""
        units = self.units(text)
        bare = phrases.NOTHING.sub("", text)
        for spoken in sorted(units[0].spoken, key=len, reverse=True) if len(units) == 1 else ():
            if spoken in bare:
                return units[0] if not UNIT_AROUND.sub("", bare.replace(spoken, "", 1)) else None
        return None

    def _corrected(self, wanted: Field, new: str) -> Value | None:
        if wanted in {Field.FACTS, Field.DEMAND}:
            return text_value(new) if len(new.strip()) >= 2 else None
        first = (
            re.split(r"[，,。；;]", new, maxsplit=1)[0]
            if wanted is not Field.AMOUNT
            else re.split(r"[。；;]", new, maxsplit=1)[0]
        )
        return self.value(wanted, first, asked=True)

    def _bare(self, text: str, held: Collection[Field]) -> dict[Field, Value]:
        """不是200是300: both sides must be of the same kind."""
        match = phrases.BARE_CHANGE.search(text)
        if not match:
            return {}
        old, new = match["old"], match["new"]
        for wanted in (Field.PHONE, Field.NAME, Field.ID_NUMBER, Field.OCCURRED_ON, Field.AMOUNT, Field.UNIT):
            before = self.value(wanted, old, asked=True)
            after = self.value(wanted, new, asked=True)
            if wanted in held and before is not None and after is not None and before != after:
                return {wanted: after}
        return {}

    def _loose(self, text: str) -> dict[Field, Value]:
        """When the question was what to change, a label before the value, or a value that can only be one thing."""
        found: dict[Field, Value] = {}
        for wanted, pattern in phrases.LOOSE.items():
            match = pattern.search(text)
            value = self._corrected(wanted, match["new"]) if match else None
            if value is not None:
                found[wanted] = value
        if found or len(text) > 30:
            return found
        alone = (Field.PHONE, Field.NAME, Field.ID_NUMBER, Field.OCCURRED_ON, Field.AMOUNT, Field.UNIT)
        return {wanted: value for wanted in alone if (value := self.value(wanted, text)) is not None}


def _as_written(value: Value, text: str) -> Value:
    """The customer's own characters: simplifying keeps the places."""
    at = simplified(text).find(value.value)
    return value if at < 0 or not value.value else text_value(text[at : at + len(value.value)])


def _belongs_to_story(text: str) -> bool:
    return len(ANY_TOKEN.sub("", text).strip()) >= SHORTEST_MORE and not phrases.asks_back(text)


def _tells_more(text: str) -> bool:
    """Enough for a piece of the story, and not a question of the customer's own."""
    return len(ANY_TOKEN.sub("", text).strip()) >= (30 if text.isascii() else 12) and not phrases.is_question(text)


def _field(asked: str | None) -> Field | None:
    return Field(asked.removeprefix("field.")) if asked and asked.startswith("field.") else None


__all__ = ["Reader", "Understood", "Value", "text_value"]
