"""Several things put right in one message: each is applied, or what could not be is asked about. What is said besides
is read as if it had been said alone. Pure."""

import re

from casebackend.customers.spelling import simplified
from casebackend.drafts import beside, parts, phrases, righting, wishing
from casebackend.drafts.applying import VALUE, Done, Held, apply
from casebackend.drafts.corrections import ALONE, AT_READ_BACK, field_of
from casebackend.drafts.extraction import Reader
from casebackend.drafts.facts import ANY_TOKEN, TOKENS
from casebackend.drafts.parts import Parts
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Understood, Value, text_value

LONGEST = 160
LONG_ENOUGH, SHORTEST_MORE = 5, 8
_HAN = re.compile(r"[一-鿿]")
# A label and what it is, and the rest of the form left as it is.
_LABELLED = re.compile(
    rf"(?:我的?|那个)*(?:{'|'.join(phrases.LABELS[each] for each in ALONE)})(?:是|为|：|:)"
    r"(?P<value>.{1,30}?)(?:吧|哦|啊|呀|的|才对){0,2}"
)
_FINE = re.compile(
    r"(?:其[他它余]|别的|剩下|以上|上面|[这那]样).{0,8}(?:对|没|不变|不用|不动|照旧|可以|一样|行|好|提交)|"
    r"[打写填说弄搞记输看听]错|错别字|笔误|手滑|^(?:确认|可以|直接|就)*(?:提交|登记)|^(?:麻烦|谢|辛苦|拜托)"
)
# 存折上的三千改成五千: neither number is that of the field.
_NUMBERED = frozenset({Field.AMOUNT, Field.OCCURRED_ON})
_HAPPENED = re.compile(r"(?:吞|少吐|多扣|多收|乱扣|骂|推|打|骗|卡|拒绝|误导)(?:了|走)?(?:我|掉)")
_PLAINLY = re.compile(
    rf"(?:而且|还有|然后|另外)?(?:一共|总共|实际上?|其实|[扣收亏少交付]了?我?的?)*(?:是|为|了)(?P<value>{VALUE.pattern})(?:吧|啊|的)?"
)
_BETWEEN = {Field.FACTS: "\n", Field.DEMAND: "；"}


def read(reader: Reader, understood: Understood, text: str, asked: str | None, held: Held) -> None:
    """After the reader of the whole message, whose reading stands where this finds nothing. `held`: what every field
    of the draft holds."""
    if Field.FACTS not in held or understood.back or len(text) > LONGEST:
        return
    told = {name: value for name, value in held.items() if name in _BETWEEN}
    tells = asked is None or field_of(asked) in _BETWEEN
    found = parts.parts_of(simplified(text), told.values(), wishes=tells)
    single = len(found.places) == 1
    if found.others and not found.places:
        _take_over(understood, reader.read(text, asked, ()))
        if not {*_BETWEEN} & {*understood.values}:
            understood.values[Field.FACTS] = text_value(text)
    elif found.places and found.back and not tells:
        _put_back(reader, understood, _written(text, found), asked, held)
    elif found.places and not (single and tells):
        _apply(reader, understood, text, found, asked, held)
    name = understood.values.get(Field.NAME)
    if name is not None and held.get(Field.NAME) not in {None, name.value} and phrases.says_own_name(text):
        understood.corrected[Field.NAME] = understood.values.pop(Field.NAME)
    if asked in AT_READ_BACK and understood.corrected:
        understood.unclear |= _passed_over(reader, understood, simplified(text), held)
        _another_story(understood, text, single=not found.places)


def _another_story(understood: Understood, text: str, *, single: bool) -> None:
    """昨天朝阳支行ATM吞了我一千块，赶紧还我: what was read out of it is put right, and the words are kept."""
    said = simplified(text)
    if not single or {*_BETWEEN} & {*understood.corrected, *understood.values} or len(understood.corrected) < 2:
        return
    if phrases.EVENT.search(said) or _HAPPENED.search(said):
        understood.values[Field.FACTS] = text_value(text)


def _passed_over(reader: Reader, understood: Understood, said: str, held: Held) -> bool:
    """网点是朝阳支行，扣的是二百六: a sum or a day alone in its clause that nothing was made of."""
    for clause in phrases.CLAUSE_END.split(said):
        value = _PLAINLY.fullmatch(clause.strip())
        for name in _NUMBERED - understood.corrected.keys() if value else ():
            found = reader.facts.value(name, value["value"], asked=name is Field.AMOUNT) if value else None
            if found is not None and name in held and found.value != held[name]:
                return True
    return False


def _apply(reader: Reader, understood: Understood, text: str, found: Parts, asked: str | None, held: Held) -> None:
    single = len(found.places) == 1
    done = Done({name: value for name, value in held.items() if name in _BETWEEN})
    for start, end in found.places:
        if not apply(reader, text[start:end], asked, held, done, single=single):
            done.unplaced += 1
    placed = len(found.places) - done.unplaced
    if placed < (1 if single or asked in AT_READ_BACK else 2):
        part = text[slice(*found.places[0])]
        if understood.corrected and {*understood.corrected} <= _NUMBERED and parts.swaps(part):
            _take_over(understood, Understood(about_money=understood.about_money))
            understood.unclear = True
        else:
            _wished_besides(understood, text, found, asked)
            left = _labelled_besides(reader, understood, found.clauses, held)
            if asked in AT_READ_BACK and not {*_BETWEEN} & {*understood.corrected, *understood.values}:
                understood.unclear |= any(_HAPPENED.search(each) for each in left)
        return
    alone = len(done.wrong) == 1 and not done.unplaced
    _take_over(understood, Understood(about_money=understood.about_money, corrected=done.corrected))
    understood.wrong = done.wrong[0] if alone else None
    understood.unclear = bool(done.unplaced or (done.wrong and not alone))
    _besides(reader, understood, _written(text, found), asked, held)


def _take_over(understood: Understood, other: Understood) -> None:
    understood.values, understood.corrected, understood.units = other.values, other.corrected, other.units
    understood.answered, understood.wrong, understood.about_money = other.answered, other.wrong, other.about_money


def _put_back(reader: Reader, understood: Understood, rest: list[str], asked: str | None, held: Held) -> None:
    """三千改成五千，算了不改了: nothing is put right, and it is asked."""
    _take_over(understood, Understood(about_money=understood.about_money))
    _besides(reader, understood, rest, asked, held)
    understood.unclear = True


def _wished_besides(understood: Understood, text: str, found: Parts, asked: str | None) -> None:
    """金额改成五千，我要全额退款: what the reader put right alone, and one more demand."""
    wish = wishing.demand("，".join(_written(text, found)))
    if wish and asked in AT_READ_BACK and understood.corrected and not {*_BETWEEN} & {*understood.corrected}:
        understood.values[Field.DEMAND] = text_value(wish)


def _labelled_besides(reader: Reader, understood: Understood, clauses: list[str], held: Held) -> list[str]:
    """金额改成3200，日期是十号啊不对是十二号: what the reader put right alone, and a second line by its name. What is
    left of the clauses."""
    left = []
    for clause in clauses if understood.corrected else ():
        named = _by_its_name(reader, righting.repaired(clause), held)
        left += [] if named else [simplified(clause)]
        for name, value in named.items():
            if name in held and held[name] != value.value:
                understood.corrected.setdefault(name, value)
    return left


def _besides(reader: Reader, understood: Understood, rest: list[str], asked: str | None, held: Held) -> None:
    """What the message tells besides, as if it had been said alone: nothing that was told before is replaced by it."""
    wanted, at_end = field_of(asked), asked in AT_READ_BACK
    beside.keep(understood)
    others = []
    for each in (clause for clause in rest if not _FINE.search(clause)):
        found = _by_its_name(reader, each, held)
        for name in found.keys() - understood.corrected.keys():
            (understood.corrected if name in held else understood.values)[name] = found[name]
        others += [] if found else [each]
    said = "，".join(others)
    other = reader.read(said, None if at_end else asked, held) if said else Understood()
    told = _told(reader, other, said, asked)
    if (kept := understood.values.pop(Field.FACTS, None)) is not None:
        _added(understood, Field.FACTS, kept, held, asked)
    for name, value in told.items():
        _added(understood, name, value, held, asked)
    understood.units, understood.wrong = other.units, understood.wrong or other.wrong
    understood.answered = at_end or bool(other.units) or wanted in {*understood.values, *understood.corrected}
    left = "".join(each for each in said.split("，") if not phrases.asks_back(each))
    if not told and not other.units and other.wrong is None and not other.corrected:
        understood.unclear |= len(_HAN.findall(phrases.POLITE.sub("", left))) >= LONG_ENOUGH
    understood.corrected = {k: v for k, v in other.corrected.items() if k not in _BETWEEN} | understood.corrected


def _by_its_name(reader: Reader, clause: str, held: Held) -> dict[Field, Value]:
    """电话是[手机#2], and nothing more."""
    said = simplified(clause)
    match = _LABELLED.fullmatch(said)
    if match is None:
        return {}
    value = match["value"]
    plain = VALUE.fullmatch(value) or ANY_TOKEN.fullmatch(value) or reader.places.lone(value) or phrases.place(value)
    found = reader.corrections.read(said, "correction", held) if plain else {}
    return {name: each for name, each in found.items() if name in ALONE}


def _told(reader: Reader, other: Understood, said: str, asked: str | None) -> dict[Field, Value]:
    told = dict(other.values)
    if field_of(asked) is Field.DEMAND and reader.answer_beside(Field.DEMAND, said) is None:
        told.pop(Field.DEMAND, None)
    if asked in AT_READ_BACK and (len(said) < SHORTEST_MORE or phrases.asks_back(said)):
        told.pop(Field.FACTS, None)
    if field_of(asked) in told and not {*_BETWEEN} & {*told} and (more := _more(reader, said)):
        told[Field.FACTS] = text_value(more)
    return told


def _more(reader: Reader, said: str) -> str:
    """What is told beside the answer: 朝阳支行，经理骂我."""
    clauses = (each for each in said.split("，") if not phrases.asks_back(each) and reader.facts.has_facts(each))
    return "，".join(
        each
        for each in clauses
        if all(reader.facts.value(name, simplified(each), asked=True) is None for name in ALONE)
    )


def _added(understood: Understood, name: Field, value: Value, held: Held, asked: str | None) -> None:
    """To what was put right of the story or the demand more is added; another value than is held is asked about."""
    before = understood.corrected[name].value if name in understood.corrected else None
    if before is None and name is Field.FACTS and field_of(asked) is Field.FACTS:
        before = held[name]
    if before is None:
        understood.values[name] = value
        differs = held.get(name) not in {None, "", value.value}
        understood.unclear |= (
            differs and name in (ALONE if asked in AT_READ_BACK else TOKENS) and field_of(asked) is not name
        )
    elif name in _BETWEEN and value.value not in before:
        understood.corrected[name] = text_value(f"{before}{_BETWEEN[name]}{value.value}")


def _written(text: str, found: Parts) -> list[str]:
    """The rest in the customer's own characters: simplifying keeps the places."""
    said, at, clauses = simplified(text), 0, []
    for clause in found.clauses:
        at = said.find(clause, at)
        clauses.append(text[at : at + len(clause)])
        at += len(clause)
    return clauses
