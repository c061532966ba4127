"""What an answer to the survey says, before it is understood: spelling, clauses, and who would rather not answer."""

import re
import unicodedata
from enum import StrEnum

from casebackend.customers.spelling import simplified


class Skipped(StrEnum):
    """The customer would rather not say."""

    SKIPPED = "skipped"


SKIPPED = Skipped.SKIPPED

LET_IT_BE = r"(?<![打计不])算了(?=[吧啦呗哈啊呀嘛就不我别]|算了|\W|$)(?!吗|么|\?)"
# 不能就这么算了 is the contrary of 算了.
NOT_LET_BE = (
    r"(?:不能|不会|不可能|不想|不甘心|绝不|休想|[岂哪]能|怎么[能可])[^,，。!?]{0,6}算了"
    r"|(?:别|不要|不应该?|不可以|不许)[^,，。!?]{0,3}(?:就|这么|这样|轻易|白白)[^,，。!?]{0,3}算了"
    r"|(?:就|这么|这样)算了[吗么?]"
)
GIVE_UP = re.compile(
    rf"{LET_IT_BE}|不想[说评]|别问(?=[我了吧,，。!\s]|$)|(?<!们)懒得(?:[说评打讲填回答]|理你)分?"
    r"|无所谓(?!的态度|地)|随便(?=[你了吧啦,，。!\s]|$)|(?:^|(?<=我|\W)|(?<=现在|有点|目前))不方便"
)
KEEPS_ON = re.compile(NOT_LET_BE)
_NOISE = re.compile(r"[\s，,。.、！!？?~～…的呢啊吧呀哦啦嘛]+$")
_CLAUSE = re.compile(r"[\s,，。!?;；~…、]+|\.(?!\d)")


def heard(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text[:500])).strip().lower().replace("甚么", "什么")


def plain(text: str) -> str:
    """Without what only rounds it off."""
    said = heard(text)
    return _NOISE.sub("", said) or said


def clauses(said: str) -> list[str]:
    return [each for each in _CLAUSE.split(said) if each]


def gives_up(said: str) -> bool:
    return bool(GIVE_UP.search(said)) and not KEEPS_ON.search(said)
