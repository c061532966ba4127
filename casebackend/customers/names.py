"""Names of people in what customers write. As well as possible: a miss is a miss, so the answer to a question for the
name is treated as one whenever it can be. Standard library only."""

import re
from collections.abc import Iterator

from casebackend.customers.name_words import COMPOUND, KIN, NOT_NAMES, RARE, SURNAMES

TITLE = r"(?:先生|女士|小姐|老师|太太|大爷|大妈|阿姨)"
# Characters that go on with a sentence rather than with a given name.
GOES_ON = frozenset(
    "的了是在我你您他她它们要想不没有到去来给把被跟和与就也还已这那今昨前天年月日时候上下中里外说讲办打问投诉咨询请吗呢吧啊呀哦嗯哈"
    "很太都又才只能会可以应该得着过对从向为由因但而且或者什么怎哪谁几多少个张卡钱元块行银客户用储号手机电话身份证"
    "，。！？、；：,.!?;: "
)
PARTICLES = frozenset("的了吗呢吧啊呀哦嗯哈")
RELATION = (
    r"(?:[她他它]们?|客户|老客户|本人|这边|公司|单位|家里)?的?(?:儿子|女儿|女婿|儿媳妇?|媳妇|老公|老婆|爱人|妻子|丈夫|先生|家属|侄子|侄女|孙子|孙女|外孙女?|外甥女?|朋友|同事|"
    r"代理人|委托人|律师|财务|会计|出纳|老板|法人|法定代表人|负责人|经办人|店主|业主|客户|用户|储户|持卡人|顾客|老客户|退休职工|退休教师|老师)"
)
CUE = re.compile(
    r"(?:[我俺咱](?:的名字|的姓名|的大名)?[叫系](?:做|作)?|我名叫|[我俺]的?名字(?:是|叫|系)|(?:全名|大名|实名|真名|真实姓名|姓名|名字|户名|客户名|客户|称呼|联系人|署名|投诉人|反映人|申请人|持卡人|开户人|户主|机主|卡主|签名|落款)(?:就)?"
    r"(?:(?:[写填打说]?错了?|不对)?[，,\s]{0,2}(?:应该是|改成|改为|更正为|叫做|名叫|是|叫|为|系|[：:])|[\s]{1,2})|联系人(?![工员])|投诉人|申请人|反映人|机主|卡主|全名|(?<!户)姓名|户名|"
    rf"我[是系](?:你们?行?的?|贵行的?|咱们?行?的?)?{RELATION}(?:[，,]?(?:我叫|名叫|叫|姓名))?|"
    r"本人(?:姓名|名叫|叫|是|名字)?(?:叫|是)?|[我俺]就?是|叫我|免贵姓|[我俺]姓(?!名)|敝姓|本人姓(?!名)|咱姓(?!名))[\s，,：:“\"]{0,2}"
)
OF_KIN = re.compile(KIN)
# Whoever puts a name right says nothing but a name.
NAME_WRONG = re.compile(r"(?:姓名|名字)(?:[写填打说]?错|不对|改成|改为|更正为)")
NO_NAME_EITHER = re.compile(r"[姓名错字对]")
STRONG = (
    "叫",
    "名",
    "称呼",
    "联系人",
    "署",
    "投诉人",
    "反映人",
    "申请人",
    "持卡人",
    "开户人",
    "户主",
    "机主",
    "卡主",
    "落款",
    "客户：",
    "客户:",
    "我系",
)
# A name goes no further when this follows.
NEXT = re.compile(
    r"[零〇幺一二三四五六七八九]{3}|[一二三四五六七八九十]{1,3}[月号]|本[月周行]|联系|因为|事情|一直|星期|礼拜|卡[号里尾]|尾号|(?:国庆|元旦)[节那当]|信用|账[户号]|家住|住在|女[，,\d]|男[，,\d]|现在|刚才|刚刚|反映|反馈|"
    r"[俺咱侬恁]|以前|同意|需要|需求|希望|帮|你们|投诉|举报|去年|喺|嘅|被|跟|刷|存|取|收|名叫|叫|谢谢|您好|你好|麻烦|好的|全名|回电|回复|微信|邮箱|地址|老客户|老用户"
)
# What stands here is an answer to something else, or no answer.
NO_NAME = re.compile(
    r"一下|持卡|本人|家属|亲属|学生|退休|昨|今[天日早晚年]|[前后明][天日年]|上[周个午]|下[周个午]|刚[刚才]|早上|晚上|半夜|支行|分行|银行|网点|营业|中心|柜|经理|人工|"
    r"确认|提交|修改|取消|继续|返回|跳过|下一|电话|手机|短信|信用|投诉|问题|情况|事情|道歉|解释|赔偿|扣款|扣费|收费|年费|续费|短信费|贷款|存款|存钱|取款|取钱|退款|退钱|利息|金额|"
    r"柜员|保安|警察|老板|大堂|网点|储蓄|业务|办理|要求|联系|客户|用户|手续|系统|服务|匿名|保密|机器|骗|垃圾|傻|滚|混蛋|妈的|他妈|废物|有病|笑话|态度|[一二两三四五六七八九十百千万\d]+(?:元|块|号|月|点|分$)"
)
NO_LATIN_NAME = frozenset(
    (  # noqa: SIM905
        "ok okay yes no hi hello hey thanks thank you bye help none null test app atm vip what why skip pass next "
        "submit confirm wait cancel refund please agent human sure fine good later stop"
    ).split()
)
QUESTION = re.compile(
    r"[?？]|[吗么呢]$|什么|怎么|为啥|为何|为什么|多少|哪|谁|几|干嘛|何时|能不能|是不是|要不要|可不可以"
)
BEFORE_ANSWER = re.compile(
    r"^(?:您好|你好|嗯+|哦+|啊|好的?|那个|就是)?[\s，,。.、]*"
    r"(?:我的?(?:姓名|名字)|本人|姓名|名字|代表人?|联系人|投诉人|我|吾|免贵|敝|"
    r"(?i:my name is|name is|i am|i'm|call me))?[\s]*"
    r"(?:就?是|就?叫(?:做|作|我)?|名叫|姓|为)?[\s：:，,]*"
)
AFTER_ANSWER = re.compile(r"[\s吧啊呀哈呢的哦嗯。.！!，,、~～]+$")
# "姓王，王建国"
SURNAME_FIRST = re.compile(r"([一-鿿]{1,2})[，,。\s]{1,3}(?:全名)?叫?(\1[一-鿿]{1,2})")
# "王小明 13800138000"
BEFORE_NUMBER = re.compile(r"(?<![一-鿿])([一-鿿]{2,4})[\s，,：:、]{0,2}(?=1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d))")
# "姓郑叫郑佳怡", "我姓魏，魏长青"
SURNAME_AGAIN = re.compile(
    r"([一-鿿]{1,2})[，,。\s]{0,2}(?:全名|名字|大名)?(?:我?叫做?|是|就是)?[，,\s]?(\1[一-鿿]{1,2}?)(?=[，,。；;！!\s]|$|[我手电联打在今昨前上的])"
)
FOREIGN = re.compile(r"[一-鿿]{1,8}[·•‧][一-鿿]{1,10}(?:[·•‧][一-鿿]{1,10})?")
CLAUSE = re.compile(
    r"(?:^|(?<=[，,。；;！!？?、\s（(：:—\-\]]))([一-鿿]{2,5})(?=[，,。；;！!、\s）)：:\-—]|$|1[3-9\dＯ])"
)
CALLED = re.compile(r"(?:联系|回电给?|回复|致电|称呼)([一-鿿]{1,3}?(?:先生|女士|小姐|太太))")
TITLED = re.compile(r"[一-鿿]{1,3}(?:先生|女士|小姐|太太)")
SPOKEN = str.maketrans("零〇一二三四五六七八九幺０１２３４５６７８９", "001234567891" + "0123456789")
NUMBER_NEXT = re.compile(
    r"[\s，,。；;：:、）)\-—]{0,3}(?:请|可)?(?:[我本]人?的?|联系|预留)?(?:联系|手机|电话|号码|联系方式|座机|回电|打我?|致电|[Tt][Ee][Ll]){0,3}(?:号码?)?[是为打我到\s：:，,]{0,4}"
    r"(?:\+?0{0,2}86[\s-]?)?(?:1[\s-]?[3-9]|0\d{2})[\d\s-]{4}"
)
NUMBER_BEFORE = re.compile(r"\d[\d\s-]{6,13}[\s，,。；;、(（—\-]{1,3}$")
# How far after a cue the name is looked for; a message this short is no story with a signature.
LOOKS_ON, LONGEST_CALL = 40, 20
# 叫我老周就行，周建国: what to call somebody, and then the name.
CALL_ME = re.compile(
    r"(?:您|你)?(?:就|可以)?(?:叫|喊|称呼)我(?P<called>[^，,。\s]{1,6})[，,。\s]+"
    r"(?:我?的?(?:全名|大名|本名|真名|名字|姓名)|我)?(?:是|叫)?(?P<name>[一-鿿㐀-䶿]{2,4}?)[。！!~～\s]*$"
)
HAN = re.compile(r"[一-鿿㐀-䶿]+(?:[·•‧][一-鿿㐀-䶿]+){0,3}")
LATIN = re.compile(r"[A-Za-z][A-Za-z .'\-]{1,39}")
SENTENCE = frozenset("的了吗呢我你您他她们要想不没在有钱卡退款处理投诉办理什怎请把被给为就这那都也快点去来说查催撤")


def surname_length(text: str) -> int:
    """Characters of the surname with which it begins; 0: none that we know."""
    if text[:2] in COMPOUND:
        return 2
    return 1 if text[:1] in SURNAMES else 0


def has_surname(text: str) -> bool:
    return surname_length(text) > 0


def after_cue(cue: str, rest: str) -> str | None:
    """The name that `rest` begins with. A weak cue (我是) needs the name to end with the clause."""
    surname = surname_length(rest)
    strong = any(word in cue for word in STRONG)
    if strong and (foreign := FOREIGN.match(rest)):
        return foreign.group()
    if not surname:
        name = _rare(rest)
        near = name is not None and NUMBER_NEXT.match(rest[len(name) :].translate(SPOKEN))
        put_right = NAME_WRONG.search(cue) and len(name or "") <= 3 and not NO_NAME_EITHER.search(name or "")
        sure = name is not None and (put_right or name[0] in RARE) and name[:2] not in NOT_NAMES
        return name if (strong and sure) or (near and (strong or cue.endswith("是"))) else None
    titled = re.match(rf".{{{surname}}}[一-鿿]{{0,2}}?{TITLE}", rest[: surname + 5])
    if titled:
        return titled.group()
    if cue.rstrip().endswith("姓"):
        return rest[:surname] if rest[surname : surname + 1] in GOES_ON | {"", "叫", "名"} else _given(rest, surname)
    if strong and (name := _whole(rest, surname)):
        return name
    name = _given(rest, surname)
    if name is None and strong:
        name = _rare(rest)
        return name if name is not None and NUMBER_NEXT.match(rest[len(name) :].translate(SPOKEN)) else None
    if name is None or name in NOT_NAMES:
        return None
    following = rest[len(name) : len(name) + 1]
    if strong or cue.startswith("本人") or re.search(rf"{RELATION}$", cue):
        return name
    return name if following == "" or not re.match(r"[一-鿿]", following) or following in "，我要的来想在被" else None


def _whole(rest: str, surname: int) -> str | None:
    """周大有: 有 goes on with no sentence where the clause ends."""
    alone = re.match(rf".{{{surname}}}[一-鿿]{{1,2}}(?=[，,。；;！!\s]|$)", rest)
    name = alone.group() if alone else ""
    return name if name and name[-1] not in PARTICLES and name not in NOT_NAMES and not NO_NAME.search(name) else None


def _rare(rest: str) -> str | None:
    """A name whose surname we do not know, or that is another word: alone in its clause."""
    alone = re.match(r"[一-鿿]{2,4}(?=[，,。；;！!\s]|$)", rest)
    name = alone.group() if alone else ""
    if not name or name in NOT_NAMES or NO_NAME.search(name) or SENTENCE.intersection(name):
        return None
    return name if len(name) <= (3 if name[0] in RARE else 4) else None


def _given(rest: str, surname: int) -> str | None:
    given = ""
    for place, character in enumerate(rest[surname : surname + 2], start=surname):
        if character in GOES_ON or not re.match(r"[一-鿿]", character) or NEXT.match(rest, place):
            break
        given += character
    return rest[:surname] + given if given else None


def named(text: str) -> list[tuple[int, int]]:
    """Places of names that the writer introduces."""
    found = [
        place.span(1)
        for place in BEFORE_NUMBER.finditer(text)
        if surname_length(place[1]) and place[1] not in NOT_NAMES and not NO_NAME.search(place[1])
    ]
    found.extend(_signed(text))
    found.extend(_of_kin(text))
    found.extend(place.span(1) for place in CALLED.finditer(text) if surname_length(place[1]))
    for cue in CUE.finditer(text):
        rest = text[cue.end() : cue.end() + LOOKS_ON]
        twice = SURNAME_AGAIN.match(rest) if cue.group().rstrip().endswith("姓") else None
        if twice and surname_length(twice[1]):
            found.append((cue.end() + twice.start(2), cue.end() + twice.end(2)))
        elif name := after_cue(cue.group(), rest):
            found.append((cue.end(), cue.end() + len(name)))
    return found


def _of_kin(text: str) -> Iterator[tuple[int, int]]:
    """我妈叫李桂芳, and nothing more in the clause; 我妈叫我来投诉 names nobody."""
    for cue in OF_KIN.finditer(text):
        name = HAN.match(text, cue.end())
        said = name.group() if name else ""
        if (
            (surname := surname_length(said))
            and _alone(said, surname)
            and said not in NOT_NAMES
            and not NO_NAME.search(said)
        ):
            yield cue.end(), cue.end() + len(said)


def _signed(text: str) -> Iterator[tuple[int, int]]:
    """A name alone in its clause beside a number to call (叶永康，电话 133), or as the last word of a message."""
    seen = text.translate(SPOKEN)
    for alone in CLAUSE.finditer(text):
        name = alone[1]
        surname = surname_length(name)
        titled = TITLED.fullmatch(name)
        if name in NOT_NAMES or NO_NAME.search(name) or not surname:
            continue
        if not titled and not _alone(name, surname):
            continue
        after, before = seen[alone.end(1) : alone.end(1) + 30], seen[max(0, alone.start(1) - 16) : alone.start(1)]
        if (
            NUMBER_NEXT.match(after)
            or NUMBER_BEFORE.search(before)
            or (not after.strip(" 。.") and len(text) > LONGEST_CALL)
        ):
            yield alone.span(1)


def _alone(name: str, surname: int) -> bool:
    return surname < len(name) <= surname + 2 and not SENTENCE.intersection(name[surname:])


def answered(text: str) -> tuple[int, int] | None:
    """Where the name stands in the answer to 请问您贵姓; None when the answer is something else."""
    if len(text) > 60 or QUESTION.search(text):
        return None
    start = BEFORE_ANSWER.match(text)
    begin = start.end() if start else 0
    rest = text[begin:]
    end = begin + len(AFTER_ANSWER.sub("", rest))
    core = text[begin:end]
    if text.strip() in NOT_NAMES or core in NOT_NAMES:
        return None
    called = CALL_ME.match(text)
    if called and _belongs(called["called"], called["name"]):
        return called.span("name")
    twice = SURNAME_FIRST.fullmatch(core)
    if twice:
        return begin + twice.start(2), begin + twice.end(2)
    if LATIN.fullmatch(core):
        return None if NO_LATIN_NAME.issuperset(core.lower().replace(".", " ").split()) else (begin, end)
    han = HAN.match(core)
    if not han:
        return None
    name = han.group()
    return _han_answer(begin, name, core)


def _belongs(called: str, name: str) -> bool:
    surname = surname_length(name)
    return 0 < surname < len(name) and name[:surname] in called and _alone(name, surname) and name not in NOT_NAMES


def _han_answer(begin: int, name: str, core: str) -> tuple[int, int] | None:
    if name in NOT_NAMES or NO_NAME.search(name):
        return None
    if "·" in name or "•" in name or "‧" in name:
        return (begin, begin + len(name)) if len(name) <= 24 else None
    surname = surname_length(name)
    if name.endswith(("先生", "女士", "小姐")) and len(name) <= 6:
        return begin, begin + len(name)
    if surname and len(name) <= surname + 2:
        return begin, begin + len(name)
    if surname and len(name) > surname + 2:
        short = _given(name, surname)
        followed = name[len(short or "") : len(short or "") + 1]
        return (begin, begin + len(short)) if short and followed in GOES_ON else None
    if len(name) <= 8 and name == core and len(name) >= 2 and not SENTENCE.intersection(name):
        return begin, begin + len(name)
    return None
