"""The points a customer gives, as people say them. Points that are refused or only a scale are none."""

import re
from typing import Literal

from casebackend.revisits.speech import SKIPPED, Skipped, clauses, gives_up, heard, plain

NO_MORE = re.compile(
    r"^(没有?|没(有)?了|无|冇|跳过|不用了?|不了|不必了?|没(有)?(什么|啥|别的|其他)?(意见|要说的?|想说的?|建议)?了?|否|no)$"
)
_NUMERALS = {
    "零": 0, "半": 0, "负": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "满": 5, "十": 10, "一百": 100,
}  # fmt: skip
_NUMBER = r"(?:一百|\d{1,3}|[一二两三四五零半负十满])"
_UNIT = r"(?:个|颗)?(?:分(?![钟钱之期行公店局部红开成别析机])|星(?![期半]))"
_APART = r"(?<![\d.点:负一二两三四五六七八九十百])(?<!\d[-~到、至/])(?<![一二三四五][到至、])"
POINTS = re.compile(rf"{_APART}({_NUMBER}){_UNIT}")
BARE = re.compile(r"^我?就?(?:给|打|选|评|勾)?个?(\d{1,3}|[一二两三四五零])点?(?:吧|啊|呀|哦|啦|的)?$")
_ADVERB = re.compile(r"十分(?![吧啦了哦的制好评满给,，。!?\s]|$)")
_SCALE = re.compile(
    rf"满分(?:是|为|才)?({_NUMBER})分?(?=[,，。;\s]|$|我|就|只|给|打)|({_NUMBER})(?:分|星)(?:是|为)?(?:满分|制|为满)"
)
_BEFORE = re.compile(
    r"(?:不可能|不会|不想|别想|休想|凭什么|不值|不配|给不了|打不了|不够|哪里?|哪有|没有?|甭|还?想要|不给|难道|谁|怎么(?:可能|会|好意思)|不能|做梦"
    r"|本来|原本|原来|之前|上次|以前|扣|减|少|差|不是|如果|要是|再?多给)[^,，。!?分星]{0,5}$"
)
_AFTER = re.compile(
    r"^(?:好评)?(?:差评|[吗么]|\?+(?=.)|个?[屁鬼毛]|是?不可能|没门|做梦|想得美|才怪|别想|休想|[想都也]{1,2}(?:想|嫌|别|不)|不值|就?别|免谈|就?算了"
    r"|的话|以?上的?服务|太[多高]|给不了)"
)
_LOWEST = re.compile(r"^(?:[都也](?:嫌|不|没|别|给不)|不值|太多)")
_MASKED = re.compile(
    r"不好意思|不好(?:说|讲|评价?)|说不好|好意思|好像|好歹|好不容易|太?好笑|你好|您好|希望.*|能不能.*|[让使令](?:人|我|客户)满意"
    r"|满意(?:了|度|的?话)?(?:吗|么|\?)|(?:觉得|以为).{0,4}(?:会|能)(?:满意|好)|可以(?=给|不|打|选|再|吗|么|\?)"
    r"|(?:哪里|哪儿|哪能|怎么可能|怎么会|谁会|凭什么|(?<!不)能|怎么|如何|什么叫)[^,，。]{0,5}(?:满意|不错|好)"
    r"|(?:满意|不错|好|可以)[个你](?:[屁鬼毛锤球头妹])|(?:满意|好|可以)(?:才怪|什么(?:好)?|啥好?)|好什么好|别想.*"
)
_MOCKS = re.compile(r"[个你][屁鬼毛锤球头妹]|才怪|好什么好|好啥好")
_VERY = r"(?:非常|很|特别|极其?|极度|超级?|太|十分|一点(?:都|也)?|完全|根本|相当)"
_WORDS_OF_SCORE: list[tuple[re.Pattern[str], int]] = [
    (re.compile(
        rf"{_VERY}不(满意|好|行|怎么样)|{_VERY}不满|极差|[很太更真]差|差劲|差评|垃圾|糟(糕|透)|恶劣|[太真很]烂"
    ), 1),
    (re.compile(r"不(?:能|会)再(?:满意|好)了"), 5),
    (re.compile(r"不好不坏|不好也不坏|中规中矩"), 3),
    (re.compile(
        r"(?:谈不上|说不上|称不上|算不上|没法|无法|不能说|不敢说|很难|难以)[^,，。]{0,4}(?:满意|好)"
        r"|不(是)?(太|怎么|够|大|很|算)?(满意|好|行|怎么样|可以)|唔满意|没(有)?(太|多)?满意|不满|较差|有点差|失望"
        r"|差(?![不点别额价旅错距一了]|\d)|(?<!灿)烂(?!漫)"
    ), 2),
    (re.compile(r"一般|还行|凑合|马马虎虎|中等|说得过去|就那样|差不多|还可以"), 3),
    (re.compile(
        r"(非常|很|特别|极其?|超级?|太|十分|相当|完全|百分百|100%)(地|之|的)?(满意|好(?![慢久差烂气多])|棒|赞)"
        r"|完美|好评|太棒|点赞"
    ), 5),
    (re.compile(r"满意|不错|挺好|蛮好|还好"), 4),
]  # fmt: skip
_GOOD = re.compile(
    r"(?:我|觉得|都|也|还|挺|蛮|比较|这次|服务|态度|处理|做|办|得|的|总体|整体|算|是|效率|结果|嗯|你们|您们)*(?:好|可以)"
    r"(?:的|了|啦|呀|啊|吧|哦|哈|谢谢)*"
)


def _value(number: str) -> int | None:
    value = int(number) if number.isdigit() else _NUMERALS[number]
    return {0: 1, 10: 5, 100: 5}.get(value, value if 1 <= value <= 5 else None)


def _named(said: str) -> set[int | None]:
    """Points that are given; None stands for those that are no score."""
    found: set[int | None] = set()
    for each in POINTS.finditer(said):
        value, rest = _value(each.group(1)), said[each.end() :]
        if value == 1 and _LOWEST.match(rest):
            found.add(1)
        elif _BEFORE.search(said[: each.start()]) or _AFTER.match(rest):
            continue
        elif each.group(1) == "满":
            found.update([] if POINTS.search(rest) or found else [5])
        else:
            found.add(value)
    return found


def points_in(said: str) -> int | Literal[False] | None:
    """The one number given; None where there are several or none that counts; False where no points are named."""
    scale = _SCALE.search(said)
    if scale and (left := _SCALE.sub(" ", said)) and (POINTS.search(left) or re.search(r"(?:给|打)\d", left)):
        if _value(scale.group(1) or scale.group(2)) != 5 or (scale.group(1) or scale.group(2)) in ("10", "100", "十"):
            return None
        said = left
    found = _named(said)
    found |= {_value(bare.group(1)) for each in clauses(said) if (bare := BARE.match(each))}
    valid = found - {None}
    if len(valid) == 1:
        return valid.pop()
    return None if found else False


def score_in(text: str) -> int | Skipped | None:
    """1 to 5. A number without 分 or 星 counts only when it stands alone: "等了3天" is no score."""
    said = _ADVERB.sub("非常", heard(text))
    named = points_in(said)
    if named is not False:
        return named
    if _MOCKS.search(said):
        return None
    told = _MASKED.sub(" ", said)
    for pattern, score in _WORDS_OF_SCORE:
        if pattern.search(told):
            return score
    if any(_GOOD.fullmatch(each) for each in clauses(told)):
        return 4
    return SKIPPED if gives_up(said) or NO_MORE.match(plain(text)) else None
