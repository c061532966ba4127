"""Which of the bank's units a text names. Pure; `names` are the units of one bank."""

import re
from collections.abc import Collection, Sequence

from casebackend.customers.spelling import simplified
from casebackend.drafts import phrases
from casebackend.drafts.units import named_first
from casebackend.organisations.rules import OrganisationName, nearly, resolve, sure

MISTYPED = re.compile(r"支航|之行|支行行|只行")
SAID_AROUND = re.compile(r"^(?:就是|是|在|你们)|(?:那个|那家|那边|的|吧|啊|呀)+$")
UNIT_AROUND = re.compile(r"等等|等一下|不对|应该|就?是|哦|噢|啊|吧|的|错了|在|你们|说错了|才")


class Places:
    def __init__(self, names: Sequence[OrganisationName]) -> None:
        self.names = names

    def units(self, text: str, *, asked: bool = False) -> list[OrganisationName]:
        """Asked for the unit, 朝阳 is enough. That the hotline did not answer is no complaint about the hotline."""
        text = MISTYPED.sub("支行", text)
        if not asked:
            found = resolve(self.names, phrases.HOTLINE.sub("，", text))
            if found or (named := self.words(text)) is None or not sure(named):
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
        named = self.words(text)
        return nearly(self.names, named) if named else []

    def words(self, text: str) -> str | None:
        """The unit as the customer named it; of what the customer wrote in traditional characters, those."""
        said = named_first(phrases.HOTLINE.sub(lambda found: "，" * len(found.group()), simplified(text)))
        return text[said.start : said.start + len(said.words)] if said else None

    def one_of(self, candidates: Collection[str], text: str) -> OrganisationName | None:
        """Of several of one name: 济南那个."""
        if len(candidates) == 1 and phrases.agrees(text):
            return next((each for each in self.names if each.name in candidates), None)
        found = self.left_of(candidates, text)
        return found[0] if len(found) == 1 else None

    def left_of(self, candidates: Collection[str], text: str) -> list[OrganisationName]:
        """Those of several of one name of which the text says a part: the city, where many bear the name."""
        pairs = {text[at : at + 2] for at in range(len(text) - 1)}
        return [each for each in self.names if each.name in candidates and any(pair in each.name for pair in pairs)]

    def lone(self, text: str) -> OrganisationName | None:
        """Nothing but the name of one unit: 等等，是历下支行."""
        units = self.units(text)
        bare = phrases.NOTHING.sub("", text)
        for spoken in sorted(units[0].spoken, key=len, reverse=True) if len(units) == 1 else ():
            if spoken in bare:
                return units[0] if not UNIT_AROUND.sub("", bare.replace(spoken, "", 1)) else None
        return None
