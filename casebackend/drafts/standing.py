"""For whom somebody complains: for himself, as an agent, as an heir (银保监会令2020年第3号 Art. 13, 14).

Standard library only."""

import re

from casebackend.customers.spelling import simplified

KIN = (
    r"(?:父母|父亲|母亲|爸爸?|妈妈?|老爸|老妈|爷爷|奶奶|外公|外婆|姥爷|姥姥|老伴|丈夫|妻子|爱人|老公|老婆|先生|太太|孩子|儿子|女儿|"
    r"哥哥?|姐姐?|弟弟?|妹妹?|岳父|岳母|公公|婆婆|叔叔|阿姨|舅舅|姑姑|亲人|亲属|家属)"
)
OTHERS = rf"(?:{KIN}|家里老人|家人|老人|朋友|同学|邻居|亲戚|委托人|当事人|别人|他人|他|她)"
DIED = r"(?:去世|过世|病故|病逝|已故|离世|身故|死亡|不在了|不在人世)"
HEIR = re.compile(
    rf"(?:我(?:的|们)?)?{OTHERS}[^，,。；;]{{0,8}}{DIED}|"
    r"我是[^，,。]{0,8}继承人|(?:继承|遗产)[^，,。]{0,6}(?:存款|账户|手续|公证)"
)
AGENT = re.compile(
    rf"(?:替|帮|代替?|代表|受)(?:我|我们|我的|俺)?(?:家|家里)?(?:的)?{OTHERS}(?:委托)?(?:来|本人|去)?[^，,。；;]{{0,6}}"
    r"(?:投诉|反映|举报|登记|维权|问|办理?|申诉|说)|(?:我是)?(?:受|受人)委托|我是(?:他|她)的?(?:代理人|受托人|律师)|我是(?:代理人|受托人|代理律师)"
)
MYSELF = re.compile(r"我(?:就)?是本人|是我(?:自己|本人)(?:的事|投诉|办)?|(?:不是|没有)(?:替|帮|代)(?:别人|他人|谁)")


def capacity_of(text: str) -> str | None:
    """`agent`, `heir`, or `self` where it is said again; the codes of matters.yml."""
    said = simplified(text)
    if MYSELF.search(said):
        return "self"
    if HEIR.search(said):
        return "heir"
    return "agent" if AGENT.search(said) else None
