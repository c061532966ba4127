"""Names of people in what customers write. As well as possible: a miss is a miss, so the answer to a question for the
name is treated as one whenever it can be. Standard library only."""

import re
from collections.abc import Iterator

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟"
    "姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤常温康施牛樊葛"
    "邢安齐伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁符阮纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
    "管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵"
    "苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝乔鞠褚区芮储邸冼尚么"
)
# Names too, but other words far more often: only where somebody says that it is a name.
RARE = frozenset(
    "班牧束惠封檀门展逄仉亓敬咸初洪撒辜续占操窦漆原由皮亢揭信扈佘昝佴富巴弓山谷能宰郁历花水云公生召有来多"
    "钮钦练隆禹蔺苍闻幸慎璩双宾暴斜厉库都逯印宿怀从索籍卓屠胥劳逢宓井仝楼茹习冀玄哈答蒯"
)
COMPOUND = frozenset(
    {
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "端木",
        "南宫",
        "独孤",
        "轩辕",
        "宇文",
        "长孙",
        "鲜于",
        "呼延",
        "澹台",
        "东郭",
        "淳于",
        "单于",
        "申屠",
        "百里",
        "西门",
        "赫连",
        "万俟",
        "太史",
        "公冶",
        "闻人",
    }
)
TITLE = r"(?:先生|女士|小姐|老师|太太|大爷|大妈|阿姨)"
# Characters that go on with a sentence rather than with a given name.
GOES_ON = frozenset(
    "的了是在我你您他她它们要想不没有到去来给把被跟和与就也还已这那今昨前天年月日时候上下中里外说讲办打问投诉咨询请吗呢吧啊呀哦嗯哈"
    "很太都又才只能会可以应该得着过对从向为由因但而且或者什么怎哪谁几多少个张卡钱元块行银客户用储号手机电话身份证"
    "，。！？、；：,.!?;: "
)
RELATION = (
    r"(?:[她他它]们?|客户|老客户|本人|这边|公司|单位|家里)?的?(?:儿子|女儿|女婿|儿媳妇?|媳妇|老公|老婆|爱人|妻子|丈夫|先生|家属|侄子|侄女|孙子|孙女|外孙女?|外甥女?|朋友|同事|"
    r"代理人|委托人|律师|财务|会计|出纳|老板|法人|法定代表人|负责人|经办人|店主|业主|客户|用户|储户|持卡人|顾客|老客户|退休职工|退休教师|老师)"
)
CUE = re.compile(
    r"(?:[我俺咱](?:的名字|的姓名|的大名)?[叫系](?:做|作)?|我名叫|[我俺]的?名字(?:是|叫|系)|(?:全名|大名|实名|真名|真实姓名|姓名|名字|户名|客户名|客户|称呼|联系人|署名|投诉人|反映人|申请人|持卡人|开户人|户主|机主|卡主|签名|落款)(?:就)?"
    r"(?:(?:[写填打说]?错了?|不对)?[，,\s]{0,2}(?:应该是|改成|改为|更正为|叫做|名叫|是|叫|为|系|[：:])|[\s]{1,2})|联系人|机主|卡主|全名|(?<!户)姓名|户名|"
    rf"我[是系](?:你们?行?的?|贵行的?|咱们?行?的?)?{RELATION}(?:[，,]?(?:我叫|名叫|叫|姓名))?|"
    r"本人(?:姓名|名叫|叫|是|名字)?(?:叫|是)?|[我俺]就?是|叫我|免贵姓|[我俺]姓(?!名)|敝姓|本人姓(?!名)|咱姓(?!名))[\s，,：:“\"]{0,2}"
)
STRONG = ("叫", "名", "称呼", "联系人", "署", "投诉人", "反映人", "申请人", "持卡人", "开户人", "户主", "机主", "卡主", "落款", "客户：", "客户:", "我系")
# A name goes no further when this follows.
NEXT = re.compile(
    r"[零〇幺一二三四五六七八九]{3}|[一二三四五六七八九十]{1,3}[月号]|本[月周行]|联系|因为|事情|一直|星期|礼拜|卡[号里尾]|尾号|(?:国庆|元旦)[节那当]|信用|账[户号]|家住|住在|女[，,\d]|男[，,\d]|现在|刚才|刚刚|反映|反馈|"
    r"[俺咱侬恁]|以前|同意|需要|需求|希望|帮|你们|投诉|举报|去年|喺|嘅|被|跟|刷|存|取|收|名叫|叫|全名|回电|回复|微信|邮箱|地址|老客户|老用户"
)
NOT_NAMES = frozenset(
    (  # noqa: SIM905
        "人工 转人工 找人工 人工客服 客服 取消 算了 返回 上一步 返回上一步 退出 继续 继续填写 是 是的 对 "
        "对的 不 不是 不对 否 好 好的 好吧 可以 行 没有 有 无 嗯 哦 你好 您好 在吗 谢谢 投诉 我要投诉 "
        "举报 匿名 保密 随便 不提供 不方便 不想说 不知道 不清楚 不告诉你 不说 拒绝 跳过 下一步 确认 提交 "
        "修改 查进度 进度 催办 撤诉 撤销 常客 金主 高管 单身 华侨 方便 安全 明白 应该 解决 管理 全额 "
        "老客户 客户 储户 用户 会员 尽快处理 快点 同上 何时 何人 谁 曾经 安排 成功 成年 万一 关于 包括 "
        "时间 应用 和你 和他 明天 万分 石化 方式 "
        "金额 余额 费用 费率 房贷 房租 车贷 钱款 解释 解约 查询 查账 查清 包退 全部 全退 全是 白天 毛病 何必 "
        "单位 单号 项目 简单 麻烦 冷静 任何 时候 时长 连接 成都 左右 常用 牛逼 应付 党员 谷歌 方案 凌晨 元旦 "
        "金卡 白卡 卫生 温馨 严重 严肃 万事 于是 路过 管用 "
        "尽快 马上 急急 急用 谢了 感谢 多谢 祝好 此致 敬礼 盼复 速回 平安 顺利 高兴 舒服 古怪 公平 公正 公道 公开 方正 "
        "安心 从来 从此 从未 多次 多谢 多扣 能否 都是 都在 都没 有时 有点 有钱 有没有 来电 来回 生气 生活 山寨 信息 信任 信不过 由于 原因 原来 "
        "单据 单子 时常 经常 常常 易错 齐全 车费 车位 车辆 车主 房东 房子 房产 金融 金条 黄金 白银 白金 阳光 江苏 江西 黑龙江 云南 河北 河南 "
        "安徽 海南 湖南 湖北 贵州 贵行 贵姓 康复 强制 水电 水费 电费 管理费 商户 商家 商量 商场 明白了 明显 明细 包含 和解 和谐 查实 查明 冷漠 宽限 "
        "毕竟 常规 成交 成本 成立 程序 郑重 段时间 段位 何况 何苦 何时候 阳性 项链 连续 连夜 连累 祝福 祝愿 容忍 容易 向来 向上 路人 路边 "
        "应急 应当 应得 应收 米面 印象 关系 关键 关门 关机 关停 戴帽 苗头 计较 范围 符合 辛苦 党费 简直 华为 古董 丰收 "
    ).split()
)
# What stands here is an answer to something else, or no answer.
NO_NAME = re.compile(
    r"昨|今[天日早晚年]|[前后明][天日年]|上[周个午]|下[周个午]|刚[刚才]|早上|晚上|半夜|支行|分行|银行|网点|营业|中心|柜|经理|人工|"
    r"确认|提交|修改|取消|继续|返回|跳过|下一|电话|手机|短信|信用|投诉|问题|情况|事情|道歉|解释|赔偿|扣款|扣费|收费|年费|续费|短信费|贷款|存款|存钱|取款|取钱|退款|退钱|利息|金额|"
    r"柜员|保安|警察|老板|大堂|网点|储蓄|业务|办理|要求|联系|客户|用户|手续|系统|服务|匿名|保密|机器|骗|垃圾|傻|滚|混蛋|妈的|他妈|废物|有病|笑话|态度|[一二两三四五六七八九十百千万\d]+(?:元|块|号|月|点|分$)"
)
NO_LATIN_NAME = frozenset(
    ("ok okay yes no hi hello hey thanks thank you bye help none null test app atm vip what why").split()  # noqa: SIM905
)
QUESTION = re.compile(
    r"[?？]|[吗么呢]$|什么|怎么|为啥|为何|为什么|多少|哪|谁|几|干嘛|何时|能不能|是不是|要不要|可不可以"
)
BEFORE_ANSWER = re.compile(
    r"^(?:您好|你好|嗯+|哦+|啊|好的?|那个|就是)?[\s，,。.、]*(?:我的?(?:姓名|名字)|本人|姓名|名字|我|免贵|敝)?[\s]*"
    r"(?:就?是|就?叫(?:做|作|我)?|名叫|姓|为)?[\s：:，,]*"
)
AFTER_ANSWER = re.compile(r"[\s吧啊呀哈呢的哦嗯。.！!，,、~～]+$")
# "姓王，王建国"
SURNAME_FIRST = re.compile(r"([一-鿿]{1,2})[，,。\s]{1,3}(?:全名)?叫?(\1[一-鿿]{1,2})")
# "王小明 13800138000"
BEFORE_NUMBER = re.compile(r"(?<![一-鿿])([一-鿿]{2,4})[\s，,：:、]{0,2}(?=1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d))")
# "姓郑叫郑佳怡", "我姓魏，魏长青"
SURNAME_AGAIN = re.compile(r"([一-鿿]{1,2})[，,。\s]{0,2}(?:全名|名字|大名)?(?:我?叫做?|是|就是)?[，,\s]?(\1[一-鿿]{1,2}?)(?=[，,。；;！!\s]|$|[我手电联打在今昨前上的])")
FOREIGN = re.compile(r"[一-鿿]{1,8}[·•‧][一-鿿]{1,10}(?:[·•‧][一-鿿]{1,10})?")
CLAUSE = re.compile(r"(?:^|(?<=[，,。；;！!？?、\s（(：:—\-\]]))([一-鿿]{2,5})(?=[，,。；;！!、\s）)：:\-—]|$|1[3-9\dＯ])")
CALLED = re.compile(r"(?:联系|回电给?|回复|致电|称呼)([一-鿿]{1,3}?(?:先生|女士|小姐|太太))")
TITLED = re.compile(r"[一-鿿]{1,3}(?:先生|女士|小姐|太太)")
SPOKEN = str.maketrans("零〇一二三四五六七八九幺０１２３４５６７８９", "001234567891" + "0123456789")
NUMBER_NEXT = re.compile(
    r"[\s，,。；;：:、）)\-—]{0,3}(?:请|可)?(?:[我本]人?的?|联系|预留)?(?:联系|手机|电话|号码|联系方式|座机|回电|打我?|致电|[Tt][Ee][Ll]){0,3}(?:号码?)?[是为打我到\s：:，,]{0,4}(?:\+?0{0,2}86[\s-]?)?(?:1[\s-]?[3-9]|0\d{2})[\d\s-]{4}"
)
NUMBER_BEFORE = re.compile(r"\d[\d\s-]{6,13}[\s，,。；;、(（—\-]{1,3}$")
# How far after a cue the name is looked for; a message this short is no story with a signature.
LOOKS_ON, LONGEST_CALL = 16, 20
HAN = re.compile(r"[一-鿿㐀-䶿]+(?:[·•‧][一-鿿㐀-䶿]+){0,3}")
LATIN = re.compile(r"[A-Za-z][A-Za-z .'\-]{1,39}")
SENTENCE = frozenset("的了吗呢我你您他她们要想不没在有钱卡退款处理投诉办理什怎请把被给为就这那都也快点去来说查催撤")


def _surname(text: str) -> int:
    if text[:2] in COMPOUND:
        return 2
    return 1 if text[:1] in SURNAMES else 0


def has_surname(text: str) -> bool:
    return _surname(text) > 0


def after_cue(cue: str, rest: str) -> str | None:
    """The name that `rest` begins with. A weak cue (我是) needs the name to end with the clause."""
    surname = _surname(rest)
    strong = any(word in cue for word in STRONG)
    if strong and (foreign := FOREIGN.match(rest)):
        return foreign.group()
    if not surname:
        return _rare(rest) if strong else None
    titled = re.match(rf".{{{surname}}}[一-鿿]{{0,2}}?{TITLE}", rest[: surname + 5])
    if titled:
        return titled.group()
    if cue.rstrip().endswith("姓"):
        return rest[:surname] if rest[surname : surname + 1] in GOES_ON | {"", "叫", "名"} else _given(rest, surname)
    name = _given(rest, surname)
    if name is None and strong:
        return _rare(rest)
    if name is None or name in NOT_NAMES:
        return None
    following = rest[len(name) : len(name) + 1]
    if strong or cue.startswith("本人") or re.search(rf"{RELATION}$", cue):
        return name
    return name if following == "" or not re.match(r"[一-鿿]", following) or following in "，我要的来想在被" else None


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
        if _surname(place[1]) and place[1] not in NOT_NAMES and not NO_NAME.search(place[1])
    ]
    found.extend(_signed(text))
    found.extend(place.span(1) for place in CALLED.finditer(text) if _surname(place[1]))
    for cue in CUE.finditer(text):
        rest = text[cue.end() : cue.end() + LOOKS_ON]
        twice = SURNAME_AGAIN.match(rest) if cue.group().rstrip().endswith("姓") else None
        if twice and _surname(twice[1]):
            found.append((cue.end() + twice.start(2), cue.end() + twice.end(2)))
        elif name := after_cue(cue.group(), rest):
            found.append((cue.end(), cue.end() + len(name)))
    return found


def _signed(text: str) -> Iterator[tuple[int, int]]:
    """A name alone in its clause, before or after a number to call: 叶永康，电话 133; or as the last word of a message."""
    seen = text.translate(SPOKEN)
    for alone in CLAUSE.finditer(text):
        name = alone[1]
        surname = _surname(name)
        titled = TITLED.fullmatch(name)
        if name in NOT_NAMES or NO_NAME.search(name) or not surname:
            continue
        if not titled and (len(name) > surname + 2 or len(name) <= surname or _given(name, surname) != name):
            continue
        after, before = seen[alone.end(1) : alone.end(1) + 30], seen[max(0, alone.start(1) - 16) : alone.start(1)]
        if NUMBER_NEXT.match(after) or NUMBER_BEFORE.search(before) or (not after.strip(" 。.") and len(text) > LONGEST_CALL):
            yield alone.span(1)


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


def _han_answer(begin: int, name: str, core: str) -> tuple[int, int] | None:
    if name in NOT_NAMES or NO_NAME.search(name):
        return None
    if "·" in name or "•" in name or "‧" in name:
        return (begin, begin + len(name)) if len(name) <= 24 else None
    surname = _surname(name)
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
