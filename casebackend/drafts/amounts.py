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
CURRENCY = (
    r"(?:元人民币|块洋钿|块大洋|块钱|元钱|人民币|元整|块整|元|块|圆|蚊|"
    r"毛钱|角钱|毛(?![病巾衣笔利坯])|rmb|RMB|CNY|[Yy]uan)"
)
ARABIC = r"(?:\d{1,3}(?:[,，]\d{3}){1,4}|\d{1,10})(?:\.\d{1,4})?"
NUMBER = re.compile(
    rf"(?P<sign>[¥￥]|人民币|RMB|rmb)?\s?"
    rf"(?:(?P<arabic>{ARABIC})\s?(?P<scale>[万wW千百亿kK])?"
    rf"(?P<tail>零\d{{1,4}}(?!\d)|\d(?![\d.])|[一二三四五六七八九](?![十百千万]))?|(?P<han>[{HAN}]{{1,20}}))"
    rf"(?P<about>来|多|几|把|余|出头)?(?P<late>万|千)?\s?(?P<unit>{CURRENCY})?(?:零?(?P<jiao>[\d一二两三四五六七八九半])(?:(?:毛|角)(?P<fen>[\d一二三四五六七八九])?分?)?(?![\d{HAN}月日号天年次]))?"
)
# What is counted here is not money.
COUNTED = re.compile(
    r"\s?(?:[%％‰]|个|次|年|月|日|号|天|点(?!儿?钱)|时|分(?!钱)|秒|周|星期|礼拜|小时|张|笔|遍|位|人(?!家|民|员|工)|家(?!里|人)|条|岁|期|倍|级|层|楼|路|环|成(?!色|本|员|了)|折|趟|回(?![单来家去头我给])|封|单|页|件|项|户|米|公里|克|斤|平|亩|代|g|G|线|字|名|声|度|种|台|部|份|番|积分|股|分之)"
)
# 一直, 一定: the first character of another word.
IDIOM = re.compile(r"样|下|些|直|定|共|起|般|切|律|旦|致|面|边|方|向|刻|会|只|把|再|问三")
LOSS = re.compile(
    r"(?:扣|收|多收|少|亏|差(?!不多)|吞|损失|转走|划走|划掉|转没|盗刷|刷走|刷了|取走|被骗|骗了|骗走|丢|没了|不见|唔见咗|年费|手续费|管理费|服务费|工本费|会员费|违约金|滞纳金|罚款|罚息|利息|短信费|保费|差额|汇差|涉及金额|金额|涉及|退还|退回|退我|退(?!休)|赔偿|赔|返现?|多[还付算给]|多[了出]|补(?![卡办])|(?<![消免])费|影响付款)[^，。,；;！!？?\d]{0,8}$"
)
MOVED = re.compile(
    r"(?:转账|转|汇款|汇|存款|存|入|取款|取现|取钱|取|付款|付|花费|花|借款?|贷款|贷|批|还款|还|交|缴|买|投资|投|充值|充|消费|支付|刷卡|刷|买入|购买)(?:我|了|的|过|出|进去|出去|差不多|大概|将近|近|咗|来)*$"
)
EACH = re.compile(r"(?:[一两三每][笔遍次张])$")
TOTAL = re.compile(r"(?:一共|总共|共计|合计|总计|加起来|累计|总额|总金额|(?<!公)共)(?!才)[^，。,；;！!？?\d才]{0,6}$")
# 一共投了20万 is no total of losses.
PUT_IN = re.compile(r"[存投][^，。,；;！!？?\d]{0,6}$|(?:卡里|账户里|里面)[^，。,；;！!？?\d]{0,8}$")
# How much there is or was, or what arrived after all, is not what is disputed.
BACKGROUND = re.compile(
    r"(?:卡里|卡上|账户里|账户上|户口|里面|里头)[^，。,；;！!？?\d]{0,6}$|(?:只|才|就|仅)(?:到账|到|吐|出|给|记|入|剩|有|存)?(?:了|我)?$|"
    r"(?:剩下?|回单上|本来|原来|原本|应该|应)[^，。,；;！!？?\d]{0,4}$|出来$|只能[^，。,；;！!？?\d]{0,3}$"
)
NOT_OURS = re.compile(
    r"(?:余额|限额|工资(?![卡折])|月薪|退休金(?![卡折])|年薪|收入|起存|起购|门槛|注册资本)[^，。,；;！!？?\d]{0,5}$|额度[^，。,；;！!？?]{0,8}$"
)
NUMBERED = re.compile(r"(?:尾号|工号|编号|单号|号码|流水号|后四位|末四位|代码|房号|号)[是为：: ]{0,2}$")
FEE = re.compile(
    r"(?:的|左右|上下|钱)?(?:分期|账户|跨行|汇款|转账)?(?:手续费|年费|管理费|服务费|工本费|会员费|跨行费|违约金|滞纳金|罚息|利息|短信费|保险费|保费|差价)"
)
GONE = re.compile(
    r"(?:又|都|也|就)?(?:被|给我)?(?:重复)?(?:扣|刷|划)(?:了|走|掉|我)|"
    r"[^，,。；;！!？?]{0,6}(?:没到|未到账|不见|没了|没出|转不出|取不出|提不出|不翼而飞)"
)
BEFORE_DATE = re.compile(r"(?:[年月/.:：#\-第尾]|星期|礼拜|周|初|[A-Za-z])$")
NOT_EXACT = re.compile(r"(?:几|好几|数|分之|成)$")
# What is asked back is what is disputed.
CLAIM = re.compile(r"(?:退(?![了休货卡保])|追回)(?:还|回|给)?我?$")
# 五六百: nobody knows which.
BETWEEN = re.compile(r"一二|[一两]三|三四|四五|五六|六七|七八|八九|一两|两三|二三")
DAY_LIKE = re.compile(r"(?:1[0-2]|[1-9])\.(?:3[01]|[12]\d|[1-9])")
POINT = re.compile(r"[\d一二两三四五六七八九]点[\d一二三四五六七八九](?=[万千])")
POINTED = str.maketrans("一二两三四五六七八九点", "1223456789.")
# 千万别, 万一: no numbers.
WORDS = frozenset({"千万", "万一", "百", "千", "万", "亿", "百万", "万千", "千百", "万万", "十"})


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
    for place, character in enumerate(text):
        if character in DIGITS:
            digit = DIGITS[character]
            zero = zero or digit == 0
        elif character in SMALL:
            unit = SMALL[character]
            section += (digit or (1 if unit == 10 or not place else 0)) * unit
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
            value += int(tail[1:]) if tail[0] == "零" else (DIGITS.get(tail) or int(tail)) * factor // 10
    if match["late"] and match["about"]:
        value *= 10_000 if match["late"] == "万" else 1_000
    if (match["unit"] or "")[:1] in {"毛", "角"}:
        value /= 10
    elif match["jiao"] and match["unit"]:
        jiao = match["jiao"]
        value += Decimal(5 if jiao == "半" else DIGITS.get(jiao) or int(jiao)) / 10
        if match["fen"]:
            value += Decimal(DIGITS.get(match["fen"]) or int(match["fen"])) / 100
    return value


def _idle(text: str, match: re.Match[str]) -> bool:
    """Not money whatever stands around it: counted things, days, numbers of cards, words like 千万."""
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() :]
    han, has_unit = match["han"], bool(match["unit"] or match["sign"])
    if han and BETWEEN.search(han) and any(each in SMALL or each in LARGE for each in han):
        return True
    if not has_unit and DAY_LIKE.fullmatch(match.group().strip()) and not LOSS.search(before):
        return True
    if NOT_EXACT.search(before) or NUMBERED.search(before) or (NOT_OURS.search(before) and not LOSS.search(before)):
        return True
    if has_unit or (match["about"] and (match["late"] or han in WORDS)):
        return False
    if han in WORDS or (han in DIGITS and IDIOM.match(after)):
        return True
    return bool(COUNTED.match(after) or BEFORE_DATE.search(before))


def _weight(text: str, match: re.Match[str], asked: bool) -> int:
    """0 for what is no amount; a total weighs more than a loss, a loss more than what was moved."""
    if _idle(text, match):
        return 0
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 16]
    han, has_unit = match["han"], bool(match["unit"] or match["sign"])
    cue, total = bool(LOSS.search(before)), bool(TOTAL.search(before))
    total = total and not PUT_IN.search(before)
    effect = 4 if GONE.match(after) else 2 if FEE.match(after) else 0
    moved = bool(MOVED.search(before) or EACH.search(before))
    big = bool(match["scale"] or (han and len(han) > 1 and any(each in SMALL or each in LARGE for each in han)))
    large = big and (not han or any(each in "百佰千仟" or each in LARGE for each in han))
    if not (has_unit or cue or moved or asked or total or effect or large):
        return 0
    if not has_unit and han and not big and not match["about"] and len(han) < 3:
        return 1 if asked and match.group() == text.strip(" 。.") else 0
    weight = 10 + 3 * bool(CLAIM.search(before)) + 2 * has_unit + 5 * cue + moved + 12 * total + effect + big
    return weight - 9 if BACKGROUND.search(before) else weight


def amounts(text: str, *, asked: bool = False) -> list[Amount]:
    """In the order of the text. Without a currency a number counts only after a word of loss, or when asked for."""
    text = POINT.sub(lambda said: said.group().translate(POINTED), text[:4_000].translate(PLAIN))
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
