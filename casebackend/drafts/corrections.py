"""What is put right: 金额改成3000 changes the amount and nothing else. Pure."""

import re
from collections.abc import Collection

from casebackend.drafts import leaving_out, phrases, righting
from casebackend.drafts.facts import Facts
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.values import REFUSAL, Value, text_value, unit_value, unknown_unit
from casebackend.organisations.rules import OrganisationName

SHORT_CORRECTION = 40
AT_READ_BACK = frozenset({"confirm", "correction"})
EVERYTHING = frozenset(Field)
# Each is told by what it looks like.
ALONE = (Field.PHONE, Field.NAME, Field.ID_NUMBER, Field.OCCURRED_ON, Field.AMOUNT, Field.UNIT)
# 柜员的银行, 你们银行, 原因是中山路支行.
NO_NAME_OF_A_UNIT = re.compile(r"[你您我俺咱他她它们的是]|^(?:这|那|该|贵|本|总|整|银行)")

_TO_LABEL = r"(?:对了|哦|嗯|那个)?[，,\s]*{label}(?:是|为|：|:|，|,|\s)*(?P<new>{new})(?:吧|啊|哦|呀)?"
LABELLED = {
    field: re.compile(_TO_LABEL.format(label=label, new=new))
    for field, label, new in (
        (Field.AMOUNT, r"(?:涉及)?(?:金额|钱数|数额)", r"[\d零一二两三四五六七八九十百千万亿.,]{1,12}(?:元|块钱?)?"),
        (Field.OCCURRED_ON, r"(?:发生)?(?:日期|时间)", r"[昨前今][天日]|大前天|[\d年月日号./-]{2,11}"),
    )
}


class Corrections:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def read(self, text: str, asked: str | None, held: Collection[Field] = EVERYTHING) -> dict[Field, Value]:
        found: dict[Field, Value] = {}
        text = righting.repaired(text)
        if Field.ID_NUMBER in held and phrases.removes_paper(text):
            return {Field.ID_NUMBER: REFUSAL}
        emptied = leaving_out.taken_out(text, plainly=asked not in AT_READ_BACK)
        if emptied is not None and emptied in held and emptied is not field_of(asked):
            value = leaving_out.left_out_as(emptied)
            if value is not None:
                return {emptied: value}
        if Field.NAME in held and (name := righting.renamed(text)):
            return {Field.NAME: Value(name, name)}
        if (
            Field.PHONE in held
            and field_of(asked) not in {None, Field.PHONE, Field.FACTS}
            and phrases.lone_number(text)
        ):
            return {Field.PHONE: phone} if (phone := self.facts.value(Field.PHONE, text)) else {}
        if (
            Field.UNIT in held
            and field_of(asked) not in {None, Field.UNIT, Field.FACTS}
            and (unit := self.facts.places.lone(text))
        ):
            return {Field.UNIT: unit_value(unit)}
        if Field.AMOUNT in held and asked in AT_READ_BACK and (whole := phrases.SUM.search(text)):
            money = self.facts.value(Field.AMOUNT, whole["new"], asked=True)
            return {Field.AMOUNT: money} if money is not None else {}
        for wanted, pattern in righting.CORRECTIONS.items():
            match = pattern.search(text)
            value = self._corrected(wanted, match["new"]) if match else None
            if value is not None:
                found[wanted] = value
        found = found or self._bare(text, held) or self._cued(text, asked, held) or self._labelled(text, asked, held)
        return found or (self._loose(text) if asked in AT_READ_BACK else {})

    def _cued(self, text: str, asked: str | None, held: Collection[Field]) -> dict[Field, Value]:
        """我叫李晓敏，刚才打错了: something was wrong, and what is said can only be one thing."""
        rest = righting.WAS_WRONG.sub("，", text)
        if rest == text or len(text) > SHORT_CORRECTION or field_of(asked) in {Field.FACTS, Field.DEMAND}:
            return {}
        found = {wanted: value for wanted in ALONE if (value := self.facts.value(wanted, rest)) is not None}
        return found if len(found) == 1 and set(found) <= set(held) - {field_of(asked)} else {}

    def _labelled(self, text: str, asked: str | None, held: Collection[Field]) -> dict[Field, Value]:
        """金额300, and nothing else, while another plain question is open."""
        if field_of(asked) in {None, Field.FACTS, Field.DEMAND}:
            return {}
        for wanted, pattern in LABELLED.items():
            match = pattern.fullmatch(text.strip(" ，,。.！!"))
            if match and wanted in held and wanted is not field_of(asked):
                value = self._corrected(wanted, match["new"])
                return {wanted: value} if value is not None else {}
        return {}

    def _corrected(self, wanted: Field, new: str) -> Value | None:
        if wanted in {Field.FACTS, Field.DEMAND}:
            return text_value(new) if len(new.strip()) >= 2 else None
        first = (
            re.split(r"[，,。；;]", new, maxsplit=1)[0]
            if wanted is not Field.AMOUNT
            else re.split(r"[。；;]", new, maxsplit=1)[0]
        )
        if wanted is Field.UNIT:
            return self._unit(first)
        return self.facts.value(wanted, first, asked=True)

    def _unit(self, said: str) -> Value | None:
        """One of ours; else, where nothing but a name was said that could be none of them, that name."""
        known = self.facts.value(Field.UNIT, said, asked=True)
        if known is not None or self.facts.places.candidates(said) or self.facts.places.units(said, asked=True):
            return known
        named = phrases.place(said)
        return unknown_unit(named) if named and not NO_NAME_OF_A_UNIT.search(named) else None

    def units_of_one_name(self, text: str) -> list[OrganisationName]:
        """机构改成新华路支行, of which there are two: which one has to be said."""
        match, bare = righting.CORRECTIONS[Field.UNIT].search(text), righting.BARE_CHANGE.search(text)
        if match is None and bare is not None and phrases.place(bare["old"]):
            match = bare
        new = re.split(r"[，,。；;]", match["new"], maxsplit=1)[0] if match else ""
        return self.facts.places.candidates(new) if phrases.place(new) else []

    def _bare(self, text: str, held: Collection[Field]) -> dict[Field, Value]:
        """不是200是300: both sides must be of the same kind."""
        match = righting.BARE_CHANGE.search(text) or righting.BARE_CHANGE_BACK.search(text)
        if not match:
            return {}
        old, new = match["old"], match["new"]
        for wanted in ALONE:
            before = self.facts.value(wanted, old, asked=True)
            after = self.facts.value(wanted, new, asked=True)
            if wanted in held and before is not None and after is not None and before != after:
                return {wanted: after}
        if Field.UNIT in held and phrases.place(old) and (unit := self._unit(new)) is not None:
            return {Field.UNIT: unit}
        return {}

    def _loose(self, text: str) -> dict[Field, Value]:
        """When the question was what to change, a label before the value, or a value that can only be one thing."""
        text = righting.WAS_WRONG.sub("，", text).strip(" ，,")
        back = righting.BACK_TO.fullmatch(text)
        if back and (money := self.facts.value(Field.AMOUNT, back["new"], asked=True)) is not None:
            return {Field.AMOUNT: money}
        found: dict[Field, Value] = {}
        for wanted, pattern in righting.LOOSE.items():
            match = pattern.search(text)
            value = self._corrected(wanted, match["new"]) if match else None
            if value is not None and (value.state is FieldState.FILLED or (match and not match.start())):
                found[wanted] = value
        if found or len(text) > 30:
            return found
        found = {wanted: value for wanted in ALONE if (value := self.facts.value(wanted, text)) is not None}
        unit = self._unit(text) if not found and self.facts.places.words(text) else None
        return {Field.UNIT: unit} if unit is not None else found


def field_of(asked: str | None) -> Field | None:
    return Field(asked.removeprefix("field.")) if asked and asked.startswith("field.") else None
