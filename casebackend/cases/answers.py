"""Yes or no, as a customer says it. Standard library only."""

import re
import unicodedata

NO = re.compile(
    r"不撤|别撤|不要撤|先不|暂不|不了|不用|不必|不需要|不要|不想|没有?必要|算了|再想想|再等等|保留|取消|不是|"
    r"^(不|否|别|没)$|^no$"
)
YES = re.compile(
    r"确认|确定|同意|撤诉|撤回|撤销|撤吧|撤了|要撤|需要|要的|要求|重新处理|可以|好|行|是|对|嗯|当然|必须|"
    r"^(要|yes|ok|y)$"
)
NOISE = re.compile(r"[\s，,。.、！!？?~～…的呢啊吧呀哦了]+$")


def plain(text: str) -> str:
    said = unicodedata.normalize("NFKC", text[:500]).strip().lower()
    return NOISE.sub("", said) or said


def yes_or_no(text: str) -> bool | None:
    """None when it is neither. A refusal wins: "算了，好的" keeps things as they are."""
    said = plain(text)
    if NO.search(said):
        return False
    return True if YES.search(said) else None
