"""One value out of a tokenised text: what it says of this field. Pure.

Personal values are tokens by now, so a card number cannot be taken for an amount, nor a phone number for a date.
"""

import re
from datetime import datetime

from casebackend.customers.name_words import KIN
from casebackend.drafts import phrases, untold, wishing
from casebackend.drafts.amounts import amount
from casebackend.drafts.dates import occurred_on
from casebackend.drafts.places import Places
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Value, date_value, money_value, text_value, unit_value

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
OF_KIN = re.compile(rf"{KIN}$")
MYSELF = re.compile(r"(?:[我俺]是[^，,。；;！!？?\n\]]{0,10}|[我俺]叫|联系人|本人)$")
ONLY_LABEL = re.compile(r"\s*+(?:我|本人)?的?(?:姓名|名字|电话|手机|联系方式)?(?:号码?)?(?:是|叫|为|[：:])?[\s，,。]*+")


class Facts:
    def __init__(self, places: Places, now: datetime) -> None:
        self.places = places
        self.now = now

    def value(self, wanted: Field, text: str, *, asked: bool = False) -> Value | None:
        if wanted in TOKENS:
            own = [
                each.group()
                for each in TOKENS[wanted].finditer(text)
                if MYSELF.search(before := text[max(0, each.start() - 16) : each.start()])
                or not (SOMEBODY_ELSE.search(before) or (wanted is Field.NAME and OF_KIN.search(before)))
            ]
            return Value(own[-1], own[-1]) if own else None
        if wanted is Field.AMOUNT:
            money = amount(ANY_TOKEN.sub("，", text), asked=asked)
            return money_value(money) if money is not None else None
        if wanted is Field.OCCURRED_ON:
            day = occurred_on(ANY_TOKEN.sub("，", text), self.now)
            return date_value(day) if day else None
        if wanted is Field.UNIT:
            units = self.places.units(text, asked=asked)
            return unit_value(units[0]) if len(units) == 1 else None
        if wanted is Field.DEMAND:
            said = None if untold.is_choice(text) else wishing.demand(text)
            return text_value(said) if said else None
        return text_value(text) if self.has_facts(text) else None

    def has_facts(self, text: str) -> bool:
        """我要投诉朝阳支行 names a unit and tells nothing; nor does who only says who he is."""
        bare = ANY_TOKEN.sub("", text)
        for unit in self.places.units(bare):
            for spoken_name in sorted(unit.spoken, key=len, reverse=True):
                bare = bare.replace(spoken_name, "")
        if ONLY_LABEL.fullmatch(bare) or untold.is_choice(text):
            return False
        bare = untold.without_oneself(bare)
        return phrases.has_content(bare) and phrases.place(bare) is None and not wishing.only_wishes(bare)
