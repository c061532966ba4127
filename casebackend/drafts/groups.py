"""How many complain together, at the least, as it is said in words (银保监会令2020年第3号 Art. 12). Standard library
only."""

import re

from casebackend.customers.spelling import simplified

DIGITS = {each: number for number, each in enumerate("零一二三四五六七八九")} | {"两": 2, "几": 2, "数": 2}
UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
NUMBER = r"(?:\d{1,5}|[一二三四五六七八九两几数上近十百千万]{1,7})"
ABOUT = r"(?:多|来|几|余)?"
# 户头, 户型, 人民币 and the like are no people.
PEOPLE = (
    r"(?:老年人|老人|老头|老太太?|大爷|大妈|客户|储户|用户|业主|居民|村民|街坊|邻居|同事|同学|群友|持卡人|退休(?:职工|工人|老人)|"
    r"投资(?:者|人)|受害(?:者|人)|家庭|商户|农户|学生|家长|职工|员工|工人|"
    r"人(?!民|次|工|寿|均|围|排|才|在|的会))"
)
# These tell by themselves that the same thing happened to each.
SUFFERERS = r"(?:老年人|老人|储户|业主|居民|村民|投资(?:者|人)|受害(?:者|人)|家庭|农户)"
HOUSEHOLDS = r"户(?!头|口|型|籍|名|外|均|数)"
COUNTED = rf"(?P<many>{NUMBER}){ABOUT}"
TOLD = re.compile(
    rf"(?<![\d.第]){COUNTED}(?:(?P<households>{HOUSEHOLDS})|(?:个|位|名|号|来号)?(?P<people>{PEOPLE})|(?P<bare>[个位名])(?=[，,。！!；;]|$|都|一起))"
)
ANOTHER = re.compile(
    rf"[我俺](?:和|跟|与|同|还有)(?:另外|其他|其它|别的)(?P<others>{NUMBER})(?:个|位|名)?(?:{PEOPLE}|人)|"
    rf"[我俺](?:和|跟|与|同)(?P<more>{NUMBER})(?:个|位|名)(?:邻居|同事|同学|业主|老人|朋友)"
)
WITH_US = re.compile(
    r"我们|咱们?|俺们|大家|小区|社区|楼里|村里|村子?|厂里|单位|公司|群里|群友|维权|跟我(?:们)?一样|和我一样|像我|受害|被骗|受骗|上当|"
    r"一共|总共|共有|至少|还有|起码"
)
SAME_FATE = re.compile(
    r"^[^，,。；;！!？?]{0,6}(?:都|也|一起|一块|联名|共同|集体|被|遭)(?!不理|没一个|没人管|看着|是你们)"
)
EMPLOYED = re.compile(r"员工|工人")
OUR_FIRM = re.compile(r"(?:我们|咱们|俺们)(?:的)?(?:公司|单位|厂|学校|工地)")
# 卡号一共19位
OF_NUMBERS = re.compile(r"卡|账号|帐号|号码|密码|证件|数字")
AGAINST_THE_BANK = re.compile(r"(?:你们行|你们支行|贵行|你行|银行)(?:有|的|里)?$")
QUEUE = re.compile(r"排队|排着|排了|排在|前面|叫号|等位|等候|窗口|在办业务|看热闹|围着|围观|轮到|柜台|柜员|员工没")
TOGETHER = re.compile(r"集体投诉|联名投诉|群体投诉|联合投诉|我们一起投诉|大家一起投诉")
CLAUSE = re.compile(r"[^，,。；;！!？?\n]+")
LEAST, MOST = 2, 99_999


def group_of(text: str) -> int | None:
    """None where nobody else complains; 2 where only that they are several is said."""
    said = simplified(text)
    found = [many for clause in CLAUSE.finditer(said) for many in _in_clause(clause.group())]
    if found:
        return max(found)
    return LEAST if TOGETHER.search(said) else None


def _in_clause(clause: str) -> list[int]:
    if QUEUE.search(clause):
        return []
    found = [least(match["others"] or match["more"]) + 1 for match in ANOTHER.finditer(clause)]
    for match in TOLD.finditer(clause):
        if not AGAINST_THE_BANK.search(clause[: match.start()]) and _complain(match, clause):
            found.append(least(match["many"]))
    return [many for many in found if LEAST <= many <= MOST]


def _complain(match: re.Match[str], clause: str) -> bool:
    before, behind = clause[: match.start()], clause[match.end() :]
    together = bool(WITH_US.search(before) or SAME_FATE.search(behind))
    if match["households"]:
        return together or not before or re.match(SUFFERERS, behind) is not None
    if match["bare"] and OF_NUMBERS.search(clause):
        return False
    if EMPLOYED.fullmatch(match["people"] or ""):
        return OUR_FIRM.search(before) is not None
    return together or re.fullmatch(SUFFERERS, match["people"] or "") is not None


def least(said: str) -> int:
    """十几 is 10, 二十几 20, 上百 100, 几十 20, 十几二十 10: the least it can be."""
    if said.isdigit():
        return int(said)
    total = section = digit = 0
    for place, sign in enumerate(said):
        if sign in UNITS:
            if sign == "万":
                total, section, digit = (total + section + digit or 1) * UNITS[sign], 0, 0
            else:
                section, digit = section + (digit or 1) * UNITS[sign], 0
        elif sign in DIGITS:
            if sign == "几" and place and said[place - 1] in UNITS:
                return total + section
            digit = DIGITS[sign]
    return total + section + digit
