"""How exact things are written: numbers, days, money, places, units. Each pattern is linear in its text."""

import re

from casebackend.candidates.words import HAN, LEADS, NO_SURNAME_AFTER, TITLES
from casebackend.customers.rules import Kind

TOKEN_WORDS: dict[str, str] = {
    Kind.PHONE: "联系电话", Kind.ID_NUMBER: "证件号码", Kind.CARD: "银行卡", Kind.EMAIL: "邮箱", Kind.PLATE: "车牌号",
    Kind.NAME: "客户", Kind.PICKUP: "取件码",
}  # fmt: skip
CN = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
DIGITS = dict(
    zip("零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖", (0, 0, 1, 2, 2, *range(3, 10), *range(1, 10)), strict=True)
)
TIMES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
# 20万3千5百, 3万五千: each figure with what it counts, the last one perhaps without.
FIGURE = r"(?:\d[\d,，]{0,12}(?:\.\d{1,9})?|[一二两三四五六七八九壹贰叁肆伍陆柒捌玖])"
COUNTED_IN = "十百千万亿拾佰仟wWkK"
MIXED = rf"(?:{FIGURE}\s?[{COUNTED_IN}]{{1,2}}\s?[零又]?\s?){{1,6}}{FIGURE}?"
NO_COUNT = rf"(?![\d.{COUNTED_IN}个天次份笔人名户件年月日号条家张岁倍分点时%％])"
MONEY = re.compile(
    rf"(?:人民币|[¥￥$])?\s?(?:(?P<mixed>{MIXED})|(?P<digits>\d[\d,，]{{0,24}}(?:\.\d{{1,9}})?)\s?(?P<times>[百千万亿wWkK]{{0,3}})|(?P<han>[{CN}]{{1,24}}))"
    r"(?:多|余|来)?(?:元|块钱?|人民币|美元|美金|港币|港元|欧元|日元|英镑|RMB|rmb)(?:[零一二三四五六七八九\d][角毛分]){0,2}整?"
)
SIGNED = re.compile(r"(?:人民币|[¥￥$])\s?(?P<digits>\d[\d,，]{0,24}(?:\.\d{1,9})?)\s?(?P<times>[百千万亿]?)")
# Without its currency: two figures that belong together, or one after a verb of payment.
LOOSE = re.compile(
    rf"(?<![\d.第])(?P<mixed>(?:\d{{1,9}}(?:\.\d{{1,9}})?\s?[百千万亿wWkK]\s?零?)(?:{FIGURE}\s?[{COUNTED_IN}]){{0,5}}{FIGURE}?)(?<![{COUNTED_IN}])[多余]?{NO_COUNT}"
    rf"|(?<![\d.第])(?P<more>\d{{1,9}}(?:\.\d{{1,9}})?\s?[百千万亿wWkK]\s?零?(?:{FIGURE}\s?[{COUNTED_IN}]){{1,5}})[多余]?{NO_COUNT}"
    rf"|(?<=[扣骗走付取存转赔借亏损])了?(?P<han>[{CN}]{{1,10}}[千万亿][{CN}]{{0,6}})[多余]?{NO_COUNT}"
)
ROUND = re.compile(r"(?<![\d.])(?P<digits>\d{1,12}(?:\.\d{1,9})?)\s?(?P<times>[万亿wW])(?![A-Za-z\d])")
TAKEN = re.compile(
    r"(?<=[扣收转存取退付花赔补欠还刷汇])(?:[了我走掉款费回给他]{0,3})(?P<digits>\d[\d,]{1,24}(?:\.\d{1,9})?)(?![\d.年月日号天次笔张个分时点位条%％])"
)
DAY = re.compile(
    rf"(?:\d{{2,4}}\s?年\s?)?(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})\s?月\s?(?P<day>\d{{1,2}}|[{CN}]{{1,3}})\s?[日号]?"
    r"|(?<!\d)(?:19|20)\d{2}[-/.](?:\d{1,2})[-/.](?P<iso>\d{1,2})(?!\d)"
    r"|(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?P<run>0[1-9]|[12]\d|3[01])(?!\d)"
)
MONTH = re.compile(
    r"(?:(?:19|20)?\d{2}\s?年\s?)(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?月份?|(?<![\d个])\d{1,2}\s?月份?(?!\d)"
    r"|(?<![\d个])(?:十[一二]|[一二三四五六七八九十])月份?"
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}\s?年(?!第)")
MONTH_DAY = re.compile(r"(?<![第\d〕\]）)年])\d{1,2}号(?![楼柜窗线店房卡码文令院])")
HOUR = re.compile(
    r"(?<!\d)\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)|(?:上午|下午|晚上|早上|凌晨|中午)(?:\d{1,2}|[一二三四五六七八九十]{1,3})[点时](?:\d{1,2}分|半)?"
)
# What the law is cited by is nobody's number.
CITED = re.compile(
    r"(?:令|公告|通知)\s?(?:19|20)\d{2}\s?年第\s?\d{1,4}\s?号|[〔\[【](?:19|20)\d{2}[〕\]】]\s?第?\s?\d{1,4}\s?号"
)
RUN = re.compile(r"(?<![\d.])\+?\d(?:[\s\-–—‑·]?\d){3,}[Xx]?(?!\s?[%％‰])")
TAIL = re.compile(
    r"(?:尾号|末四位|后四位|末位|工号|柜员号|员工号|卡号|单号|编号|流水号)[为是:：\s]{0,3}([A-Za-z]?\d{2,})"
)
CODE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_.\-]{0,40}\d)(?=[A-Za-z0-9_.\-]{0,40}[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.\-]{3,}"
)
LATIN_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9_\-]{5,}")
URL = re.compile(r"https?://\S+|www\.\S+")
HANDLE = re.compile(
    r"(?:微信|QQ|qq|支付宝|抖音|微博)(?:账?号|名|昵称)?[为是叫:：\s]{1,3}([A-Za-z0-9_\-]{3,}|[一-鿿]{2,6}(?=[，,。；;\s]|$))"
)
NUMBERED = r"[\d一二三四五六七八九十百]{1,6}"
OF_HOME = r"(?:[\d一二三四五六七八九十百〇零]{1,6}|[A-Za-z甲乙丙丁])\s?"
HOUSE, FLOOR = r"(?:[#＃]楼|号楼|栋|幢|单元|室|号院)", r"(?:座|层|楼|门)"
PART = rf"{OF_HOME}(?:{HOUSE}|{FLOOR}|[户号期房])"
# 501, 五〇一; not what counts something.
NO_DOOR = r"(?![\d元块万千百亿多余人名天次年月日个时分点笔户条%％.,])"
DOOR = rf"(?:\s?(?:\d{{2,5}}|[一二三四五六七八九〇零]{{3,5}})[室房号]?{NO_DOOR})"
ROOM = rf"(?:{HAN}{{0,8}}{PART}){{0,5}}{DOOR}?"
# Each with how far its name may reach back from where the pattern begins.
ADDRESSES = (
    (re.compile(rf"(?:路|街|大道|巷|胡同|弄|里|村|道){NUMBERED}(?:号院?|弄|栋|幢){ROOM}"), 24),
    (re.compile(rf"(?:省|市|区|县|镇|乡){HAN}{{1,8}}(?:路|街|大道|巷|胡同)"), 16),
    (re.compile(rf"(?:小区|花园|家园|公寓|大厦|新村|社区|名苑|庄园){ROOM}"), 8),
    (re.compile(rf"(?:{OF_HOME}{FLOOR}){{0,2}}{OF_HOME}{HOUSE}{ROOM}"), 0),
    (re.compile(rf"{OF_HOME}{FLOOR}(?:{PART}){{0,3}}(?=\s?[\d一二三四五六七八九〇零]{{3}}){DOOR}"), 0),
)
REACH = re.compile(f"{HAN}*$")
UNIT = re.compile(rf"{HAN}{{2,10}}(?P<kind>支行|分行|营业部|营业厅|营业所|分理处|储蓄所|网点)")
COMPANY = re.compile(
    rf"{HAN}{{2,14}}(?P<kind>有限责任公司|有限公司|公司|集团|医院|中学|小学|大学|学院|幼儿园|工厂|酒店|饭店|餐厅|超市|事务所|工作室)"
)
COMPANY_WORDS = {
    "医院": "某医院",
    "中学": "某学校",
    "小学": "某学校",
    "大学": "某学校",
    "学院": "某学校",
    "幼儿园": "某学校",
}
LEAD = re.compile(f"(?:{LEADS})+")
# After a number these belong to it, not to the name of a unit.
COUNTED, COUNTS = frozenset("0123456789一二三四五六七八九十百千万"), frozenset("年月日号元块点时分个")
TITLED = re.compile(rf"(?<![{NO_SURNAME_AFTER}])([一-鿿])(?:{TITLES})")
FAMILIAR = re.compile(r"(?<![一-鿿])(?:小|老|阿)(?![时师])([一-鿿])(?=[，,。、；;\s]|$|[说讲办给把让])")
