"""What is said to be wrong, or put right, about what was told. Standard library only."""

import re

from casebackend.drafts import phrases
from casebackend.drafts.rules import Field

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
# A field that is spoken of at the read-back is no piece of the story: 电话尾号是5679.
OF_FORM = re.compile(
    r"(?:我的?|那个|这个|联系)*(?P<label>电话|手机|号码|名字|姓名|身份证|证件)(?:号码?|尾号|后[几四]位|那里|这里)*(?:是|不是|为|应该|有)[^，,。]{1,12}"
)
TAKEN_OUT = re.compile(
    r"(?:我的?)?(?:诉求|要求)(?:里面?|中|那里)?(?:把|的)?.{1,14}(?:去掉|删掉|删了|拿掉|不要了|不写了)(?:吧)?"
)
ADDED = re.compile(
    r"(?:对了|另外|还有|那|我)?[，,\s]*(?:请|帮我|我|想|要|再){0,4}(?:在?(?:事情)?(?:经过|情况|内容|描述)(?:里面?|中|那里)?)?"
    r"(?:再|想|要|请){0,3}(?:加|补充|添|写)(?:上|一下|一句|一点|一条|一个|个|下|句|点|：|:){1,3}[：:，,\s]*(?P<new>.{2,400})",
    re.DOTALL,
)
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
    for field, label in phrases.LABELS.items()
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
    for field, label in phrases.LABELS.items()
}
LOOSE: dict[Field, re.Pattern[str]] = {
    field: re.compile(rf"(?:把|将|改|修改)?(?:{label})(?:是|为|：|:|，|,|\s)?(?P<new>.{{1,400}})", re.DOTALL)
    for field, label in phrases.LABELS.items()
    if field is not Field.FACTS
}


def repaired(text: str) -> str:
    """Without what was put right in the same breath."""
    return REPAIRED.sub("", text)


def of_form(text: str) -> Field | None:
    match = OF_FORM.fullmatch(phrases.NOTHING.sub("", text))
    if match is None:
        return None
    if match["label"] in {"名字", "姓名"}:
        return Field.NAME
    return Field.ID_NUMBER if match["label"] in {"身份证", "证件"} else Field.PHONE


def takes_out_of_demand(text: str) -> bool:
    """诉求里把扣奖金去掉: what stands in it is not right, and what should is not said."""
    return bool(TAKEN_OUT.fullmatch(phrases.NOTHING.sub("", text)))


def wrong(text: str, asked: str | None) -> Field | None:
    """The field that the customer says is wrong, without what is right. A bare label counts where that was asked."""
    said = phrases.NOTHING.sub("", text)
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
