"""What kind of change a colleague made to a suggested text before it went out. Standard library only."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum

from casebackend.assist.rules import TOKENS, kept

# As good as unchanged: a greeting around it is no edit of the text.
WHOLE = 0.995
GAP = re.compile(r"【请填写：[^】\n]{1,20}】元?")
HAN = "零〇一二两三四五六七八九十百千万亿"


class Edit(StrEnum):
    """A figure that became another one, by what it counts; a figure that went; other words."""

    AMOUNT = "amount"
    RATE = "rate"
    TIME = "time"
    NUMBER = "number"
    DROPPED = "dropped"
    REWORDED = "reworded"


LABELS: dict[Edit, str] = {
    Edit.AMOUNT: "改了金额", Edit.RATE: "改了比率", Edit.TIME: "改了日期或期限", Edit.NUMBER: "改了编号或数字",
    Edit.DROPPED: "删了数字", Edit.REWORDED: "改了文字",
}  # fmt: skip
FIGURE = re.compile(
    rf"(?P<amount>(?:\d[\d,]{{0,20}}(?:\.\d{{1,6}})?\s?[百千万亿]{{0,2}}|[{HAN}]{{1,20}})\s?(?:多|余)?(?:元|块钱?)|[¥￥]\s?\d[\d,.]{{0,20}})"
    rf"|(?P<rate>\d{{1,6}}(?:\.\d{{1,6}})?\s?[%‰]|百分之[{HAN}\d.]{{1,10}})"
    rf"|(?P<time>\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[:：]\d{{2}}|(?:\d{{1,4}}|[{HAN}]{{1,6}})\s?个?(?:工作日|自然日|小时|分钟|[年月日天周]))"
    rf"|(?P<number>第[{HAN}\d]{{1,8}}[条款项]|\d[\d,]{{0,30}}(?:\.\d{{1,6}})?)"
)


def edits(suggested: str, sent: str) -> list[Edit]:
    """`suggested` with its open places: what was filled in there is no edit."""
    before, after = plain(GAP.sub("", suggested)), plain(sent)
    found = set(_changed(before, after))
    words = FIGURE.sub("", before)
    if words and kept(words, FIGURE.sub("", after)) < WHOLE:
        found.add(Edit.REWORDED)
    return [each for each in Edit if each in found]


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", TOKENS.sub("", text))


def _changed(before: str, after: str) -> Iterator[Edit]:
    left = Counter(_same(match) for match in FIGURE.finditer(after))
    lost = [match for match in FIGURE.finditer(before) if not _taken(left, _same(match))]
    if not lost:
        return
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    there = [(match.span(), match.lastgroup) for match in FIGURE.finditer(after)]
    for match in lost:
        spans = [(c, d) for _, a, b, c, d in steps if a < match.end() and b > match.start() and c < d]
        now = [each for (start, end), each in there if any(start < d and end > c for c, d in spans)]
        yield Edit(match.lastgroup or Edit.NUMBER) if match.lastgroup in now else Edit.DROPPED


def _same(match: re.Match[str]) -> tuple[str | None, str]:
    return match.lastgroup, re.sub(r"[\s,]", "", match[0])


def _taken(left: Counter[tuple[str | None, str]], figure: tuple[str | None, str]) -> bool:
    if left[figure] <= 0:
        return False
    left[figure] -= 1
    return True
