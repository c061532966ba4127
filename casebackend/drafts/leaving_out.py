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
