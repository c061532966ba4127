"""One thing put right in the story, in the demand or in the field that holds it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from casebackend.customers.spelling import simplified
from casebackend.drafts import parts, phrases, righting, spellings
from casebackend.drafts.corrections import ALONE, AT_READ_BACK
from casebackend.drafts.extraction import Reader, as_written
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.values import Value, text_value

_NUMERIC = r"\d零〇一二两三四五六七八九十百千万亿.点"
# Nothing but an amount or a day, after words that lead to it: 把我写的那个三千.
_LEAD = re.compile(
    r"(?:我?(?:刚才|刚刚|前面|上面)?[写说填]的|我?(?:想|要|需要)|那个|这个|那里|涉及|金额|日期|时间|的|是|把|将|请|麻烦|[你您]们?|"
    r"帮我|帮忙|给我)*+"
)
VALUE = re.compile(rf"[{_NUMERIC},元块毛角分钱年月日号昨前今天大晚早上中下午个星期周礼拜末底初半多几来/:-]+")
Held = Mapping[Field, str]


@dataclass(slots=True)
class Done:
    """`told`: the story and the demand as they are with what was put right so far."""

    told: dict[Field, str]
    corrected: dict[Field, Value] = field(default_factory=dict)
    wrong: list[Field] = field(default_factory=list)
    unplaced: int = 0


def apply(reader: Reader, part: str, asked: str | None, held: Held, done: Done, *, single: bool) -> bool:
    """Whether it was found. A number that stands nowhere is, said alone at the read-back, the field's of its kind."""
    part = righting.repaired(part)
    pair, said = parts.pair(part), simplified(part)
    alike = _alike(reader, *pair, held) if pair is not None else {}
    if pair is not None and alike:
        worded = parts.PAIR.fullmatch(said) is not None
        if _number(_bare(pair[0]), pair[1], alike, held, done, worded=worded):
            return True
        if single and asked in AT_READ_BACK:
            done.corrected |= {name: after for name, (_, after) in alike.items()}
            return True
        if worded:
            return False
    if single:
        return False
    found = reader.corrections.read(said, asked, held)
    if found:
        done.corrected |= {name: as_written(value, part) for name, value in found.items()}
        done.told |= {name: value.value for name, value in done.corrected.items() if name in done.told}
        return True
    if pair is not None and not parts.LABELLED.match(said) and _word(*pair, done):
        return True
    wrong = righting.wrong(said, None)
    if wrong is None or wrong not in held:
        return False
    done.wrong.append(wrong)
    return True


def _bare(said: str) -> str:
    match = _LEAD.match(said)
    return said[match.end() :] if match is not None else said


def _alike(reader: Reader, old: str, new: str, held: Held) -> dict[Field, tuple[Value, Value]]:
    """The field of whose kind both are, each with nothing besides: two amounts, two days, two units."""
    for name in ALONE:
        before, after = (reader.facts.value(name, simplified(each), asked=True) for each in (old, new))
        if name in held and before is not None and after is not None and before != after:
            exact = name not in {Field.AMOUNT, Field.OCCURRED_ON} or VALUE.fullmatch(simplified(_bare(old)))
            return {name: (before, after)} if exact else {}
    return {}


def _number(
    old: str, new: str, alike: Mapping[Field, tuple[Value, Value]], held: Held, done: Done, *, worded: bool
) -> bool:
    """三千改成五千: the field that holds the one holds the other then, and so do the words that say it. 不是三千是五千
    is said of the field, where it holds that."""
    found = False
    for name, (before, after) in alike.items():
        now = done.corrected[name].value if name in done.corrected else held[name]
        if now == before.value and FieldState.FILLED == before.state == after.state:
            done.corrected[name], found = after, True
    if found and not worded:
        return True
    number = re.compile(rf"(?<![{_NUMERIC}]){re.escape(simplified(old))}(?![{_NUMERIC}])")
    return _replaced(number, new, done) or found


def _replaced(number: re.Pattern[str], new: str, done: Done) -> bool:
    found = False
    for name, words in done.told.items():
        right = spellings.put(words, [match.span() for match in number.finditer(simplified(words))], new)
        if right != words:
            done.told[name], done.corrected[name], found = right, text_value(right), True
    return found


def _word(old: str, new: str, done: Done) -> bool:
    if phrases.is_bare(old) or phrases.is_bare(new) or "[" in old + new or old == new:
        return False
    found = False
    for name, words in done.told.items():
        right = spellings.replaced(words, old, new)
        if right != words:
            done.told[name], done.corrected[name], found = right, text_value(right), True
    return found
