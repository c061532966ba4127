"""Whether a yes to the read-back is one: nothing is filed on a hesitation, a question or a yes with a but."""

import re
from enum import StrEnum

from casebackend.customers.spelling import simplified


class Hold(StrEnum):
    """What keeps a yes from being one."""

    WAITS = "waits"
    OBJECTS = "objects"


LONGEST = 40
WORDS = (
    "可以是可以 好是好 对是对 行是行 可以 好的?吧? 行吧? 嗯++ 对啊? 是的? 没错 没问题 可 成 ok yes 都对 对的 "
    "确认 确定 提交 登记"
)
YES = rf"(?:{'|'.join(WORDS.split())})"
SMALL = r"(?:啊|呀|吧|了|的|哈|呢|嘛|倒是|倒|也)*+"
GAP = r"[\s，,。.、…~～!！?？]*+"
RIGHT = "".join(
    f"(?<!{said})" for said in ("没", "没有", *(f"没{at}" for at in "写讲说填弄搞"), "没有写", "没有讲", "没有说")
)
# 就是 says a but only before what is wrong: 行吧就是名字错了, and not 对就是这样.
BUT = (
    rf"(?:但是?|不过|可是|只不过|只是|除了|然而|but|"
    rf"就是(?=.*(?:{RIGHT}错|不(?:太|大|怎么)?对|不是|漏|少了|多了|有点|改一?下)))"
)
HEDGED = re.compile(rf"^(?:{GAP}{YES}{SMALL}){{1,3}}{GAP}{BUT}{GAP}(?P<rest>.*)$", re.DOTALL | re.IGNORECASE)
# Without a but: 都对，金额是300; 好 金额写错了. Not 没问题，不用改.
ENTRY = r"(?:金额|钱数|日期|时间|电话|手机号?|号码|名字|姓名|机构|支行|网点|地址|证件|身份证|卡号|内容|诉求)"
LEFT = "".join(f"(?<!{said})" for said in ("不", "没", "别", "没有", "不用", "不要", "不必", "不需要"))
WRITTEN = "(?<!没)(?<!没有)(?<!别)[写填记说打录听登讲读]"
CHANGED = re.compile(
    rf"^(?:{GAP}{YES}{SMALL}){{1,3}}{GAP}(?:.*(?:{LEFT}改(?!善|进|正|天|日)|{WRITTEN}错(?!字)|"
    rf"{ENTRY}.{{0,3}}{RIGHT}(?<![扣收转算退刷])错|不(?:太|大|怎么)?对|"
    rf"{LEFT}换(?:一?个|成)|{ENTRY}.{{0,4}}(?:{LEFT}换|[少多漏][了写填]|不是(?!我)|不准)|应该是)|"
    rf"(?:我|都)?错|.{{0,4}}{ENTRY}(?:那[里项个])?(?:是|为)(?!我|对|没|正确|这|那))",
    re.DOTALL | re.IGNORECASE,
)
# 对了 before anything else changes the subject.
BY_THE_WAY = re.compile(
    rf"^{GAP}(?:哦|啊|诶|哎|欸)?对了(?:[\s，,、…~～:：]+|[.。]{{2,}}|(?=还|我|那|你|等))(?P<rest>.*)$", re.DOTALL
)
THINK = r"(?:一?[想看问查找下]|考虑|核对|商量|我|清楚)"
WAITS = re.compile(
    r"等(?:一?[会下哈]|等|我|[一两三几五\d]{1,2}个?(?:分钟|小时|天))|稍[等候后]|慢着|且慢|先(?:别|不|放)|"
    rf"(?:先|再|得|要|让我|容我|给我)(?:先|再|去|好好)?(?:想|看|问|查|找|核对|考虑|琢磨|商量|确认){THINK}|"
    r"^(?:[嗯额呃哦好行可以的吧啊，,。.…\s])*我?(?:想想|看看|问问|考虑(?:考虑|一下)?|想一下|看一下)(?:啊|吧|哈|先|再说)*[。.…\s]*$|"
    r"[待一]会儿?再|回头(?:再|我)|晚[点些](?:再|我)|改天|过(?:会|两天|几天)|再说吧?$|\bwait\b|\bhold on\b|\blater\b",
    re.IGNORECASE,
)
# 等等，不是三千，是三千五 puts right and does not wait.
PUTS_RIGHT = re.compile(r"不是.{1,12}是|改[成为]|应该是|(?<!没)(?<!没有)错了|不对|\[[一-鿿]{2}#\d")
# The last word is a yes after all: 我想想啊嗯没问题，报吧.
AFTER_ALL = re.compile(
    r"(?:提交|确认|登记|受理|没问题|都对|交|报|递上去|办)(?:了|吧|嘛|啦|一下|就行|就好|无误)*[。.!！~～\s]*$"
)
NOT_YET = re.compile(r"(?:先(?:别|不)|不|别|等|再)[^，,。]{0,6}$")
ASKS = re.compile(r"[?？]\s*$|[吗么]$")


def objection(text: str) -> str:
    """What comes after 好吧，但是 or 对了; the whole of what begins otherwise."""
    match = HEDGED.match(text) or BY_THE_WAY.match(text)
    return match["rest"].strip() if match else text


def hold(text: str) -> Hold | None:
    """What was said beside the yes, or instead of it."""
    said = simplified(text).strip()
    if len(said) > LONGEST:
        return None
    if _waits(objection(said)):
        return Hold.WAITS
    puts_right = PUTS_RIGHT.search(said) and WAITS.search(said)
    patterns = (HEDGED, CHANGED, BY_THE_WAY, ASKS)
    return Hold.OBJECTS if puts_right or any(pattern.search(said) for pattern in patterns) else None


def _waits(said: str) -> bool:
    if WAITS.search(said) is None or PUTS_RIGHT.search(said):
        return False
    yes = AFTER_ALL.search(said)
    return yes is None or bool(NOT_YET.search(said[: yes.start()]))
