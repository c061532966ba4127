"""The unit as the customer named it, whether we have it or not. Standard library only; each name has a bounded length,
so time is linear in the text."""

import re
from dataclasses import dataclass

LONGEST_PLACE, LONGEST_TEXT = 12, 4_000
MISTYPED = re.compile(r"支航|之行|支行行|只行|知行|支形")
KIND = re.compile(
    r"支行行?|支航|之行|只行|知行|支形|分行|分理处|分理所|储蓄所|营业部|营业厅|营业所|营业网点|网点|信用卡中心|卡中心|客服中心|客户服务中心|"
    r"财富中心|理财中心|贷款中心|私人银行中心"
)
# Units without a place.
WHOLE = re.compile(r"(?:信用卡|卡|客服|客户服务|财富|理财|贷款|私人银行)中心")
NUMERAL = r"[\d一二三四五六七八九十]"
# What ends before the name of a place begins.
BEFORE = re.compile(
    r"(?<=[我俺行])系|[你您妳我他她咱]们?行?的?|恁|俺|贵行的?|银行的?|[在去找喺跟往叫是]|从(?!化)|(?:来|上)到?(?=[你您咱恁那贵])|到|"
    r"(?<=贵行)[于於]|投诉一?下?|举报|反映|感谢|表扬|称赞|敬佩|催促|催一催|改成|改为|更正为|写成?|机构|部门|嗯|哦|请|麻烦|说归?|换一?下?|修改|关于|通过|"
    rf"(?<={NUMERAL})[日号月点]半?多?|(?:天|周|月|年|礼拜|星期)[以之]?前|上上?个?(?:周|星期|礼拜|月)[初底末中]?(?![一二三四五六日天])|(?<=[\d今去前])年|[昨今前][天日晚早]|昨儿个?|刚才|刚刚|最近|国庆节?|元旦|春节|(?<=[支分]行)[和与跟及]|网点(?!$)|大前天|前几天|(?:周|星期|礼拜)[一二三四五六日天]|"
    r"上午|下午|中午|早上|晚上|凌晨|半夜|当天|那天|发生于|位于|位置|网点[叫是:：]|经过|办理|开户行?|发卡行?|贷款行|户行|然后|因为|结果|"
    r"(?<!^)的(?!那|这|$)|[了过着给把被对]|让(?!胡)|向(?![阳前荣明东西南北])"
)
LEADING = re.compile(r"^(?:的|那个|那家|那间|这个|这家|这间|一个|一家|个|家|里|小区门口|门口|楼下|附近|离我家|边上)+")
FILLER = re.compile(r"(?:那个|那家|那间|这个|这家|这间|那边|这边|那|这|的)+$")
NOT_A_PLACE = re.compile(
    r"(?:什么|哪个|哪间|哪家|一下|清楚|分不清)$|^(?:没有?|整个|相关|上|下面|前面|后面|面|间|边间|单上|老牌|具体|查|请|跑|不是|开办|开卡|办卡|几十|[\d一二两三四五六七八九十]+|总|各|每|另|几|两|多|某|附近|其他|其它|别的?|哪|哪个|哪家|任何|所有|全部|全国|当地|本地|最近|一|这些|那些|不同|服务|营业|银行|开户行?|发卡行?|贷款行|户行|发卡|"
    r"原来?|镇上|县里|城里|村里|市里|乡下|老家|单位|公司|小区|街上|同|该|此|其|你|本|我行|跨|换|人工|线下|上级|下属|经办)(?:个|家|的|所|地)*$"
)
BLAMED = re.compile(r"(?:投诉|举报|主要是|怪|反映)[你您们的那个这一下 ，,]{0,6}$")
HAN_PLACE = re.compile(r"[一-鿿0-9A-Za-z·]{1,12}$")


@dataclass(frozen=True, slots=True)
class Named:
    """`words` as they were said, at `start`; `blamed` when it is said to be the one complained about."""

    words: str
    start: int
    place: str
    blamed: bool


def _place(text: str, end: int) -> tuple[int, str]:
    """Where the name begins that ends at `end`, and the place in it; "" when only the kind of unit was said."""
    window = HAN_PLACE.search(text[max(0, end - LONGEST_PLACE) : end])
    said = window.group() if window else ""
    cut = 0
    for word in BEFORE.finditer(said):
        cut = word.end()
    said = LEADING.sub("", said[cut:])
    return end - len(said), FILLER.sub("", said)


def named(text: str) -> list[Named]:
    """In the order of the text. `text` is simplified."""
    found = []
    for kind in KIND.finditer(text[:LONGEST_TEXT]):
        start, place = _place(text, kind.start())
        if WHOLE.fullmatch(kind.group()) and len(place) > 4:
            start, place = kind.start(), ""
        if not place and not WHOLE.fullmatch(kind.group()):
            continue
        if NOT_A_PLACE.search(place):
            continue
        before = text[max(0, start - 12) : start]
        found.append(Named(text[start : kind.end()], start, place, bool(BLAMED.search(before))))
    return found


def named_first(text: str) -> Named | None:
    """The one complained about; else the first with a place; else a unit without one."""
    found = named(text)
    return min(found, key=lambda each: (not each.place, not each.blamed, each.start)) if found else None
