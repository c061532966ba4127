"""What a judge took for praise or a suggestion and is none: the words tell of anger, a loss or a demand. Mixed words
are a complaint. No I/O."""

import re

from casebackend.conversations.danger import COUNTED
from casebackend.customers.spelling import simplified
from casebackend.drafts.rules import COMPLAINT, OPINIONS

NUMBER = r"(?:\d|[一二两三四五六七八九十几]+[百千万元块])"
THANKS = re.compile(
    r"表扬|谢|感激|感动|点赞|赞|夸|好评|锦旗|暖心|温暖|贴心|热情|耐心|周到|专业|细心|敬业|辛苦|给力|靠谱|优秀|"
    r"(?:真|很|太|特别|非常)(?:好|棒|不错)"
)
# 不让投诉 and 非投诉不可 are no denial.
NO_COMPLAINT = re.compile(r"(?:不|没|没有|别)(?:是|想|要|打算|用|算)?(?:来|要|想)?投诉")
NO_PRAISE = re.compile(r"(?:不是|不想|没法|无法|别想|谁要|没什么(?:好|可))(?:来|要|想)*(?:表扬|夸|感谢|谢)")
NO_HARM = re.compile(
    r"(?:不|没有?|别|未|无)(?:让|有|会|用|再|被|任何|一点|一次|我|多|乱|强制|给我)*"
    r"(?:亏|扣|骗|损失|多?花|白跑|推诿|推脱|敷衍|乱收|多收|坑人?|忽悠|误导|强制|强行|强迫|捆绑|逼我?|不耐烦)"
)
# A loss put right, kept off or made clear: 追回了被骗的8万; a plea for it is none. What comes after it is a new matter,
# unless it is what would have been: 不然就被骗了.
PLEA = r"请|麻烦|希望|要求|能不能|能否|赶紧|赶快|尽快|马上|必须|什么时候|没|未|不|想要"
SAVED = re.compile(
    rf"(?:^|[，,。！!；;\s])(?:(?!{PLEA})[^，,。！!；;\s])*"
    r"(?:[追找要讨]回(?:了|来)|[追找要讨]了?回来|拦(?:下|住|截)|阻止|劝(?:住|阻|下)|挽回|避免|识破|保住|"
    r"差点|险些|幸亏|多亏|提醒|(?:退|补|返|还)(?:回|还|给)?(?:来|我|到账)?了|解决(?:了|好)|处理(?:好|完)了|"
    r"退还(?:了|多)|解(?:释|冻|开)|[查弄讲说]清)[^，,。！!；;\s]*|(?:不然|否则|要不是)[^，,。！!；;\s]*"
)
LOST = re.compile(
    r"被[^，,。]{0,4}骗(?:了|走|去)?|骗子|诈骗|受骗|上当|骗走|损失|(?:多|重复|误|错)[扣收](?:了|的)?|扣[错多费款]|"
    r"没了|不见了|少了|(?:锁|冻结)了"
)
ONCE = re.compile(
    r"(?:本来|原本|原来|差点|上次|上周|上个?月|之前|以前|前[几两]天|昨天)[^，,。]{0,6}投诉|"
    r"投诉(?:处理|解决|后|以后|之后|得到|电话|部门|中心|专员|热线|问题|的|过)|(?:别的|其他|别家|隔壁)[^，,。]*|"
    r"(?:之前|以前|原来)[^，,。]{0,8}不满意?"
)
WORDS = re.compile(r"防骗|反诈|防范?诈骗|折扣|丝丝入扣|环环相扣|扣人心弦|赔(?:着|了?个?)?笑|幸亏|多亏|亏得|退休")
BY_THE_BANK = re.compile(r"(?:你们?|银行|柜员|经理|客服|贵行)[^，,。]{0,6}骗(?!子打|走的|我的?钱的)")
# Done to the customer himself, or wanted back by him.
OWN = re.compile(
    r"亏了|亏钱|扣了?我|扣掉我|(?:多|乱|重复)扣了|骗了?我|坑(?:了)?我|害(?:我|得)|骂(?:了)?我|非(?:让|要|逼|叫)(?:我|给我)|"
    r"赔(?:给)?我|退(?:还|给|回)?我(?!了|的?很)|还我(?:的)?钱|(?:要求|必须|应该|赶紧|尽快|马上)[^，,。]{0,6}(?:赔|退(?!休))|"
    r"盗刷|(?<!不)(?<!不是)(?:要|来|想|再|必须|只能)投诉|投诉(?:你|他|她|这|那|柜员|经理|客服)"
)
HARM = re.compile(
    r"投诉|亏|扣|骗|赔|损失|盗刷|乱收|多收(?!拾)|害我|害得|被坑|坑[我人钱爹害老]|[太真]坑|忽悠|误导|糊弄|欺[骗负诈瞒]|"
    r"非(?:让|要|逼|叫|得)[我老客给]|逼[我着]|强制|强行|强迫|捆绑|霸王|"
    r"(?:要求|必须|赶紧|尽快|马上|快|给我|什么时候|不|没|不给我?|不肯|拒绝|迟迟|还没)[^，,。]{0,4}退(?![休伍役]|了)|"
    r"退(?:还|给|回)?我(?!了|的?很)|还我(?:的)?钱|把[^，,。]{0,8}退(?![休了])|"
    r"不(?:给[我办退赔开取解处说]|让我|肯|理[我人睬]|管我|承认|负责|解决|处理|作为)|爱[答理]不理|没人[管理接]|推诿|推脱|踢皮球|敷衍|"
    r"态度[^，,。好]{0,4}(?:差|恶劣|不好|坏|蛮横|冷淡)|不耐烦|骂[我人客老]|吼[我人老]|差劲|[太很真]差|(?:太|真|很|实在)过分|"
    rf"拒绝(?:为|给|办|受理|退|赔|处理|解决|提供)|少[了给吐存][^，,。]{{0,3}}{NUMBER}|白跑|跑了[^，,。]{{0,3}}趟|"
    r"(?:要|给|讨)(?:我|个|一个)*(?:说法|公道)|(?:要求|必须|让|叫|[给向跟]我|欠我)[^，,。]{0,6}道歉(?!了)|不满(?![足\d一二三四五六七八九十])|"
    r"(?:真|也)的?是?够了|凭什么|什么(?:玩意|态度)|垃圾|耍赖|太黑|难听|弄没|变成了?保险|"
    r"钱(?!包)[^，,。]{0,4}(?:没了|不见了|少了)|[要想来去]举报|挂(?:了|断了?)?我|(?:卡|账户|账号)[^，,。]{0,4}(?:锁|冻结)了"
)
# Tells of no praise where nothing is praised beside it.
TONE = re.compile(
    r"失望|太慢|办不[了成]|失败|报错|吞卡|为什么|怎么(?:回事|搞的|能|还)|等了[^，,。]{0,6}(?:小时|天|钟头)|倒霉|收费太?高"
)


def judged(matter: str, text: str, stirred: str | None) -> str:
    """What a message begins that was taken for `matter`. `stirred`: what was heard in how it is said."""
    if matter not in OPINIONS:
        return matter
    plaint = _no_praise(text, stirred) if matter == "praise" else _no_suggestion(text, stirred)
    return COMPLAINT if plaint else matter


def is_plaint(text: str, stirred: str | None) -> bool:
    """Neither praise nor a suggestion, whichever it was taken for."""
    return _no_suggestion(text, stirred)


def _no_praise(text: str, stirred: str | None) -> bool:
    said = simplified(text)
    if stirred is not None or NO_PRAISE.search(said) or BY_THE_BANK.search(NO_HARM.sub("", said)):
        return True
    thanks = THANKS.search(said) is not None
    rest = _without_harmless(said, thanks=thanks)
    return bool(HARM.search(rest)) or (not thanks and bool(TONE.search(rest)))


def _without_harmless(said: str, *, thanks: bool) -> str:
    until = max((match.end() for match in SAVED.finditer(said)), default=0) if thanks else 0
    rest = LOST.sub("", said[:until]) + said[until:]
    rest = NO_COMPLAINT.sub("", WORDS.sub("", NO_HARM.sub("", rest)))
    return ONCE.sub("", rest) if thanks else rest


def _no_suggestion(text: str, stirred: str | None) -> bool:
    """Who suggests tells of what went wrong as well; only what was done to himself, or anger, is a complaint."""
    said = simplified(text)
    if stirred in COUNTED:
        return True
    if NO_COMPLAINT.search(said):
        return False
    return bool(OWN.search(_without_harmless(said, thanks=bool(THANKS.search(said)))))
