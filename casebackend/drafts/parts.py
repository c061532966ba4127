"""Where in a message each thing stands that should be put right, and what is said besides: what somebody else changed,
or should change, is told or wished for and puts nothing right. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from casebackend.customers.spelling import simplified
from casebackend.drafts import phrases, righting
from casebackend.drafts.corrections import ALONE
from casebackend.drafts.rules import Field

# Whoever speaks sets no comma before the next field: 金额不是两百是三百然后日期不是昨天是前天.
_NEXT = rf"(?:然后|还有|另外|而且|并且|同时)(?:那个)?(?:{'|'.join(phrases.LABELS[each] for each in ALONE)})"
_LABEL_NOT = re.compile(
    rf"(?:{'|'.join(phrases.LABELS[each] for each in ALONE)})(?:那里|那儿|一栏)?"
    r"不是[^是]{1,30}?(?:而|应该)?是.{1,40}"
)
_CLAUSE = re.compile(rf"(?:(?!(?<=.){_NEXT})[^\s，,。；;、！!])+|{_NEXT}(?:(?!{_NEXT})[^\s，,。；;、！!])*")
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
_NOT_THAT = re.compile(r"(?<=.)[，,、\s]+[而可]?不是[^，,、\s是]{1,20}$")
_NOT_AFTER = re.compile(r"[^，,]{2,}?[而可]?不[是叫]")
# What may go on with commas in it: 诉求改成退钱，赔礼道歉.
_OPEN_END = re.compile(rf"(?:{phrases.LABELS[Field.DEMAND]}|{phrases.LABELS[Field.FACTS]}){righting.CHANGE}")
LABELLED = re.compile(rf"(?:{'|'.join(phrases.LABELS.values())}){righting.CHANGE}")
PAIR = re.compile(
    rf"[“\"'‘]?(?P<old>[^“”\"'‘’]{{1,20}}?)[”\"'’]?(?:这[两几]?个?[字词])?(?:应该|要|得)?{_TO}"
    r"[“\"'‘]?(?P<new>[^“”\"'‘’]{1,20}?)[”\"'’]?(?:吧|哦|啊|呀|哈|才对|就行|就好|谢谢)*+"
)
_OTHERS = re.compile(
    r"柜员|柜台|经理|行长|主任|员工|职员|人员|客服|业务员|大堂|保安|贵行|银行|公司|合同|协议|系统|后台|对方|骗子|人家|有人|"
    r"[他她它你您]|偷偷|擅自|私自|被|让|要求|希望|请求|强烈|必须|凭什么|为什么|怎么"
)
_WISHES = re.compile(r"我(?:就|只|想|们)*[要想]")
_AND = re.compile(r"(?:对了|不好意思|另外|还有|然后|以及|并且|同时|而且|顺便)*+")
_GOES_ON = re.compile(r"(?:然后|并且?|同时|而且|还要?|再|又|也|和|且|，)*[把将]")
# 请你把三千改成五千, said to whoever fills in the form.
_BIDS = re.compile(
    r"(?:那|对了|就)*(?:(?:请|麻烦|劳驾|拜托)+[你您]们?(?:帮我|给我|帮忙)?|[你您]们?(?:帮我|给我))[把将]"
)
_BACK = re.compile(
    r"^(?:我|那|就|还|哦|噢|嗯|呃|啊|等等)*(?:还是(?!有|没|要求|希望|要投诉|想投诉|投诉)|[再又]?(?:改成|改为|换成)|算了|不对$|不是$|不$|说错了?$|打错了?$|先?[不别甭](?:用|要|必)?改)|"
    r"没错$|不[用要必]?改了?$|算了$"
)


@dataclass(slots=True)
class Parts:
    """`places`: of each change with the clauses that belong to it. `rest`: the clauses besides. `others`: one of them
    tells what somebody else changed, or wishes for a change. `back`: of the changes one was taken back."""

    places: list[tuple[int, int]] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    others: bool = False
    back: bool = False


def parts_of(said: str, told: Collection[str], *, wishes: bool) -> Parts:
    """`told`: the story and the demand; a word that stands there names nobody who changes something. `wishes`: where
    a story or a demand is asked for, 我要把三千改成五千 is one."""
    found = Parts()
    places = [(match.start() + _JOINED.match(match.group()).end(), match.end()) for match in _CLAUSE.finditer(said)]  # type: ignore[union-attr]
    begins = [match.group() for match in _CLAUSE.finditer(said)]
    wished, at = False, 0
    while at < len(places):
        start, end = places[at]
        clause = said[start:end]
        following = said[slice(*places[at + 1])] if at + 1 < len(places) else ""
        bids = not wishes and _BIDS.match(begins[at]) is not None
        wished = (not bids and _of_others(clause, told, wishes=wishes)) or (
            wished and _GOES_ON.match(begins[at]) is not None
        )
        if found.places and _OPEN_END.match(said, found.places[-1][0]) and not LABELLED.match(clause):
            found.places[-1] = (found.places[-1][0], end)
        elif wished:
            found.others = True
            found.clauses.append(begins[at])
        elif _NOT.match(clause) and not _NOT_BUT.fullmatch(clause):
            at += _denied(found, places, at, but=_BUT.match(following) is not None, clause=clause)
        elif _WRONG.search(clause) and _BUT.match(following) and not (found.places and _BACK.search(clause)):
            at += 1
            found.places.append((start, places[at][1]))
        elif found.places and _BACK.search(clause):
            found.back = True
        elif _puts_right(clause):
            found.places.append((start, end))
        elif clause:
            found.clauses.append(begins[at][_AND.match(begins[at]).end() :])  # type: ignore[union-attr]
        at += 1
    return found


def _denied(found: Parts, places: list[tuple[int, int]], at: int, *, but: bool, clause: str) -> int:
    """不是三千: with what it is, or after it. How many more clauses belong to it."""
    start, end = places[at]
    if but:
        found.places.append((start, places[at + 1][1]))
        return 1
    if found.places:
        found.places[-1] = (found.places[-1][0], end)
    else:
        found.clauses.append(clause)
    return 0


def _of_others(clause: str, told: Collection[str], *, wishes: bool) -> bool:
    """柜员把三千改成五千 is told, 要求把三千改成五千 wished for."""
    change = re.search(_TO, clause)
    if change is None or LABELLED.match(clause):
        return False
    before = clause[: change.start()]
    bare = before.removesuffix("应该").removesuffix("要")
    other = _OTHERS.search(before) or (wishes and _WISHES.search(before))
    if not other or _OTHERS.fullmatch(bare) is not None:
        return False
    return not any(bare and bare in words for words in told)


def _puts_right(clause: str) -> bool:
    if (
        _CHANGES.search(clause)
        or _NOT.match(clause)
        or _LABEL_NOT.fullmatch(clause)
        or righting.wrong(clause, None) is not None
    ):
        return True
    if _NOT_AFTER.match(clause) is None:
        return False
    return righting.renamed(clause) is not None or righting.BARE_CHANGE_BACK.search(clause) is not None


def pair(part: str) -> tuple[str, str] | None:
    """What stands there and what should, as it was written."""
    part = _NOT_THAT.sub("", part)
    said = simplified(part)
    bare = re.sub(r"[\s，,、]", "", said)
    match = _WRONG_BUT.fullmatch(bare) or PAIR.fullmatch(said) or _NOT_BUT.fullmatch(bare)
    if match is None or _CHANGES.search(match["new"]):
        return None
    old, new = match["old"], match["new"]
    return _written(part, old), _written(part, new)


def swaps(part: str) -> bool:
    """One thing in the place of another, and no field by its name."""
    said = simplified(part)
    return PAIR.fullmatch(said) is not None and not LABELLED.match(said)


def _written(part: str, said: str) -> str:
    at = simplified(part).find(said)
    return part[at : at + len(said)] if at >= 0 else said
