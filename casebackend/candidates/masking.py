"""How a text stood before it was redacted, with everything that was replaced made unreadable: its shape is left, so
that whoever may not open the case still sees what was taken out and where. Pure."""

from collections.abc import Sequence

HIDDEN = "＊"
# What tells the kind of a thing and nobody's thing.
SHAPE = frozenset("年月日号时点分秒元块角万亿千百整路街道巷弄村镇栋幢单楼层座室户支行网公司院校店上下午岁.:-/,，：%")


def masked(before: str, after: str, places: Sequence[Sequence[int | str]]) -> str | None:
    """As long as `before`. None where the places no longer fit: the text was changed since, and what is in it now was
    looked at by nobody."""
    parts: list[str] = []
    at = now = 0
    for was, until, begins, ends, *_ in places:
        start, end, shown = int(was), int(until), int(begins)
        if not at <= start <= end <= len(before) or before[at:start] != after[now:shown]:
            return None
        parts += [before[at:start], "".join(each if each in SHAPE else HIDDEN for each in before[start:end])]
        at, now = end, int(ends)
    return "".join([*parts, before[at:]]) if before[at:] == after[now:] else None
