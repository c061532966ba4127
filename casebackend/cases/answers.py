"""What a customer says about own complaints: yes or no to a withdrawal, the words of an urge, which page of a list."""

import re
import unicodedata
from collections.abc import Collection

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

BARE_URGE = re.compile(
    r"催(?:一?[催下]|办|促)*|加急|尽快|快点?|赶紧|马上|抓紧|处理|办理|解决|投诉|编号|单号|案子|[那这]件事?|[那这]个|"
    r"一下|一件|再次?|又|给|帮|请|麻烦|我|要|想|需要|你们?|您|能不能|可以|可不可以|的|了|吧|呢|啊|呀|嘛|吗|好|行|还|对|把|就|是|上面"
)
SPACE = re.compile(r"[\s，,。.、！!？?~～…：:；;\-—（）()“”\"']+")
FROM = re.compile(r"第(\d{1,3})件起")
SHORTEST_OPINION, LONGEST_OPINION = 3, 4_000


def opinion_in(text: str, numbers: Collection[str]) -> str | None:
    """The customer's words, where they say more than that it is urged and which of the complaints."""
    said = simplified(unicodedata.normalize("NFKC", text[:LONGEST_OPINION]))
    for number in numbers:
        said = re.sub(re.escape(number), "", said, flags=re.IGNORECASE)
    left = BARE_URGE.sub("", SPACE.sub("", said))
    return text.strip()[:LONGEST_OPINION] if len(left) >= SHORTEST_OPINION else None


def page_from(text: str, total: int) -> int:
    """The place of the first one to show, counted from 1; the beginning where there is no such place."""
    match = FROM.search(unicodedata.normalize("NFKC", text[:500]))
    first = int(match.group(1)) if match else 1
    return first if 1 <= first <= total else 1


def yes_or_no(text: str) -> bool | None:
    """None when it is neither. A refusal wins: "算了，好的" keeps things as they are; a question is no consent."""
    said = simplified(unicodedata.normalize("NFKC", text[:500])).strip().lower()
    said = NOISE.sub("", said) or said
    if ASKS.search(said):
        return None
    if NO.search(said):
        return False
    return True if said and YES.fullmatch(said) else None
