"""Amounts of money as people write and say them. Standard library only."""

import re
from dataclasses import dataclass
from decimal import Decimal

DIGITS = {
    character: value
    for value, pair in enumerate(["零〇", "一壹幺", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"])
    for character in pair
}
SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000}
HAN = "".join(DIGITS) + "".join(SMALL) + "".join(LARGE)

PLAIN = str.maketrans("０１２３４５６７８９．，￥ｗＷ", "0123456789.,¥wW")
CURRENCY = r"(?:元人民币|块钱|元钱|人民币|元整|块整|元|块|圆|rmb|RMB|CNY|[Yy]uan)"
ARABIC = r"(?:\d{1,3}(?:[,，]\d{3}){1,4}|\d{1,10})(?:\.\d{1,4})?"
NUMBER = re.compile(
    rf"(?P<sign>[¥￥]|人民币|RMB|rmb)?\s?"
    rf"(?:(?P<arabic>{ARABIC})\s?(?P<scale>[万wW千百亿kK])?(?P<tail>\d(?![\d.])|[一二三四五六七八九](?![十百千万]))?|(?P<han>[{HAN}]{{1,20}}))"
    rf"(?P<about>来|多|几)?(?P<late>万|千)?\s?(?P<unit>{CURRENCY})?(?:(?P<jiao>[\d一二两三四五六七八九半])(?:毛|角)?(?![\d{HAN}月日号天年次]))?"
)
# What is counted here is not money.
COUNTED = re.compile(
    r"\s?(?:[%％‰]|个|次|年|月|日|号|天|点|时|分|秒|周|星期|小时|张|笔|遍|位|人|家|条|岁|期|倍|级|层|楼|路|环|成|折|趟|回|封|单|页|件|项|户|米|公里|代|g|G|线|字|名|声|度|种|样|下|些|直|定|共|起|样|般|切|律|旦|致|面|边|方|向|刻|会|只|把|台|部|份|番|再|分之)"
)
LOSS = re.compile(
    r"(?:扣|收|多收|少|亏|损失|转走|划走|盗刷|刷走|刷了|取走|被骗|骗了|丢|年费|手续费|管理费|服务费|违约金|滞纳金|罚息|利息|短信费|保费|差额|涉及金额|金额|涉及|退还|退回|退我|赔偿|赔)[^，。,；;！!？?\d]{0,8}$"
)
MOVED = re.compile(
    r"(?:转账?|转了|汇款?|汇了|存了?|取了?|付了?|花了?|借了?|贷了?|交了?|买了?)(?:我|了|的|进去|出去){0,2}$"
)
TOTAL = re.compile(r"(?:一共|总共|共计|合计|总计|加起来|累计|总额|总金额)[^，。,；;！!？?\d]{0,6}$")
BEFORE_DATE = re.compile(r"(?:[年月/.:：#\-第尾]|星期|礼拜|周|初|[A-Za-z])$")


@dataclass(frozen=True, slots=True)
class Amount:
    value: Decimal
    start: int
    end: int
    weight: int


def han_number(text: str) -> Decimal | None:
    """一万二 is 12000, 三百五 is 350, 两万五千 is 25000, 二〇〇 is 200."""
    if not any(character in SMALL or character in LARGE for character in text):
        return Decimal("".join(str(DIGITS[character]) for character in text)) if len(text) <= 9 else None
    total = section = digit = 0
    unit = 1
    zero = False
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
            zero = zero or digit == 0
        elif character in SMALL:
            unit = SMALL[character]
            section += (digit or (1 if unit == 10 else 0)) * unit
            digit, zero = 0, False
        else:
            unit = LARGE[character]
            total = (total + section + digit) * unit if unit == 100_000_000 else total + (section + digit) * unit
            section, digit, zero = 0, 0, False
    if digit and unit > 1 and not zero:
        digit *= unit // 10
    return Decimal(total + section + digit)


def _value(match: re.Match[str]) -> Decimal | None:
    if match["han"]:
        value = han_number(match["han"])
        if value is None:
            return None
    else:
        value = Decimal(match["arabic"].replace(",", "").replace("，", ""))
        scale = {
            "万": 10_000,
            "w": 10_000,
            "W": 10_000,
            "千": 1_000,
            "k": 1_000,
            "K": 1_000,
            "百": 100,
            "亿": 100_000_000,
        }
        factor = scale.get(match["scale"] or "", 1)
        value *= factor
        if match["tail"] and factor > 1:
            tail = match["tail"]
            value += (DIGITS.get(tail) or int(tail)) * factor // 10
    if match["late"] and match["about"]:
        value *= 10_000 if match["late"] == "万" else 1_000
    if match["jiao"] and match["unit"]:
        jiao = match["jiao"]
        value += Decimal(5 if jiao == "半" else DIGITS.get(jiao) or int(jiao)) / 10
    return value


def _weight(text: str, match: re.Match[str], asked: bool) -> int:
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() :]
    has_unit = bool(match["unit"] or match["sign"])
    if not has_unit and (COUNTED.match(after) or BEFORE_DATE.search(before)):
        return 0
    cue = bool(LOSS.search(before))
    big = bool(match["scale"] or (match["han"] and any(each in SMALL or each in LARGE for each in match["han"])))
    moved = bool(MOVED.search(before))
    total = bool(TOTAL.search(before))
    if not (has_unit or cue or moved or asked or total):
        return 0
    if not has_unit and match["han"] and not big and len(match["han"]) < 3:
        return 1 if asked and match.group() == text.strip(" 。.") else 0
    return 1 + 2 * has_unit + 3 * cue + moved + 4 * total + (1 if big else 0)


def amounts(text: str, *, asked: bool = False) -> list[Amount]:
    """In the order of the text. Without a currency a number counts only after a word of loss, or when asked for."""
    text = text[:4_000].translate(PLAIN)
    found = []
    for match in NUMBER.finditer(text):
        if match["arabic"] and match["scale"] is None and match["tail"]:
            continue
        value = _value(match)
        weight = _weight(text, match, asked)
        if value is not None and weight and 0 < value < Decimal(10) ** 12:
            found.append(Amount(value.quantize(Decimal("0.01")), match.start(), match.end(), weight))
    return found


def amount(text: str, *, asked: bool = False) -> Decimal | None:
    """The amount in dispute: a total before a loss, a loss before any other, the first of equals."""
    found = amounts(text, asked=asked)
    return max(found, key=lambda each: (each.weight, -each.start)).value if found else None


def spoken(value: Decimal) -> str:
    """200.00 is shown as 200元."""
    short = f"{value:f}".rstrip("0").rstrip(".") if value == value.to_integral() else f"{value:.2f}"
    return f"{short}元"
