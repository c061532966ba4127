"""A field that need not be filled is left empty: nothing, not known, not given. Pure."""

import re
from collections.abc import Mapping

from casebackend.drafts import phrases
from casebackend.drafts.rules import MAY_BE_REFUSED, MAY_BE_UNKNOWN, Field
from casebackend.drafts.values import IGNORANCE, REFUSAL, Value

# 凭什么要我的证件 wants to know why, and has not said no.
_ASKS_WHY = re.compile(r"为什么|为啥|凭什么|凭啥|干嘛|干啥|干什么|做什么|可以吗|行吗")
# Which of them a refusal is about.
_SPOKEN_OF: Mapping[Field, re.Pattern[str]] = {
    Field.NAME: re.compile(r"姓|名字?|叫(?:什么|啥)"),
    Field.PHONE: re.compile(r"电话|电話|手机|手機|座机|联系方式"),
    Field.ID_NUMBER: re.compile(r"身份证|身份證|证件|證件"),
    Field.AMOUNT: re.compile(r"金额|钱"),
    Field.OCCURRED_ON: re.compile(r"日期|日子|哪天|时候"),
    Field.UNIT: re.compile(r"网点|机构|支行|分行"),
}
# As they are named where one is changed; 钱, 号码 and 银行 are words of the story as well.
_LABELS: Mapping[Field, str] = {
    Field.ID_NUMBER: r"(?:我的?)?(?:身份证|证件)(?:号码?|信息)?",
    Field.AMOUNT: r"(?:涉及的?)?(?:金额|钱数|数额|数目)",
    Field.OCCURRED_ON: r"(?:发生的?)?(?:日期|时间|日子)",
    Field.UNIT: r"(?:被投诉的?(?:机构|网点|单位|支行|银行)|机构|网点)",
    Field.NAME: r"(?:我的?)?(?:姓名|名字)",
    Field.PHONE: r"(?:(?:我的?)?(?:联系)?(?:电话|手机)(?:号码?)?|联系方式)",
}
_LEAD = (
    r"(?:我|那个|那|把|将|帮我|请|麻烦|还是|就|先|算了|对了|哦|嗯|呃|啊|好的?|可是|但是?|不过|其实|"
    r"改一?下|修改一?下|想|要){0,6}+"
)
_AT = r"(?:那[里儿栏项个]|这[里栏项个]|一[栏项])?"
_TO = r"(?:改成|改为|改到|换成|写成|填成|写|填)?"
_STILL = (
    r"(?:我|其实|实在|真的|也|都|还是|还|就|是|确实|现在|已经|给我|帮我|请|麻烦|先|可以|直接|要|再|又|应该|写|填){0,6}+"
)
_REMOVED = r"(?:删(?:掉|除|了|去)?|去掉|去除|清空|拿掉|划掉)"
_EMPTY = (
    rf"(?:{phrases.UNKNOWN.pattern}|{phrases.REFUSED.pattern}|{phrases.NO_MONEY.pattern}|{_REMOVED}|空着|留空|取消|没有|没|无|"
    r"不(?:要|用|需要|必)|算了|免了)"
)
_MORE = (
    r"(?:了|的|吧|啊|呀|呢|它|填|写|留|提供|给|具体|是?哪[家个天里](?:网点|支行|机构)?|"
    r"是?多少钱?|是?什么时候|是?几号){0,5}+"
)
_NOT = (
    r"(?:不(?:想|要|用|需要|必|愿意?|方便)?(?:再)?(?:填写?|写|留|提供|给|登记)|"
    rf"别(?:填|写|留)|无需(?:填写?|提供)|{_REMOVED}|取消)"
)
_TAKEN_OUT = {
    field: re.compile(
        rf"{_LEAD}(?:{label}{_AT}{_TO}{_STILL}(?:{_EMPTY}{_MORE}(?:{label})?{_STILL}){{1,3}}|"
        rf"{_NOT}(?:我的?|那个|这个|这项|一下){{0,2}}{label}(?:了|吧|啊|呀|{_AT}){{0,4}})"
    )
    for field, label in _LABELS.items()
}
_EXPLICIT = re.compile(rf"改[成为到]|换成|写成|填成|{_REMOVED}")
_CHANGES = re.compile(
    rf"{_LEAD}(?:{'|'.join(_LABELS.values())}){_AT}(?:我)?(?:想|要|需要)?"
    r"(?:改|换|更[正改]|修改|变更|应该|应当|其实|实际|[写填说打弄搞记输]?错|不对)"
)
LONGEST = 40


def taken_out(text: str, *, plainly: bool) -> Field | None:
    """The field that the whole of a short message wants empty: 日期改成记不清了. `plainly`: only in words of a change,
    as where another question is open."""
    said = phrases.NOTHING.sub("", text)
    if len(said) > LONGEST or (plainly and not _EXPLICIT.search(said)):
        return None
    return next((field for field, pattern in _TAKEN_OUT.items() if pattern.fullmatch(said)), None)


def changes_a_field(text: str) -> bool:
    """It begins with the name of a field and the word of a change, and is no piece of the story."""
    return len(text) <= LONGEST and _CHANGES.match(phrases.NOTHING.sub("", text)) is not None


def left_out_as(wanted: Field) -> Value | None:
    """What stands in the draft of a complaint where this field is left empty; None where it has to be filled."""
    if wanted in MAY_BE_REFUSED:
        return REFUSAL
    return IGNORANCE if wanted in MAY_BE_UNKNOWN else None


def refused(wanted: Field, text: str) -> bool:
    """`text` was taken for a refusal: of the field that was asked, and not of another one, nor a question."""
    others = any(pattern.search(text) for field, pattern in _SPOKEN_OF.items() if field is not wanted)
    asks = _ASKS_WHY.search(text) is not None or phrases.is_question(text)
    return not asks and (not others or _SPOKEN_OF[wanted].search(text) is not None)
