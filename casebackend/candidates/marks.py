"""Places in a text, each with what takes its place. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class What(StrEnum):
    """The value is shown in the report."""

    TOKEN = "已登记的个人信息"
    NAME = "姓名"
    STAFF = "工作人员"
    NUMBER = "号码"
    AMOUNT = "金额"
    DATE = "日期时间"
    PLACE = "地址地名"
    UNIT = "机构"
    COMPANY = "单位名称"
    PORTRAIT = "年龄职业等特征"


@dataclass(frozen=True, slots=True)
class Mark:
    """`rank`: of two that overlap the lower one says what takes the place of both."""

    start: int
    end: int
    what: What
    word: str
    rank: int


def joined(marks: Iterable[Mark]) -> list[Mark]:
    """Nothing that any finder saw is left over: places that overlap become one, and so do neighbouring places."""
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.start, each.rank, -each.end)):
        last = found[-1] if found else None
        if last is not None and mark.start < last.end:
            best = last if last.rank <= mark.rank else mark
            found[-1] = replace(best, start=last.start, end=max(last.end, mark.end))
        elif last is not None and mark.start == last.end and last.what == mark.what == What.PLACE:
            found[-1] = replace(last, end=mark.end, word="某地址")
        else:
            found.append(mark)
    return found


@dataclass(frozen=True, slots=True)
class Replaced:
    """Where it stood and where its word stands now; never what it was."""

    was: tuple[int, int]
    now: tuple[int, int]
    what: What
    word: str


def applied(text: str, marks: Sequence[Mark]) -> tuple[str, tuple[Replaced, ...]]:
    parts: list[str] = []
    made: list[Replaced] = []
    at = length = 0
    for mark in marks:
        parts += [text[at : mark.start], mark.word]
        length += mark.start - at
        made.append(Replaced((mark.start, mark.end), (length, length + len(mark.word)), mark.what, mark.word))
        length += len(mark.word)
        at = mark.end
    return "".join(parts) + text[at:], tuple(made)
