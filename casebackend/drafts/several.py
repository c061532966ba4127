"""Several things put right in one message: each is applied, or what could not be is asked about. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from casebackend.customers.spelling import simplified
from casebackend.drafts import beside, phrases, spellings
from casebackend.drafts.corrections import ALONE, AT_READ_BACK, field_of
from casebackend.drafts.extraction import Reader, as_written
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.values import Understood, Value, text_value

LONGEST = 160
_CLAUSE = re.compile(r"[^\s，,。；;、！!]+")
_JOINED = re.compile(
    r"(?:对了|不好意思|另外|还有|然后|以及|并且|同时|而且|顺便|再|也|和|且|那个|嗯|啊|呃|帮我|请|麻烦|把|将)*+"
)
_TO = r"(?:改成|改为|更正为|更正成|修改为|修改成|换成)"
_CHANGES = re.compile(rf"{_TO}|应该是|应当是|应为|应是")
_WRONG = re.compile(r"(?:[写填说打弄搞记输听]错|错|不对|有误)[了的]?$")
_NOT = re.compile(r"(?:也|并|而|又|更|可|就|那个|这个)*+不是")
_NOT_BUT = re.compile(rf"{_NOT.pattern}(?P<old>[^是]{{1,30}})(?:而|应该)?是(?P<new>.{{1,40}})")
_BUT = re.compile(r"(?:而|应该|应当|其实|要)*+(?:是|为|改成|改为|换成)|应为")
_WRONG_BUT = re.compile(
    r"(?:那个)?(?P<old>.{1,20}?)(?:是)?(?:[写填说打弄搞记输听]错|错|不对|有误)[了的]?"
    r"(?:而|应该|应当|其实|要)*+(?:是|为|改成|改为|换成)(?P<new>.{1,20}?)(?:吧|哦|啊|呀|哈|才对|就行|就好|谢谢)*+"
)
_NOT_AFTER = re.compile(r"[^，,]{2,}?[而可]?不[是叫]")
# What may go on with commas in it: 诉求改成退钱，赔礼道歉.
_OPEN_END = re.compile(rf"(?:{phrases.LABELS[Field.DEMAND]}|{phrases.LABELS[Field.FACTS]}){phrases.CHANGE}")
_LABELLED = re.compile(rf"(?:{'|'.join(phrases.LABELS.values())}){phrases.CHANGE}")
_PAIR = re.compile(
    rf"[“\"'‘]?(?P<old>[^“”\"'‘’]{{1,20}}?)[”\"'’]?(?:这[两几]?个?[字词])?(?:应该|要|得)?{_TO}"
    r"[“\"'‘]?(?P<new>[^“”\"'‘’]{1,20}?)[”\"'’]?(?:吧|哦|啊|呀|哈|才对|就行|就好|谢谢)*+"
)
_NUMERIC = r"\d零〇一二两三四五六七八九十百千万亿.点"
Held = Mapping[Field, str]


@dataclass(slots=True)
class _Done:
    """`told`: the story and the demand as they are with what was put right so far."""

    told: dict[Field, str]
    corrected: dict[Field, Value] = field(default_factory=dict)
    wrong: list[Field] = field(default_factory=list)
    unplaced: int = 0


def read(reader: Reader, understood: Understood, text: str, asked: str | None, held: Held) -> None:
    """After the reader of the whole message, whose reading stands where this finds nothing. `held`: what every field
    of the draft holds."""
    if Field.FACTS not in held or understood.back or len(text) > LONGEST:
        return
    parts, rest = parts_of(simplified(text))
    single = len(parts) == 1
    if not parts or (single and _pair(text[slice(*parts[0])]) is None):
        return
    done = _Done({name: value for name, value in held.items() if name in {Field.FACTS, Field.DEMAND}})
    for start, end in parts:
        if not _one(reader, text[start:end], asked, held, done, single=single):
            done.unplaced += 1
    placed = len(parts) - done.unplaced
    if placed < (1 if single or asked in AT_READ_BACK else 2):
        return
    understood.values, understood.corrected, understood.answered, understood.units = {}, done.corrected, True, []
    alone = len(done.wrong) == 1 and not done.unplaced
    understood.wrong = done.wrong[0] if alone else None
    understood.unclear = bool(done.unplaced or (done.wrong and not alone))
    wanted = field_of(asked)
    if (
        wanted is not None
        and wanted not in done.corrected
        and (answer := reader.answer_beside(wanted, rest)) is not None
    ):
        understood.values[wanted] = answer
    beside.keep(understood)


def parts_of(said: str) -> tuple[list[tuple[int, int]], str]:
    """Where each change stands, with the clauses that belong to it; what is said besides."""
    parts: list[tuple[int, int]] = []
    rest: list[str] = []
    clauses = [(match.start() + _JOINED.match(match.group()).end(), match.end()) for match in _CLAUSE.finditer(said)]  # type: ignore[union-attr]
    at = 0
    while at < len(clauses):
        start, end = clauses[at]
        clause = said[start:end]
        following = said[slice(*clauses[at + 1])] if at + 1 < len(clauses) else ""
        if parts and _OPEN_END.match(said, parts[-1][0]) and not _LABELLED.match(clause):
            parts[-1] = (parts[-1][0], end)
        elif _NOT.match(clause) and not _NOT_BUT.fullmatch(clause):
            if _BUT.match(following):
                at += 1
                parts.append((start, clauses[at][1]))
            elif parts:
                parts[-1] = (parts[-1][0], end)
            else:
                rest.append(clause)
        elif _WRONG.search(clause) and _BUT.match(following):
            at += 1
            parts.append((start, clauses[at][1]))
        elif _puts_right(clause):
            parts.append((start, end))
        else:
            rest.append(clause)
        at += 1
    return parts, "，".join(each for each in rest if each)


def _puts_right(clause: str) -> bool:
    if _CHANGES.search(clause) or _NOT.match(clause) or phrases.wrong(clause, None) is not None:
        return True
    if _NOT_AFTER.match(clause) is None:
        return False
    return phrases.renamed(clause) is not None or phrases.BARE_CHANGE_BACK.search(clause) is not None


def _pair(part: str) -> tuple[str, str] | None:
    """What stands there and what should, as it was written."""
    said = simplified(part)
    bare = re.sub(r"[\s，,、]", "", said)
    match = _WRONG_BUT.fullmatch(bare) or _PAIR.fullmatch(said) or _NOT_BUT.fullmatch(bare)
    if match is None or _CHANGES.search(match["new"]):
        return None
    old, new = match["old"], match["new"]
    return _written(part, old), _written(part, new)


def _written(part: str, said: str) -> str:
    at = simplified(part).find(said)
    return part[at : at + len(said)] if at >= 0 else said


def _one(reader: Reader, part: str, asked: str | None, held: Held, done: _Done, *, single: bool) -> bool:
    pair, said = _pair(part), simplified(part)
    alike = _alike(reader, *pair, held) if pair is not None else {}
    if pair is not None and alike:
        if _number(*pair, alike, held, done, worded=_PAIR.fullmatch(said) is not None):
            return True
        if single and asked in AT_READ_BACK:
            done.corrected |= {name: after for name, (_, after) in alike.items()}
            return True
        if _PAIR.fullmatch(said):
            return False
    if single:
        return False
    found = reader.corrections.read(said, asked, held)
    if found:
        done.corrected |= {name: as_written(value, part) for name, value in found.items()}
        done.told |= {name: value.value for name, value in done.corrected.items() if name in done.told}
        return True
    if pair is not None and not _LABELLED.match(said) and _word(*pair, done):
        return True
    wrong = phrases.wrong(said, None)
    if wrong is None or wrong not in held:
        return False
    done.wrong.append(wrong)
    return True


def _alike(reader: Reader, old: str, new: str, held: Held) -> dict[Field, tuple[Value, Value]]:
    """The field of whose kind both are: two amounts, two days, two units."""
    for name in ALONE:
        before, after = (reader.facts.value(name, simplified(each), asked=True) for each in (old, new))
        if name in held and before is not None and after is not None and before != after:
            return {name: (before, after)}
    return {}


def _number(
    old: str, new: str, alike: Mapping[Field, tuple[Value, Value]], held: Held, done: _Done, *, worded: bool
) -> bool:
    """三千改成五千: the field that holds the one holds the other then, and so do the words that say it. 不是三千是五千
    is said of the field, where it holds that."""
    found = False
    for name, (before, after) in alike.items():
        if held[name] == before.value and FieldState.FILLED == before.state == after.state:
            done.corrected[name], found = after, True
    if found and not worded:
        return True
    return _replaced(rf"(?<![{_NUMERIC}]){re.escape(old)}(?![{_NUMERIC}])", new, done) or found


def _replaced(pattern: str, new: str, done: _Done) -> bool:
    found = False
    for name, words in done.told.items():
        right = re.sub(pattern, lambda _: new, words)
        if right != words:
            done.told[name], done.corrected[name], found = right, text_value(right), True
    return found


def _word(old: str, new: str, done: _Done) -> bool:
    if phrases.is_bare(old) or phrases.is_bare(new) or "[" in old + new or old == new:
        return False
    found = False
    for name, words in done.told.items():
        right = spellings.replaced(words, old, new)
        if right != words:
            done.told[name], done.corrected[name], found = right, text_value(right), True
    return found
