"""Large type and short sentences: asked for, or told by the way. Standard library only."""

import re

from casebackend.customers.spelling import simplified

AGED = re.compile(
    r"我(?:都|已经|今年|快)*(?:[6-9]\d|[六七八九]十[一二三四五六七八九]?)(?:多)?岁|我(?:都|已经|的)*(?:年纪|岁数|年龄)(?:也|都)?(?:比较|很|太)?大|"
    r"我是(?:个)?(?:老人|老年人)|我(?:老了|年老)|我眼(?:睛)?(?:花|不好)|老花眼"
)
LARGE = re.compile(
    r"(?:字|字体|文字|屏幕)(?:能不能|可以|可不可以|请|再|太|放|调|改|弄|变|换)*(?:大(?:一点|点|一些|些)|放大|太?小了?(?!一点|点))|看不清(?:字|楚字)|"
    r"放大字|大字版|大字体|长辈模式|老年模式|关怀版"
)
SMALLER = re.compile(
    r"(?:字|字体)(?:太大|小(?:一点|点|些))|(?:关掉|退出|取消|不要)(?:大字版?|长辈模式|老年模式)|(?:正常|普通)(?:字体|版)"
)
LONGEST = 30


def wants_large(text: str) -> bool | None:
    """None where nothing is said of it; False asks for the ordinary type again."""
    said = simplified(text)
    if len(said) <= LONGEST and SMALLER.search(said):
        return False
    return True if (len(said) <= LONGEST and LARGE.search(said)) or AGED.search(said) else None
