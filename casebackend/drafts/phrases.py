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
DEMAND = re.compile(
    r"要求|希望|诉求|退还|退回|退款|退钱|退给我|把钱退|赔偿|赔钱|赔给|补偿|道歉|给个说法|给我个说法|给个交代|给个答复|给我解释|尽快|马上处理|"
    r"把钱(?:都|全)?(?:还|给|退|赔)|补给我|补上|补回|还给我|拿回我|要回我|全额退|退保|(?:还|追)我(?:的)?(?:血汗)?钱|追回来|给(?:我)?一个?(?:合理)?的?(?:说法|交代|解释|答复)|给我(?:一个|个)?书面|"
    r"(?:^|请|要|快|赶紧|马上|你们)(?:你们)?(?:把|将)[^，,。]{1,12}(?:退|赔|补(?:回|给|上)|还给|改(?:回|过来|正)|恢复|解冻|撤)|"
    r"(?:必须|请|应该|得)(?:你们)?(?:给我)?(?:处理|解决|撤销|恢复|更正|退|赔|减免)|我(?:就)?(?:想|要)(?:你们)?(?:退|赔|道歉|解释|恢复|减免|撤销|更正)|减免|恢复(?:我的?)?(?:额度|征信)"
)
NOT_DEMAND = re.compile(
    r"没有?(?:给|跟|向|和)?(?:我|我们)?(?:道歉|退|赔|解释|补偿|说法|处理|解决)|不(?:给|跟|向)?(?:我)?(?:道歉|退|赔|给退|肯退|愿意退)|拒绝(?:退|赔|道歉)|才(?:退|赔)"
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
# Somebody who speaks puts right what he has just said: 十号啊不对是十二号.
REPAIRED = re.compile(
    r"[\d零一二两三四五六七八九十百千万亿点.年月日号昨前今天块元]{1,16}[，,\s]?(?:[啊哦噢呃哎嗯额]+[，,\s]?(?:不对|不是|错了|说错了?)|(?:不对不对|说错了))"
    r"[，,\s]?(?:应该|其实)?是?(?=[\d零一二两三四五六七八九十百千万昨前今大])"
)
# 算了还是两百吧.
BACK_TO = re.compile(
    r"(?:算了|那|不改了?|[，,\s])*(?:还是|改回|改回到|恢复成?)(?:原来的?)?(?P<new>[\d零一二两三四五六七八九十百千万亿.,]{1,12})(?:元|块钱?)?"
    r"(?:吧|好了|算了|没错|[，,。\s])*"
)
# 两千是手续费一千二是违约金，加起来三千二.
SUM = re.compile(
    r"(?:加起来|加一起|合起来|一共|总共|合计|总计|共计)(?:才|就|应该|应当)?(?:是|有|为)?(?P<new>[\d零一二两三四五六七八九十百千万亿.,]{1,12})(?![天次个笔年月号家])"
)
SCOLDS = re.compile(
    r"破(?:机器|系统|东西)|什么(?:破|烂|垃圾)|垃圾|智障|弱智|有病|废话|啰嗦|烦不烦|烦死|问问问|问个没完|听不懂人话|滚"
)
# A field that is spoken of at the read-back is no piece of the story: 电话尾号是5679.
OF_FORM = re.compile(
    r"(?:我的?|那个|这个|联系)*(?P<label>电话|手机|号码|名字|姓名|身份证|证件)(?:号码?|尾号|后[几四]位|那里|这里)*(?:是|不是|为|应该|有)[^，,。]{1,12}"
)
TAKEN_OUT = re.compile(
    r"(?:我的?)?(?:诉求|要求)(?:里面?|中|那里)?(?:把|的)?.{1,14}(?:去掉|删掉|删了|拿掉|不要了|不写了)(?:吧)?"
)
NUMBERS = re.compile(r"[零〇一二三四五六七八九十百千万亿两几多来半元块毛角分钱年月日号点多约]+")
QUESTION = re.compile(r"[?？]|[吗呢么]\s*$|^(?:为什么|为啥|怎么|什么|能不能|可不可以|是不是)")
BACK = re.compile(r"(?:请)?(?:返回|回到|退回)?(?:到)?上一(?:步|个问题|题)|返回|后退|[*＊]")
# In the answer to what should be done nearly every word of doing or getting is a wish.
YES = re.compile(
    r"(?:对|是|好|嗯|行|可以|没错|没问题|确认|ok|OK){1,2}(?:的|吧|了|啊)?(?:就)?(?:这样)?(?:登记|提交|确认|办)?(?:吧|了)?"
)
WISH = re.compile(
    r"退|还(?:给|我|钱)|赔|补|道歉|认错|解释|说法|说明|交代|答复|回复|回电|联系|处理|解决|处罚|处分|开除|追|恢复|撤|取消|停|免|降|减|改|更正|"
    r"注销|销户|解冻|解封|换|修|查|要|让|请|希望|想|尽快|马上|赶紧|快|别再|不许|公平|公道|负责|放款|到账|重新|安排|增加|多开|refund|sorry"
)
ONLY_WISH = re.compile(r"(?:我)?(?:就|只)?(?:要|想|让|请|希望|必须|赶紧|快|把|给我|退|赔|道歉|还我)")
# A time, a place or a loss, when nothing is wished.
TOLD = re.compile(
    r"上次|刚才|刚刚|当时|那时|的时候$|(?:扣|少|亏|损失|丢|取|存|转|刷|收|骗)(?:了|走)|(?:骂|推|打|吼)(?:了|我)|没有?(?:人|被)|不是"
)
JOKES = re.compile(r"逗你|开(?:个)?玩笑|哈{3}|嘻嘻")
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
ADDED = re.compile(
    r"(?:对了|另外|还有|那|我)?[，,\s]*(?:请|帮我|我|想|要|再){0,4}(?:在?(?:事情)?(?:经过|情况|内容|描述)(?:里面?|中|那里)?)?"
    r"(?:再|想|要|请){0,3}(?:加|补充|添|写)(?:上|一下|一句|一点|一条|一个|个|下|句|点|：|:){1,3}[：:，,\s]*(?P<new>.{2,400})",
    re.DOTALL,
)
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
CHANGE = (
    r"(?:，|,|\s)?(?:我)?(?:想|要|需要|就|只)?(?:写成(?!了)|填成(?!了)|写(?=[：:要请退赔道书])|改成|改为|修改为|修改成|更正为|更正成|换成|变更为|应该是|应当是|应是|应为|其实是|实际是|实际上是|"
    r"写错了|填错了|说错了|[打弄搞记输]错了?|错了|不对)(?:[，,。\s]*(?:应该|应当|其实|实际上?)?(?:是|为|改成|改为)?)"
)
# That something said before was wrong, said around the right value.
WAS_WRONG = re.compile(
    r"(?:^|(?<=[，,。\s我]))(?:我)?(?:刚才|刚刚|前面|上面)?(?:的)?(?:我)?(?:[打写填说弄搞记输看听念按选]错|错)了?|"
    r"^(?:等等|等一下|不对|更正|对了)[，,\s]*|^不是[，,\s]+|^(?:应该|应当|其实)是|^(?:改成|改为|更正为|换成)"
)
CHANGED_TO = re.compile(r"^\s*(?:改成|改为|更正为|换成)")
BARE_CHANGE = re.compile(
    r"不是(?P<old>[^，,。；;！!？?]{1,30}?)[，,、\s]*(?:而是|应该是|是)(?P<new>[^，。；;！!？?]{1,40})"
)
# The right one first: 金额是300不是30.
BARE_CHANGE_BACK = re.compile(
    r"(?:是|应该是)(?P<new>[^，,。；;！!？?不是]{1,30})[，,、\s]*(?:而|可)?不是(?P<old>[^，,。；;！!？?]{1,30})"
)
# Two names, one right and one not: 我叫[姓名#2]不是[姓名#1], 我不姓达我姓[姓名#2].
_TOKEN = r"\[姓名#\d{1,4}\]"
RENAMED = re.compile(
    rf"[叫姓是](?P<first>{_TOKEN})[的，,、\s]{{0,2}}[而可]?不[是叫姓]|"
    rf"不(?:是[叫姓]?|[叫姓])(?:{_TOKEN}|[一-鿿]{{1,4}}?)[，,、\s]{{0,2}}(?:而|应该)?(?:[我俺咱]|本人)?(?:是?[叫姓]|是)(?P<last>{_TOKEN})|"
    rf"姓(?:氏|名)?(?:[写打记填弄搞输听]|登记)?错了?[，,。\s]{{0,2}}(?:我|应该|其实)?是?姓(?P<only>{_TOKEN})|"
    rf"^(?:[^\[\]]{{0,6}}[我俺咱]|本人|免贵)是?姓(?P<alone>{_TOKEN})[^\[\]]{{0,8}}$"
)
CORRECTIONS: dict[Field, re.Pattern[str]] = {
    field: re.compile(rf"(?:{label})(?:那里|那儿|一栏)?{CHANGE}(?P<new>.{{1,400}})", re.DOTALL)
    for field, label in LABELS.items()
}
# "电话写错了", "改一下金额": which one is wrong is said, but not what is right.
WRONG: dict[Field, re.Pattern[str]] = {
    field: re.compile(
        rf"(?:我的?|那个|对了|要|想|帮我){{0,3}}(?:"
        rf"(?P<change>改|修改|更改|更正)(?:一下|下)?(?:{label})|"
        rf"(?:{label})(?:这|那)?(?:项|里|一项|一栏)?(?:我)?(?:也|都)?"
        rf"(?:(?:要|想|需要|得)?(?:改|修改)(?:一下|下)?|写错|填错|说错|弄错|搞错|错|不对|有误|不正确|不是这个)|"
        rf"(?P<bare>{label}))(?:了|的|吧|呀|啊){{0,2}}"
    )
    for field, label in LABELS.items()
}
LOOSE: dict[Field, re.Pattern[str]] = {
    field: re.compile(rf"(?:把|将|改|修改)?(?:{label})(?:是|为|：|:|，|,|\s)?(?P<new>.{{1,400}})", re.DOTALL)
    for field, label in LABELS.items()
    if field is not Field.FACTS
}
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


def repaired(text: str) -> str:
    """Without what was put right in the same breath."""
    return REPAIRED.sub("", text)


def of_form(text: str) -> Field | None:
    match = OF_FORM.fullmatch(NOTHING.sub("", text))
    if match is None:
        return None
    if match["label"] in {"名字", "姓名"}:
        return Field.NAME
    return Field.ID_NUMBER if match["label"] in {"身份证", "证件"} else Field.PHONE


def takes_out_of_demand(text: str) -> bool:
    """诉求里把扣奖金去掉: what stands in it is not right, and what should is not said."""
    return bool(TAKEN_OUT.fullmatch(NOTHING.sub("", text)))


def declines(text: str) -> bool:
    return bool(DECLINED.fullmatch(NOTHING.sub("", text)))


def keeps_paper(text: str) -> bool:
    """身份证就不提供了, said along with other things."""
    return bool(NO_PAPER.search(text))


def removes_paper(text: str) -> bool:
    return bool(WITHOUT_PAPER.search(text))


def wrong(text: str, asked: str | None) -> Field | None:
    """The field that the customer says is wrong, without what is right. A bare label counts where that was asked."""
    said = NOTHING.sub("", text)
    for field, pattern in WRONG.items():
        match = pattern.fullmatch(said)
        if match and (not match["bare"] or asked in {"confirm", "correction"}):
            return field
    return None


def renamed(text: str) -> str | None:
    """The token of the right name, said beside a wrong one."""
    match = RENAMED.search(text)
    return next((token for token in match.groups() if token), None) if match else None


def added(text: str) -> str | None:
    match = ADDED.fullmatch(text.strip())
    return match["new"].strip() if match else None


def place(text: str) -> str | None:
    """The name of a unit that we do not know: 滨江支行."""
    match = PLACE.fullmatch(NOTHING.sub("", text))
    return None if match is None or NO_PLACE.search(match["place"]) else match["place"]


def agrees(text: str) -> bool:
    """Nothing but a yes."""
    return bool(YES.fullmatch(NOTHING.sub("", text)))


def only_wishes(text: str) -> bool:
    """要求退钱, and nothing of what happened."""
    said = NOTHING.sub("", text)
    return len(said) < 12 and bool(ONLY_WISH.match(said)) and bool(DEMAND.search(said)) and not TOLD.search(said)


def is_wish(text: str) -> bool:
    """The answer to what should be done. A question, a time, a place or a loss alone is none."""
    if is_bare(text) or YES.fullmatch(NOTHING.sub("", text)) or JOKES.search(text) or ASKS_WORD.match(text):
        return False
    if DEMAND.search(NOT_DEMAND.sub("", text)):
        return True
    if SCOLDS.search(text) and not WISH.search(SCOLDS.sub("", text)):
        return False
    return not asks_back(text) and (bool(WISH.search(text)) or not TOLD.search(text))


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


def demand(text: str) -> str | None:
    """The clauses that ask for something, from the asking word's clause to the end of its sentence."""
    found: list[str] = []
    if ASKS_WORD.match(text):
        return None
    for sentence in SENTENCE_END.split(text):
        clauses = [clause.strip() for clause in CLAUSE.split(sentence)]
        first = next((place for place, clause in enumerate(clauses) if DEMAND.search(NOT_DEMAND.sub("", clause))), None)
        if first is not None:
            found.append(
                "，".join(clause for clause in clauses[first:] if len(PERSONAL.sub("", NO_PAPER.sub("", clause))) > 1)
            )
    return "；".join(found) or None


def asks_for(agent_said: str) -> Field | None:
    """Which field an agent's question is about; the last question of the turn is the one that is answered."""
    hits = [(match.end(), field) for field, pattern in ASKS for match in pattern.finditer(agent_said)]
    return max(hits, key=lambda hit: hit[0])[1] if hits else None
