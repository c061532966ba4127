"""What a customer wants of the form itself: go on, begin anew, leave it for later, wait, change a line. Standard
library only. A wish is the whole message; the same words in a story are the story's."""

import re
from collections.abc import Iterable
from enum import StrEnum

from casebackend.customers.spelling import simplified
from casebackend.drafts.consent import objection
from casebackend.drafts.resuming import resumes


class Wish(StrEnum):
    GO_ON = "go_on"
    RESTART = "restart"
    LATER = "later"
    EDIT = "edit"
    KEEP = "keep"
    WAIT = "wait"


LONGEST = 24
AROUND = re.compile(r"[\s，,。.!！?？~～…]+")
POLITE = (
    r"(?:后悔了?|反悔了?|改主意了?|好的?|嗯+|哦|行|可以|那|那就|麻烦|请|帮我|"
    r"我|你好|您好|在吗|来|咱们?|想|要|现在|还是)*"
)
END = r"(?:吧|了|呀|啊|呢|好吗|可以吗)*"
WHAT = r"(?:我的|那个|那份|这份|上次的?|刚才的?|之前的?|没填完的?|没办完的?|原来的?)*(?:投诉|登记|表|内容)?"
ALL_WRONG = r"(?:[全都]部?(?:写|填|记|说)?(?:错|不对)了?)?"
BUSY = r"(?:好的?|嗯+|哦|我|现在|在|正在|有点|有|很|事|忙|没空|没时间|不方便|开会|开车|上班|吃饭)*"
SAYS = r"(?:说|填|弄|来|办|写|聊|讲|继续|接着(?:说|填|办|弄)?|登记|投诉|处理)"
WELL = r"(?:好的?|嗯+|哦|额|呃|那|那个|别急|别催|不要催|别着急|急什么|你好|麻烦|请)*"
HOLD = (
    r"(?:你|您)?(?:先)?(?:稍等|稍候|慢着|且慢|等等|等(?:我)?(?:一?[下哈阵]|一?会儿?|片刻|几分钟|[一二两三五]分钟)|等我)"
    r"(?:一?[下哈]|一?会儿?|片刻|先)?"
)
THINK = (
    r"(?:先|再|好好)?(?:(?:想|看|找|查|翻|问|拿|核对|确认|考虑|回忆)(?:一?下|一?[想看找查翻问])|考虑考虑|回忆回忆|核对核对|想想看|看看)"
    r"(?:账单|短信|记录|流水|小票|单据|凭证|手机|卡|身份证|日期|日子|家里人|家人|我?(?:儿子|女儿|老伴|爱人|家里))?"
)
ALONE = rf"(?:(?:让|容|给)?我{THINK}|(?:再|好好)?(?:想想|想一下|考虑一下|考虑考虑|回忆一下))"
LET = rf"(?:让|容|给)?我?{THINK}"
WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    (Wish.RESTART, re.compile(
        rf"{ALL_WRONG}{POLITE}(?:全部|都)?(?:重新|从头|重头)(?:再)?(?:开始|来过?|填写?|登记|写|录|弄)?(?:一遍|一次|一份)?{END}{ALL_WRONG}|{POLITE}(?:全部|都)?重(?:填|来|写)(?:一遍|一次)?{END}|推倒重来")),
    (Wish.GO_ON, re.compile(
        rf"{POLITE}(?:接着|继续|接上)(?:着)?{WHAT}(?:往下|下去)?(?:{SAYS}|填写)?(?:下去)?{WHAT}{END}|{POLITE}把?{WHAT}(?:接着|继续|恢复)(?:{SAYS}|填写)?{END}|{POLITE}恢复{WHAT}{END}|(?:不+|算了|那|我)*还是(?:要|想)?(?:投诉|登记|投|办)(?:一下|下去)?{END}")),
    (Wish.LATER, re.compile(
        rf"{BUSY}(?:先|暂时)(?:别|不)?(?:不管|放着|放一?放|放一下|存着|搁着|停一?下|停|等等|等一下)(?:它|这个)?{END}|"
        rf"{BUSY}(?:先|暂时)不(?:管|填|弄|写|说){END}|"
        rf"{BUSY}(?:等(?:一?会儿?|下|一下|等)|待会儿?|一?会儿?|过(?:一?会儿?|几天|两天)|晚点|晚些|回头|改天|改日|明天|后天|晚上|下次|以后|稍后|有空(?:了|的时候)?){{1,2}}(?:我)?再(?:来)?{SAYS}{END}")),
    (Wish.EDIT, re.compile(
        r"(?:我)?(?:想|要|需要)?(?:再)?(?:修改|更改|改)(?:一?下|内容|信息|一项|某一项|哪一项)*(?:吧)?")),
    (Wish.KEEP, re.compile(r"(?:那|还是)?(?:算了)?(?:不用?|别|不要|不必|不需要)改(?:了|啦|吧)?|"
        r"(?:保持|就)?(?:不变|原样|照旧)(?:了|吧|就行|就好)?|(?:还是)?原来的?(?:就)?(?:好|对|是对的)?")),
    (Wish.WAIT, re.compile(
        rf"{WELL}(?:{HOLD}{END}(?:{LET}|{BUSY})?|{ALONE}|(?:别|不要)(?:急|催|着急)(?:我)?){END}哈?")),
)  # fmt: skip
# Past a question that was gone back to.
ONWARD = re.compile(
    r"(?:到|去|进入|直接)?下一?[步项题个](?:问题)?(?:吧)?|往下(?:走|填|说)?(?:吧)?|跳过(?:吧)?|不用改[，,]?(?:下一步|继续)"
)
# Of the main menu, in its first order.
MENU = ("我要投诉", "查进度", "催办", "转人工")
USED: dict[str, re.Pattern[str]] = {
    "催办": re.compile(r"催"),
    "查进度": re.compile(r"进度|进展|处理到哪|怎么样了|查.{0,6}投诉"),
    "转人工": re.compile(r"人工|真人"),
    "我要投诉": re.compile(r"投诉|举报"),
}


def wish(text: str) -> Wish | None:
    said = AROUND.sub("", objection(simplified(text))) if len(text) <= LONGEST else ""
    found = next((each for each, pattern in WISHES if pattern.fullmatch(said)), None)
    return Wish.GO_ON if found is None and resumes(text) else found


def goes_onward(text: str) -> bool:
    return len(text) <= LONGEST and ONWARD.fullmatch(AROUND.sub("", simplified(text))) is not None


def menu(said: Iterable[str]) -> list[str]:
    """`said`: short messages of the customer, newest first. What was used last stands first."""
    order: list[str] = []
    for text in said:
        item = next((item for item, pattern in USED.items() if len(text) <= 12 and pattern.search(text)), None)
        if item is not None and item not in order:
            order.append(item)
    return [*order, *(item for item in MENU if item not in order)]
