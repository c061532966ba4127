"""What a sentence does: complains, demands, refuses, corrects. Standard library only."""

import re

from casebackend.drafts.rules import Field

SENTENCE_END = re.compile(r"[。！!？?；;\n]+")
CLAUSE_END = re.compile(r"[。！!？?；;\n，,、]+")
# "要求退还 王小明": a space between Chinese words is a comma.
CLAUSE = re.compile(r"[，,]|(?<=[一-鿿\]])\s+|(?<!\s)\s+(?=[一-鿿\[])")
PERSONAL = re.compile(
    r"\[[一-鿿]{2}#\d{1,4}\]|我?的?(?:名字|姓名|电话|手机|联系方式|身份证|证件)(?:号码?)?|我?就?[叫是姓：:]|[不就]提供了?|\s"
)
COMPLAINING = re.compile(
    r"(?:请?帮我|我)?(?:要|想要?|需要|准备|打算|还|再|又|接着|继续|重新){0,3}(?:来)?(?:登记)?(?:投诉|举报|反映|反馈|说)(?:一下|一个|个)?(?:你们|你|贵行|银行|那个|这个)?(?:的)?(?:问题|情况|事情|事儿|服务|支行|网点)?"
)
POLITE = re.compile(r"您好|你好|喂|在吗|有人吗|请问|谢谢|麻烦(?:你|您)?|好的?|嗯+|哦+|啊+|那个|就是|我跟你说")
NOTHING = re.compile(r"[\s，,。.!！?？、；;：:~～…“”\"'（）()\[\]]+")
# Two characters that tell a story.
EVENT = re.compile(r"吞卡|吞钱|扣费|扣款|扣钱|扣年费|骂人|乱收费|盗刷|冻结|降额|少钱|插队|推销|打人|闪退|丢卡")
COMMAND = re.compile(
    r"(?:转)?人工(?:客服|服务)?|取消|返回(?:上一步)?|上一步|退出|继续(?:填写)?|修改|确认|提交|是的?|不是?|对的?|好的?|没有|查(?:询)?进度|催办|撤诉|帮助|菜单|\d{1,2}"
)
LONE_NUMBER = re.compile(
    r"(?:\[手机#\d{1,4}\]|是|用|打|换成?|改成?|应该是|新的?|我的?|这个|那个|电话|手机|联系方式|号码?|号|为|：|:|，|,|吧|的|对了|不对|才|\s){1,9}"
)
OWN_NAME = re.compile(
    r"(?:不对|不是|等等|对了|哦|嗯|那个|[，,\s]){0,4}(?:我|本人)?(?:的?(?:真名|姓名|名字))?(?:应该)?(?:是|叫|就叫|名叫)"
    r"\[姓名#\d{1,4}\][吧啊呀哦，,。\s]{0,3}"
)
# 两千是手续费一千二是违约金，加起来三千二.
SUM = re.compile(
    r"(?:加起来|加一起|合起来|一共|总共|合计|总计|共计)(?:才|就|应该|应当)?(?:是|有|为)?(?P<new>[\d零一二两三四五六七八九十百千万亿.,]{1,12})(?![天次个笔年月号家])"
)
NUMBERS = re.compile(r"[零〇一二三四五六七八九十百千万亿两几多来半元块毛角分钱年月日号点多约]+")
QUESTION = re.compile(r"[?？]|[吗呢么]\s*$|^(?:为什么|为啥|怎么|什么|能不能|可不可以|是不是)")
BACK = re.compile(r"(?:请)?(?:返回|回到|退回)?(?:到)?上一(?:步|个问题|题)|返回|后退|[*＊]")
# In the answer to what should be done nearly every word of doing or getting is a wish.
YES = re.compile(
    r"(?:对|是|好|嗯|行|可以|没错|没问题|确认|ok|OK){1,2}(?:的|吧|了|啊)?(?:就)?(?:这样)?(?:登记|提交|确认|办)?(?:吧|了)?"
)
ASKS_WORD = re.compile(r"^(?:那|这)?(?:啥|什么)(?:叫|是)(?!不|因)")
ASKS_BACK = re.compile(
    r"[?？]|[吗么]\s*$|多久|几天|多长时间|什么时候|啥时候|何时|为什么|为啥|凭什么|怎么(?:办|弄|样|回事)?$|^(?:怎么|什么|能不能|可不可以|是不是)|"
    r"^[啥什]么?(?:叫|是)|[啥么]意思$|^(?:这|那)?(?:是|要)?(?:啥|什么)[^，,。]{0,4}$"
)
# Said to the question for a number that may be left out: no, or go on.
DECLINED = re.compile(
    r"不想了?|不愿意?|没有?|没了|没有了|无|不|不了|不要|不用了?|不需要|否|免了?|下一[步项题]|算了|就这样吧?|"
    r"(?:是的?|好的?|对的?|行吧?|直接|就)?(?:确认)?提交吧?|确认(?:无误)?|🙅[^\w]*|[nN][oO]|(?i:skip|pass|none)|[唔勿](?:要|使|用)(?:了|啦|喇)?|冇"
)
NO_PAPER = re.compile(
    r"(?:身份证|证件)(?:号码?)?(?:就|先|我)?(?:不(?:想|方便|便|能|愿意?)?(?:提供|给|留|说|填|报)(?!我)|保密|免了)|"
    r"(?<![员理他她们])不(?:想|方便|愿意?)?(?:提供|给|留|报|填)(?:身份证|证件)"
)
WITHOUT_PAPER = re.compile(r"(?:身份证|证件)(?:号码?)?(?:给我)?(?:删|去)(?:掉|了)|(?:删|去)掉(?:我的)?(?:身份证|证件)")
HOTLINE = re.compile(
    r"(?:客服|客户服务)(?:的)?(?:电话|热线|中心)?(?:也|都|一直|永远|老是|总是|又){0,3}(?:打不通|没人[接理]|不接|占线|不回|推)|"
    r"打[^，,。]{0,8}客服(?:电话|热线)?"
)
KIND = r"(?:支行|分行|网点|营业部|营业厅|分理处|储蓄所|中心|银行|网银|贷款部|理财部)"
PLACE = re.compile(
    r"(?:我说的?)?(?:就)?(?:是|在)?(?:你们?|贵行|咱们)?(?:的|那个|那家|这家)?"
    rf"(?P<place>[一-鿿A-Za-z0-9]{{1,14}}?{KIND})(?:(?:上|里|[转办买弄存取])的|的|那边|那里|那儿|办的|啊|吧|呀|呢|哦){{0,3}}"
)
NO_PLACE = re.compile(r"不|没|哪|什么|随便|知道|都|人工|几个|一[个家]|附近|楼下|旁边|对面|我家|单位")
# 忘了哪天 says nothing of the outlet that was asked for.
UNKNOWN_OF: dict[Field, re.Pattern[str]] = {
    Field.OCCURRED_ON: re.compile(r"哪一?天|几月|几号|什么时候|啥时候|日期|时间"),
    Field.UNIT: re.compile(r"哪一?家|哪个|网点|支行|分行|机构"),
    Field.AMOUNT: re.compile(r"多少钱?|金额|几块|几千|几百"),
}
REFUSED = re.compile(
    r"[不步唔勿](?:想|愿意?|方便|便|能|肯|会|打算)?(?:提[供公工]|透露|说|告诉|给|留|填)(?![你您]们?[不没]|法)|不方便|拒绝提供|保密|跳过|不填|没必要"
)
UNKNOWN = re.compile(
    r"不(?:太|大|是很|怎么)?(?:清楚|知道|记得|确定|晓得|了解|明白)|记不(?:太)?(?:清|得|住|起来?)|说不(?:太)?(?:清|准|上来|好)|忘(?:了|记)|没(?:注意|留意|印象|记住|记)|想不起|算不(?:清|出)"
)
NO_MONEY = re.compile(
    r"(?:不|没有?|未)(?:涉及|牵涉)(?:到)?(?:金额|钱|资金|费用|损失)?|跟钱没关系|和钱没关系|与钱无关|没有(?:金额|损失|经济损失)|没(?:有)?什么钱|(?:不是|没有?)钱的(?:事|问题)|(?:和|跟)钱(?:无关|没)|没(?:有)?花钱|无金额"
)
MONEY = re.compile(
    r"扣|收费|多收|手续费|年费|管理费|服务费|短信费|违约金|滞纳金|利息|罚息|费用|钱|金额|资金|元|块钱|转账|汇款|到账|入账|存款|取款|存钱|取钱|吞钞|少钞|假币|贷款|还款|"
    r"账单|刷卡|盗刷|退款|理财|亏损|本金|收益|基金|保险费|保费|余额|提前还|额度|分期|积分|兑换|赔"
)
PUNISHED = re.compile(
    r"(?:扣|罚)(?:掉|了)?(?:他|她|那个?|这个?|柜员|经理|员工|大堂|保安|客服|们|的){0,4}(?:奖金|绩效)|"
    r"(?:扣|罚)(?:掉|了)?(?:(?:他|她|那个?|这个?)(?:柜员|经理|员工|大堂|保安|客服)?|柜员|经理|员工|大堂|保安|客服)们?的?(?:工资|分|钱)"
)
LABELS: dict[Field, str] = {
    Field.AMOUNT: r"(?:涉及)?(?:的)?(?:金额|钱数|数额|数目|钱|费用)",
    Field.OCCURRED_ON: r"(?:发生)?(?:的)?(?:日期|时间|日子|日)",
    Field.PHONE: r"(?:联系)?(?:的)?(?:电话|手机)(?:号码?)?|联系方式|号码",
    Field.NAME: r"(?:我的)?(?:姓名|名字)",
    Field.ID_NUMBER: r"(?:身份证|证件)(?:号码?)?",
    Field.UNIT: r"(?:被投诉)?(?:的)?(?:网点|机构|支行|银行|分行|单位)",
    Field.DEMAND: r"(?:我的)?(?:诉求|要求)",
    Field.FACTS: r"(?:事情)?(?:经过|情况|内容|事实)",
}  # fmt: skip
ASKS: tuple[tuple[Field, re.Pattern[str]], ...] = (
    (Field.NAME, re.compile(r"贵姓|怎么称呼|如何称呼|您的姓名|您的名字|您叫什么|哪位")),
    (
        Field.PHONE,
        re.compile(
            r"(?:电话|手机|联系方式)[^，。？]{0,12}(?:多少|是|吗|报|留|提供|说)|(?:报|留|提供).{0,12}(?:电话|手机|联系方式)"
        ),
    ),
    (Field.ID_NUMBER, re.compile(r"身份证|证件号")),
    (Field.AMOUNT, re.compile(r"多少钱|金额|多少元|多少块|扣了多少|收了多少|损失(?:了)?多少")),
    (Field.OCCURRED_ON, re.compile(r"什么时候|哪一?天|几号|几月|何时|什么时间|日期")),
    (Field.UNIT, re.compile(r"哪个(?:支行|网点|分行|营业厅|银行|机构)|哪家(?:支行|网点|分行|营业厅|机构)?|在哪里办")),
    (Field.DEMAND, re.compile(r"诉求|希望(?:我们|银行)|想要(?:我们|什么|怎么)|怎么(?:处理|解决)|什么(?:要求|结果)")),
    (
        Field.FACTS,
        re.compile(
            r"什么事|怎么回事|什么情况|什么问题|具体(?:情况|经过|说|讲)|请(?:您)?(?:说|讲|描述)|事情经过|帮(?:您|助您|到您)"
        ),
    ),
)  # fmt: skip


def is_bare(text: str) -> bool:
    """No words, or nothing but a number, an amount or a day: it tells no story and wishes for nothing."""
    return not any(character.isalpha() for character in NUMBERS.sub("", text))


def has_content(text: str) -> bool:
    """Is something told, or is it only an announcement such as 我要投诉 or a command."""
    if is_bare(text):
        return False
    told = UNKNOWN.sub("", REFUSED.sub("", COMPLAINING.sub("", text)))
    bare = NOTHING.sub("", POLITE.sub("", told))
    return (len(bare) >= 4 or bool(EVENT.search(bare))) and not COMMAND.fullmatch(bare)


def is_command(text: str) -> bool:
    return bool(COMMAND.fullmatch(NOTHING.sub("", text)))


def is_question(text: str) -> bool:
    return bool(QUESTION.search(text))


def goes_back(text: str) -> bool:
    return bool(BACK.fullmatch(NOTHING.sub("", text)))


def asks_back(text: str) -> bool:
    """A question of the customer's own: 要多久处理."""
    return len(text) <= 40 and bool(ASKS_BACK.search(text))


def lone_number(text: str) -> bool:
    """Nothing but a telephone number."""
    return bool(LONE_NUMBER.fullmatch(text))


def says_own_name(text: str) -> bool:
    """我叫[姓名#2], and nothing else."""
    return bool(OWN_NAME.fullmatch(text.strip()))


def declines(text: str) -> bool:
    return bool(DECLINED.fullmatch(NOTHING.sub("", text)))


def keeps_paper(text: str) -> bool:
    """身份证就不提供了, said along with other things."""
    return bool(NO_PAPER.search(text))


def removes_paper(text: str) -> bool:
    return bool(WITHOUT_PAPER.search(text))


def place(text: str) -> str | None:
    """The name of a unit that we do not know: 滨江支行."""
    match = PLACE.fullmatch(NOTHING.sub("", text))
    return None if match is None or NO_PLACE.search(match["place"]) else match["place"]


def agrees(text: str) -> bool:
    """Nothing but a yes."""
    return bool(YES.fullmatch(NOTHING.sub("", text)))


def refuses(text: str) -> bool:
    return len(text) <= 40 and bool(REFUSED.search(text))


def knows_not(text: str) -> bool:
    return len(text) <= 40 and bool(UNKNOWN.search(text))


def unknown_of(text: str) -> Field | None:
    """The one field that is said not to be known."""
    found = [field for field, pattern in UNKNOWN_OF.items() if pattern.search(text)]
    return found[0] if len(found) == 1 and knows_not(text) else None


def known_part(text: str) -> str | None:
    """我也不知道想咋样，你们给查查: what is said beside not knowing."""
    told = [clause for clause in CLAUSE_END.split(text) if clause.strip()]
    known = [clause for clause in told if not UNKNOWN.search(clause)]
    return "，".join(known) if known and len(known) < len(told) else None


def denies_money(text: str) -> bool:
    return bool(NO_MONEY.search(text))


def about_money(text: str) -> bool:
    """What should be taken from whoever did it is no money of the case: 扣他奖金."""
    return bool(MONEY.search(PUNISHED.sub("", NO_MONEY.sub("", text))))


def asks_for(agent_said: str) -> Field | None:
    """Which field an agent's question is about; the last question of the turn is the one that is answered."""
    hits = [(match.end(), field) for field, pattern in ASKS for match in pattern.finditer(agent_said)]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None
