"""A suggestion or praise is no complaint: fewer facts, from somebody who need not say who he is; and a customer may
turn one into the other with a word."""

import re

from casebackend.customers.spelling import simplified
from casebackend.drafts import leaving_out, phrases, plaints
from casebackend.drafts.corrections import AT_READ_BACK
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import COMPLAINT, OPINIONS, OPTIONAL_IN_OPINION, Field
from casebackend.drafts.values import REFUSAL, Meant, Understood, text_value

LONGEST_TURN = 40
SHORTEST_TOLD = 3
# Whoever praises or suggests wants nothing back: 叫他赔礼道歉.
LONGEST_DEMAND = 12
_DEMANDS = re.compile(r"赔礼|赔我|赔钱|赔偿|[给向跟]我道歉|^(?:要|让|叫|给我)[^，,。]{0,4}道歉|退钱|把钱退")
_NO_COMPLAINT = re.compile(r"(?:不|没|没有|别|非)(?:是|想|要|打算|用|算)?(?:来|要|想)?投诉")
_COMPLAINT = re.compile(
    r"(?:要|是|来|想|改成?|改为|转成?|转为|换成?|算|当作?|当成|按)(?:我|一)?(?:要|来|想)?(?:个|一个)?投诉"
)
_OPINION = re.compile(
    r"(?:其实|改成?|改为|转成?|转为|换成?|算|当作?|当成|按|就是|只是)(?:我)?(?:只|就)?(?:是|想|要)?(?:来)?(?:提|写)?(?:个|一个|条|一条|份)?"
    r"(?P<what>建议|意见|表扬|感谢)|"
    r"(?:不是|打错|点错|弄错|说错|搞错)了?[，,\s]*(?:我)?(?:是)?(?:想|要)?(?:来)?(?:提|写)?个?(?P<meant>建议|意见|表扬|感谢)"
)
_SUGGESTS = re.compile(r"建议|意见")
_PRAISES = re.compile(r"表扬|感谢|点赞|夸")
_ANNOUNCED = re.compile(
    r"我|想|要|来|给|向|对|你们|您们?|贵行|银行|提|个|一|条|点|几|些|有|是|的|不是|投诉|建议|意见|表扬信?|感谢信?|点赞|夸|反映|"
    r"写|封|登记|其实|就|只|这里|可以|能|吗|呢|啊|吧|下|你好|您好|请问|说|了"
)
_KEEPS = re.compile(r"匿名|不留|不用|不了|不填|不写|没有|不说|不想|不便|跳过|不需要|^不$|^否$|保密")


def turned(text: str, matter: str) -> str | None:
    """What it is from now on, when the customer says that it is something else."""
    said = simplified(text)
    if len(said) > LONGEST_TURN:
        return None
    denies = bool(_NO_COMPLAINT.search(said))
    if not denies and _COMPLAINT.search(said):
        return COMPLAINT if matter != COMPLAINT else None
    if matter in OPINIONS and len(said) <= LONGEST_DEMAND and _DEMANDS.search(said) and not _SUGGESTS.search(said):
        return COMPLAINT
    match = _OPINION.search(said)
    if match is None and not denies:
        return None
    if plaints.NO_PRAISE.search(said):
        return None
    words = (match["what"] or match["meant"]) if match is not None else said
    now = "praise" if _PRAISES.search(words) else "suggestion" if _SUGGESTS.search(words) else None
    return now if now != matter else None


def read(
    draft: Draft,
    understood: Understood,
    text: str,
    asked: str | None,
    *,
    meant: Meant | None = None,
    stirred: str | None = None,
) -> str | None:
    """After the reader: what it has become, if the customer turned it, and what the shorter form makes of the words."""
    became = turned(text, draft.matter_type)
    tells = became is None and asked in {None, "field.facts"} and not understood.back
    if tells and plaints.judged(draft.matter_type, text, stirred) != draft.matter_type:
        became = COMPLAINT
    if became is not None:
        draft.matter_type, draft.about_money = became, draft.about_money and became == COMPLAINT
        understood.answered = True
    if draft.matter_type in OPINIONS:
        _told(understood, text, asked)
        _keeps_back(understood, text, asked, meant)
    return became


def _told(understood: Understood, text: str, asked: str | None) -> None:
    """我想提个建议 announces; anything more is what there is to say."""
    tells = len(_ANNOUNCED.sub("", phrases.NOTHING.sub("", simplified(text)))) >= SHORTEST_TOLD
    if not tells:
        if understood.values.pop(Field.FACTS, None) is not None and asked == "field.facts":
            understood.answered = bool(understood.values)
    elif asked in {None, "field.facts"} and not understood.corrected and not understood.back:
        understood.values[Field.FACTS] = text_value(text)
        understood.answered = True


def _keeps_back(understood: Understood, text: str, asked: str | None, meant: Meant | None) -> None:
    emptied = leaving_out.taken_out(simplified(text), plainly=False) if asked in AT_READ_BACK else None
    if emptied in OPTIONAL_IN_OPINION and not understood.back:
        understood.corrected[emptied], understood.answered = REFUSAL, True
    for field in OPTIONAL_IN_OPINION:
        if asked != f"field.{field}" or field in understood.values or understood.back:
            continue
        keeps = len(text) <= 12 and _KEEPS.search(simplified(text))
        taken_so = meant is Meant.REFUSE and leaving_out.refused(field, simplified(text))
        if phrases.refuses(text) or phrases.declines(text) or keeps or taken_so:
            understood.values[field] = REFUSAL
            understood.answered = True
