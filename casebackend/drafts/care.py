"""What a message tells of the person that should be borne in mind, or of the relative it is about.

Standard library only."""

import re
from collections.abc import Collection

from casebackend.conversations.large import AGED
from casebackend.customers.spelling import simplified
from casebackend.drafts.standing import KIN

OF_A_RELATIVE = "家人"
NO_DEVICE = "使用智能设备困难"
DISABLED = r"残疾人(?!通道|车位|设施|专用|联合会|联|们)"
EXPECTING = r"(?:怀孕(?!险)|怀着孕|怀了孕|孕妇(?!专|通道|优先)|有身孕|孕期|挺着大?肚子|大着肚子|坐月子|哺乳期)"
OF_THE_MIND = r"(?:抑郁|焦虑症|躁郁|双相|精神分裂|精神类?疾病|惊恐症)"
OWN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("老年", AGED),
    ("听力不便", re.compile(r"^(?:我|耳朵)?听不(?:见|清)|我(?:是)?(?:耳朵|听力)?(?:聋|听不(?:见|清)|"
        r"听力(?:不好|障碍))|聋哑|听障")),
    ("视力不便", re.compile(r"我(?:是)?(?:盲人|看不(?:见|清)(?:字|屏幕)?|视力(?:不好|障碍))|视障")),
    ("行动不便", re.compile(r"(?:我|腿脚|行动)(?:是)?(?:残疾|残障|不方便走|瘫痪|行动不便)|"
        rf"腿脚不(?:方便|便|好)|行动不(?:方便|便)|(?<!不是){DISABLED}|坐轮椅")),
    ("重病", re.compile(r"(?:我|家里)[^，,。]{0,6}(?:癌症|重病|化疗|住院|手术|病危)|救命(?:钱|的钱)")),
    ("生活困难", re.compile(r"低保|贫困户|没钱吃饭|揭不开锅|"
        r"靠(?:这点|这笔|养老)[^，,。]{0,6}(?:钱|金)(?:生活|过日子|吃饭)")),
    (NO_DEVICE, re.compile(r"我(?:也|又|都|真|根本|实在)*不(?:会|懂)(?:用|弄|操作)?(?:智能|触屏)?(?:手机(?!银行)|上网)|"
        r"(?:我(?:也)?|^)不(?:识|认识?|认得|会写)(?:汉)?字|我(?:是)?文盲")),
    ("孕期", re.compile(rf"我(?:现在|都|已经|已|正|也)*(?:是)?(?:个|一个|一名)?{EXPECTING}|^{EXPECTING}")),
    ("未成年", re.compile(
        r"我(?:今年|现在|才|只有|只|刚|刚满|还|是个?)*(?:1[0-7]|[6-9]|十[一二三四五六七]?|[六七八九])周?岁(?!的?时|那)|"
        r"我(?:还|是|还是|都)*(?:个)?(?:未成年(?!人(?:保护|模式))|没成年|不满(?:18|十八)|没满(?:18|十八)|没到(?:18|十八))")),
    ("心理疾病", re.compile(
        rf"我(?:有|得了?|患有?|查出|确诊|一直|现在|因为|本来|是){{1,3}}[^，,。]{{0,4}}{OF_THE_MIND}")),
)  # fmt: skip

WHO = rf"(?:(?:我|俺|我们)的?(?:{KIN}|家里?老人)|家里?(?:的)?(?:老人|{KIN}))"
BETWEEN = (
    r"(?:他|她|人|现在|今年|目前|已经|已|都|也|又|快|有|是|是个|一位|正在?|得了|患了?|患有|因为?|一直|根本|真的?|身体|"
    r"岁数|年纪|的)*"
)
YEARS = r"(?:[6-9]\d|1[01]\d|[六七八九]十[一二三四五六七八九]?)(?:多|几|来)?"
# 八十了, and nothing that could be counted follows.
AGE = (
    rf"{YEARS}(?:周?岁|高龄|的人|了(?=[，,。！!；;\s]|$|[^\d块元万千百年月天分]))|"
    r"年事已高|高龄|(?:很|比较|太)?大了|上了年纪"
)
DISABLING = (
    rf"{DISABLED}|残疾(?!人)|残障|瘫痪|偏瘫|卧床|中风|坐轮椅|行动不(?:方便|便)|"
    r"腿脚不(?:方便|便|好)|走不(?:了|动)路?"
)
RELATIVE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"{WHO}{BETWEEN}(?:{words})"))
    for name, words in (
        ("老年", AGE),
        ("听力不便", r"聋|听不(?:见|清)|听力(?:不好|障碍)|听障|耳背"),
        ("视力不便", r"盲人|失明|看不见|眼睛(?:看不见|瞎|不好)|视障|视力(?:不好|障碍)"),
        ("行动不便", DISABLING),
        ("重病", r"癌症?|重病|化疗|透析|尿毒症|病危|住院|(?:要|做|等着?)?(?:做|动)手术"),
        ("认知不便", r"老年痴呆|痴呆|阿尔茨海默|智力(?:残疾|障碍)|精神(?:残疾|障碍|病)"),
        ("孕期", EXPECTING),
        ("心理疾病", OF_THE_MIND),
        (NO_DEVICE, r"不(?:会|懂)(?:用|弄|操作)?(?:智能|触屏)?(?:手机(?!银行)|上网)|不识字"),
    )
)
# 我妈八十了不会用手机: what comes between the relative and this is no new person.
FIRST_TOLD = re.compile(rf"({WHO}){BETWEEN}(?:{YEARS}(?:周?岁)?了?|{DISABLED}|残疾|(?:很|比较|太)?大了)[，,、\s]*")


def care_for(text: str, known: Collection[str] = ()) -> list[str]:
    """What this message adds to `known`; of a relative by names of its own."""
    said = simplified(text)
    relatives, rest = _of_relatives(said)
    own = [name for name, pattern in OWN if (match := pattern.search(rest)) and _own(name, match.group(), relatives)]
    found = [*own, *(f"{OF_A_RELATIVE}{name}" for name in relatives)]
    return [name for name in found if name not in known]


def _own(name: str, words: str, relatives: list[str]) -> bool:
    """我爱人是残疾人，坐轮椅 is still about the same one."""
    return name not in relatives or words.startswith("我")


def _of_relatives(said: str) -> tuple[list[str], str]:
    """And what is left to be read as the customer's own."""
    found: list[str] = []
    rest = said
    for name, pattern in RELATIVE:
        match = pattern.search(said) or (pattern.search(FIRST_TOLD.sub(r"\1", said)) if found else None)
        if match is not None:
            found.append(name)
            rest = rest.replace(match.group(), "，")
    return found, rest
