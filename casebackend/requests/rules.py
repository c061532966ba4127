"""What a customer who comes back to an own complaint says: something told, the end of it, a reason, a choice."""

import re
import unicodedata
from enum import StrEnum

from casebackend.customers.spelling import simplified


class Kind(StrEnum):
    SUPPLEMENT = "supplement"
    SECOND = "second"


class State(StrEnum):
    ASKED = "asked"
    DONE = "done"


class Choice(StrEnum):
    """What becomes of a complaint that looks like one the customer made before. NONE: there is none like it."""

    NONE = "none"
    SUPPLEMENT = "supplement"
    URGE = "urge"
    NEW = "new"


LONGEST = 4_000
SHORTEST_TOLD = 3
SHORTEST_REASON = 5
_NOISE = re.compile(r"[\s，,。.、！!？?~～…：:；;\-—（）()“”\"']+")
_TOKEN = re.compile(r"\[[一-鿿]{2}#[1-9]\d{0,3}\]")
_TAIL = re.compile(r"[\s，,。.、！!~～…的呢啊吧呀哦啦嘛]+$")
_ANNOUNCED = re.compile(
    r"补充材料|补充说明|补充|补交|补传|补件|补资料|补材料|补全|补|追加|增加|增补|添加|完善|上传|重新传|再加|提供|"
    r"新的?|材料|资料|证据|说明|情况|内容|信息|图片|照片|截图|附件|东西|几句话?|一点|一些|一下|一份|几张|几个|"
    r"我|想|要|再|还有|有|请|帮|给|往|对|把|为|之前|上次|原来|刚才|已经?提交|登记|投诉|编号|单号|案子|那件|这件|那个|这个|"
    r"需要|可以|可不可以|能不能|能|吗|里|到|在|作|个|做|份|了|的|呢|啊|吧|行|您好|你好|好"
)
_ENDED = re.compile(
    r"(嗯+|好|ok)?(暂时|目前)?(没有?(什么|啥|别的|其他)?(要|需要|可以?)?(补充|说|加|添)?(的|了)*|不用(补充|补)?了?|不(补充?|加|说|需要)了?|"
    r"就(是)?(这些|这样|这么多)了?|(先)?(这样|这些)|(补充?|说|发|传)?(完|好|齐)(毕)?了|好的?|可以了?|行了?|没事了?|算了|取消|退出|结束|谢谢|够了)(谢谢)?"
)
_DISSATISFIED = re.compile(
    r"二次投诉|再次投诉|重新投诉|再投诉一?次?|升级投诉|投诉升级|升级处理|重新(处理|调查|核查|办理?|查|开|打开|看)|重启|重开|"
    r"申请(复核|复查|复议)|复核|复查|复议|复审|再查一?(遍|查)|不满意?|不服气?|不接受|不认可|不同意|不认|有异议|异议|"
    r"处理(结果|意见|决定)?|结果|答复|回复|结论|意见|决定|结案|投诉|要求|申请|编号|单号|上级|上次|上回|之前|你们|银行|"
    r"我|想|要|对|的|了|这|那|个|件|还是|就是|很|非常|完全|需要|请|给|再|吗|呢|啊|吧|重新|一下|一次|是|就|也|都"
)
_NO_REASON = re.compile(
    r"(没有?|不想|不说|不写|无)(什么|啥)?(理由|原因|说|写|补充|要说)?(的|了)*|直接(提交|登记|办理?)(吧)?|不用(说|写)?了?|就是不满意?|"
    r"(是|好|可以|要|需要|嗯+|对|行|确认|确定)(的|了)?"
)
_DROPPED = re.compile(
    r"算了|不(要|用)?(再)?投诉了|取消|不(办|弄|搞)了|不(需要|要)重新|先不(投诉|办|弄)?了?|再想想|不重新(投诉|处理)了?"
)
_NEW = re.compile(
    r"(仍|还)(然|是)?(要|需要|想)?(新建|登记|投诉|提交)|新建|新(的)?(投诉|登记|一件|的一件)|另(外|一)(一)?(件|回|个)?|不是?(同)?一(件|回|码)事|不一样|"
    r"重新登记|继续(登记|提交|投诉|填写?)|单独"
)
_NOT_NEW = re.compile(r"不(用|要|需要|想)?(再)?(新建|重新登记|另外)|别新建")
_SUPPLEMENT = re.compile(r"补充|追加|加(到|在|进)|并到|合并|放(到|在)")
_URGE = re.compile(r"催")


def plain(text: str) -> str:
    said = simplified(unicodedata.normalize("NFKC", text[:LONGEST])).strip().lower()
    return _TAIL.sub("", said) or said


def _left(pattern: re.Pattern[str], text: str, numbers: list[str]) -> str:
    said = simplified(unicodedata.normalize("NFKC", text))
    for number in numbers:
        said = re.sub(re.escape(number), "", said, flags=re.IGNORECASE)
    return pattern.sub("", _NOISE.sub("", said))


def tells(text: str, numbers: list[str]) -> bool:
    """Something to add, and not only the announcement that something is to be added. A token is a fact."""
    return bool(_TOKEN.search(text)) or len(_left(_ANNOUNCED, text, numbers)) >= SHORTEST_TOLD


def ended(text: str) -> bool:
    """Nothing more to add."""
    return bool(_ENDED.fullmatch(_NOISE.sub("", plain(text))))


def gives_reason(text: str, numbers: list[str]) -> bool:
    """Says what is wrong with the answer, and not only that it is."""
    return len(_left(_DISSATISFIED, text, numbers)) >= SHORTEST_REASON


def has_no_reason(text: str) -> bool:
    return bool(_NO_REASON.fullmatch(_NOISE.sub("", plain(text))))


def dropped(text: str) -> bool:
    return len(text) <= 20 and bool(_DROPPED.search(simplified(text)))


def choice_in(text: str) -> Choice | None:
    """Of 补充, 催办, 仍要新建; None when none of them is said, or more than one."""
    said = plain(text)
    found = {
        choice
        for choice, pattern in ((Choice.NEW, _NEW), (Choice.SUPPLEMENT, _SUPPLEMENT), (Choice.URGE, _URGE))
        if pattern.search(said) and not (choice is Choice.NEW and _NOT_NEW.search(said))
    }
    return found.pop() if len(found) == 1 else None


def _pairs(text: str) -> set[str]:
    bare = _NOISE.sub("", _TOKEN.sub("", unicodedata.normalize("NFKC", text).lower()))
    return {bare[at : at + 2] for at in range(len(bare) - 1)}


def similarity(one: str, other: str) -> int:
    """Of the pairs of neighbouring characters, how many both share, in per cent (Dice); personal values left out."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return 0
    return round(200 * len(first & second) / (len(first) + len(second)))
