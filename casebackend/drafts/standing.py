"""For whom somebody complains, how many they are, and what should be borne in mind. Standard library only.

Capacities: 银保监会令2020年第3号 Art. 13, 14; groups: Art. 12.
"""

import re
from collections.abc import Collection

from casebackend.conversations.large import AGED
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
GROUP = re.compile(
    r"(?:我们|咱们|一共|总共|共有?)(?:这边|这里|这儿|大概|有|现在|一共|总共|差不多|大约)*(?P<we>[\d一二三四五六七八九十两几百上]{1,5})(?:多|来|几)?(?:(?:个|位|名)?(?:人|客户|储户|业主|投资[者人]|受害[者人]|同学|邻居|同事)|户|位|名)|"
    r"(?P<n>[\d一二三四五六七八九十两几百上]{1,5})(?:多|来|几)?(?:个|位|名)?(?:人|客户|储户|业主|投资人|户)(?:一起|联名|共同|集体)"
)
TOGETHER = re.compile(r"集体投诉|联名投诉|群体投诉|联合投诉|我们一起投诉|大家一起投诉")
CARE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("老年", AGED),
    ("听力不便", re.compile(r"^(?:我|耳朵)?听不(?:见|清)|我(?:是)?(?:耳朵|听力)?(?:聋|听不(?:见|清)|"
        r"听力(?:不好|障碍))|聋哑|听障")),
    ("视力不便", re.compile(r"我(?:是)?(?:盲人|看不(?:见|清)(?:字|屏幕)?|视力(?:不好|障碍))|视障")),
    ("行动不便", re.compile(r"(?:我|腿脚|行动)(?:是)?(?:残疾|残障|不方便走|瘫痪|行动不便)|"
        r"腿脚不(?:方便|便|好)|行动不(?:方便|便)|残疾人|坐轮椅")),
    ("重病", re.compile(r"(?:我|家里)[^，,。]{0,6}(?:癌症|重病|化疗|住院|手术|病危)|救命(?:钱|的钱)")),
    ("生活困难", re.compile(r"低保|贫困户|没钱吃饭|揭不开锅|"
        r"靠(?:这点|这笔|养老)[^，,。]{0,6}(?:钱|金)(?:生活|过日子|吃饭)")),
)  # fmt: skip
DIGITS = {each: number for number, each in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 2}


def capacity_of(text: str) -> str | None:
    """`agent`, `heir`, or `self` where it is said again; the codes of matters.yml."""
    said = simplified(text)
    if MYSELF.search(said):
        return "self"
    if HEIR.search(said):
        return "heir"
    return "agent" if AGENT.search(said) else None


def number(said: str) -> int:
    """十几 is 10, 二十几 20, 上百 100: the least it can be."""
    if said.isdigit():
        return int(said)
    if "百" in said:
        head = said.split("百")[0]
        return DIGITS.get(head[-1:], 1) * 100
    if "十" in said:
        head, _, tail = said.partition("十")
        return DIGITS.get(head[-1:], 1) * 10 + (DIGITS.get(tail, 0) if tail and tail != "几" else 0)
    return DIGITS.get(said, 0)


def group_of(text: str) -> int | None:
    """How many complain together, at the least; 2 where only that they are several is said."""
    said = simplified(text)
    match = GROUP.search(said)
    if match and (many := number(match["we"] or match["n"])) >= 2:
        return many
    return 2 if TOGETHER.search(said) else None


def care_for(text: str, known: Collection[str] = ()) -> list[str]:
    """What this message adds to `known`."""
    said = simplified(text)
    return [name for name, pattern in CARE if name not in known and pattern.search(said)]
