"""Yes or no to a withdrawal, as a customer says it."""

import re
import unicodedata

from casebackend.customers.spelling import simplified

NO = re.compile(
    r"不撤|别撤|不要撤|先不|暂不|不了|不用|不必|不需要|不要|不想|没有?必要|算了|再想想|再等等|保留|取消|不是|"
    r"^(不|否|别|没|no)$"
)
YES = re.compile(
    r"(我)?(是|对|嗯+|好|行|可以|同意|确认|确定|没错|ok|yes|y|要|需要|当然)?(的|呀|啊)?[,，。!\s]*"
    r"(我)?(就)?(确认|确定|同意)?(要|想)?(撤(诉|回|销|掉|了)?(这件|这个|该)?(投诉|诉求)?(了)?)?"
)
ASKS = re.compile(r"[?？]|吗|什么|怎么|多久|是不是|会不会")
NOISE = re.compile(r"[\s，,。.、！!~～…的呢啊吧呀哦了]+$")


def yes_or_no(text: str) -> bool | None:
    """None when it is neither. A refusal wins: "算了，好的" keeps things as they are; a question is no consent."""
    said = simplified(unicodedata.normalize("NFKC", text[:500])).strip().lower()
    said = NOISE.sub("", said) or said
    if ASKS.search(said):
        return None
    if NO.search(said):
        return False
    return True if said and YES.fullmatch(said) else None
