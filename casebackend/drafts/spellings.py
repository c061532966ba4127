"""A word of the story or of the demand that was mistyped: 理材改成理财 puts that word right and nothing else. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casebackend.customers.spelling import simplified
from casebackend.drafts import phrases
from casebackend.drafts.corrections import AT_READ_BACK, field_of
from casebackend.drafts.facts import ANY_TOKEN
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Understood, text_value

LONGEST = 60
_CLAUSES = re.compile(r"[^，,。；;、！!\s]+")
_OF: dict[Field, str] = {
    Field.FACTS: r"(?:事情)?(?:的)?(?:经过|情况|内容|描述|事实)",
    Field.DEMAND: r"(?:我的|您的)?诉求",
}
_IN = rf"(?P<of>{'|'.join(_OF.values())})(?:里面?|中间?|里头|当中|上)的?"
_MISTYPED = r".{0,8}(?:错别字|错字|笔误|别字)"
_POLITE = re.compile(
    r"(?:对了|不好意思|谢谢|麻烦(?:了|你|您)?|抱歉|嗯|哦|你好|您好|请?帮我改一?下|改一?下)(?:了|啊|哈)?"
)
_ABOUT = re.compile(rf"(?=.{{2}})我?(?:{_IN})?(?:{_MISTYPED})?(?:了|啊|呢)?")
_TO = r"(?:这[两几]?个?[字词])?(?:应该|要|得|请)?(?:改成|改为|更正为|更正成|修改为|修改成|换成)"
_SWAP = re.compile(
    rf"(?:{_IN})?(?:请|麻烦|帮我|把|将|应该|的){{0,3}}[“\"'‘]?(?P<old>[^“”\"'‘’]{{1,20}}?)[”\"'’]?{_TO}"
    r"[“\"'‘]?(?P<new>[^“”\"'‘’]{1,20}?)[”\"'’]?(?:吧|哦|啊|呀|哈|才对|就对了|就行|就好|谢谢){0,2}"
)
_ASKS_TO = re.compile(r"(?:请|麻烦|帮我|给我|我[想要])")


@dataclass(frozen=True, slots=True)
class Swap:
    """`of`: the field that was named with it; `named`: it was said that a word is mistyped."""

    old: str
    new: str
    of: Field | None
    named: bool


def swap(text: str) -> Swap | None:
    """What the whole of a short message wants put in the place of what. No field by its name, no personal value, and no
    number: those are the form's."""
    said = simplified(text)
    found: list[tuple[str, str]] = []
    of, named = None, False
    for clause in _CLAUSES.finditer(said if len(said) <= LONGEST else ""):
        about, change = _ABOUT.fullmatch(clause.group()), _SWAP.fullmatch(clause.group())
        match = about or change
        if match is not None:
            of = _field(match["of"]) or of
        elif not _POLITE.fullmatch(clause.group()):
            return None
        named = named or about is not None
        if about is None and change is not None:
            own = text[clause.start() :]
            found.append((own[slice(*change.span("old"))], own[slice(*change.span("new"))]))
    if len(found) != 1:
        return None
    (old, new), *_ = found
    if phrases.is_bare(old) or phrases.is_bare(new) or "[" in old + new or old == new:
        return None
    return Swap(old, new, of, named or of is not None)


def _field(label: str | None) -> Field | None:
    return next((field for field, words in _OF.items() if label and re.fullmatch(words, label)), None)


def replaced(told: str, old: str, new: str) -> str:
    """In whatever script it is told. What is right already stays, and so do personal values; one character alone could
    be part of any word, so it has to be the only one."""
    right, wrong = re.escape(simplified(new)), re.escape(simplified(old))
    outside = re.compile(rf"{ANY_TOKEN.pattern}|{right}|(?P<old>{wrong})")
    found = [match.span() for match in outside.finditer(simplified(told)) if match["old"]]
    return told if len(old) == 1 and len(found) != 1 else put(told, found, new)


def put(told: str, places: Iterable[tuple[int, int]], new: str) -> str:
    """Simplifying keeps the places."""
    for start, end in sorted(places, reverse=True):
        told = f"{told[:start]}{new}{told[end:]}"
    return told


def read(understood: Understood, text: str, asked: str | None, told: Mapping[Field, str]) -> None:
    """After the reader. `told`: the story and the demand as they are held. Where the word does not occur nothing is
    changed, and the message is not understood. While the story is the question, 请把理财改成存款 may be a wish, and
    is asked about."""
    if understood.corrected or understood.wrong is not None or understood.back or Field.FACTS not in told:
        return
    change = swap(text)
    if change is None:
        return
    open_field = field_of(asked)
    in_text = open_field in {Field.FACTS, Field.DEMAND} and not change.named
    alike = change.named or {*change.old} & {*change.new}
    if open_field is Field.FACTS and not alike and _ASKS_TO.match(simplified(text)):
        understood.values, understood.answered, understood.unclear = {}, False, True
        return
    wanted = {change.of} if change.of else {open_field} if in_text else set(told)
    found = {
        field: text_value(right)
        for field, words in told.items()
        if field in wanted and (right := replaced(words, change.old, change.new)) != words
    }
    if found:
        understood.values, understood.corrected, understood.answered = {}, dict(found), True
    elif change.named or asked in AT_READ_BACK:
        understood.values, understood.answered = {}, False
