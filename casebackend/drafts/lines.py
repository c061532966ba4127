"""What a read-back shows besides the fields of the form: who complains, how many, what to bear in mind. A line stands
there only where it is not the plain default, and is put right like any other. Pure."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from casebackend.customers.spelling import simplified
from casebackend.drafts import care as care_reading
from casebackend.drafts import groups, standing


class Line(StrEnum):
    CAPACITY = "capacity"
    GROUP = "group"
    CARE = "care"


LABELS: dict[Line, str] = {Line.CAPACITY: "投诉人身份", Line.GROUP: "投诉人数", Line.CARE: "留意事项"}
SELF = "self"
LONGEST = 40
_CALLED: dict[Line, str] = {
    Line.CAPACITY: r"(?:我的)?(?:投诉人)?(?:的)?身份(?!证)",
    Line.GROUP: r"(?:共同|联名)?(?:投诉)?(?:的)?人数",
    Line.CARE: r"(?:需要|要)?(?:处理人员)?留意(?:的(?:事情?|情况|内容)|事项)?",
}
_CHOSEN = {
    line: re.compile(rf"(?:我)?(?:想|要)?(?:修改|更改|改)(?:一?下)?{called}(?:吧)?") for line, called in _CALLED.items()
}
_TO = r"(?:那[里项个])?(?:写错了?|错了|不对)?[，,：:\s]*(?:应该|应当|其实)?(?:改成|改为|改到|换成|是|为|写|：|:)"
_NEW: dict[Line, re.Pattern[str]] = {
    line: re.compile(rf"{called}{_TO}(?P<new>.{{1,30}})") for line, called in _CALLED.items() if line is not Line.CARE
}
_CAPACITIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("legal_representative", re.compile(r"法定代理|监护")),
    ("organisation", re.compile(r"(?<!不是)(?<!没有)(?:法定代表|法人|公司|单位|企业|对公|个体户|商户)")),
    ("heir", re.compile(r"继承")),
    ("agent", re.compile(
        r"(?<!没有)(?<!不是)(?<!没)(?:委托|受托|代理|代办)|(?<!不是)(?<!没有)(?:替|帮|代)(?:别人|他人|家人|人)")),
    (SELF, re.compile(r"本人|自己|(?:不是|没有?)(?:受|被)?(?:替|帮|代|委托)")),
)  # fmt: skip
_ALONE = re.compile(r"(?:只有?|就)(?:是)?我(?:自己)?(?:一个?人?)?|(?:没有|不是)(?:别人|其他人|多人|几个人|好几个人)")
_COUNT = re.compile(r"(?P<n>[\d一二三四五六七八九十两百]{1,5})(?:多|来|几)?(?:个|位|名|户)?人?")
_NOT_BORNE = re.compile(
    r"(?:不用|不要|不必|不需要|别|无需)(?:特别|专门)?(?:再)?(?:留意|关照|照顾|注明|备注|写)|"
    r"(?:去掉|删掉|删了|取消)(?:这[项条个])?(?:需要)?(?:留意|备注)"
)
_NOTHING = re.compile(
    r"(?:都|全)?(?:不用|不要|不必|不需要|没有?|无|去掉|删掉|删了|取消)(?:了|的|吧|这个|这项|这条|留意)*"
)


@dataclass(frozen=True, slots=True)
class Edit:
    """`asks`: the line was named and nothing said in its place, so it is asked."""

    line: Line
    asks: bool = False
    capacity: str = SELF
    group: int = 1
    care: tuple[str, ...] = field(default=())


def asked_for(asked: str | None) -> Line | None:
    """The line that the open question is about."""
    talk, _, name = (asked or "").partition(".")
    return Line(name) if talk == "correction" and name in set(Line) else None


def read(text: str, asked: str | None) -> Edit | None:
    """At the read-back; while a plain field is asked only 人数改成3人 and nothing besides. The same words in a story
    are the story's."""
    if asked is None or len(text) > LONGEST:
        return None
    said = simplified(text).strip(" \n，,。.！!～~")
    if asked.partition(".")[0] not in {"confirm", "correction"}:
        plain = asked.startswith("field.") and asked not in {"field.facts", "field.demand"}
        named = plain and any(pattern.fullmatch(said) for pattern in _NEW.values())
        return _capacity(said, asked) or _group(said, asked) if named else None
    for line, pattern in _CHOSEN.items():
        if pattern.fullmatch(said):
            return Edit(line, asks=True)
    return _capacity(said, asked) or _group(said, asked) or _care(said, asked)


def _told(line: Line, said: str, asked: str) -> str | None:
    match = _NEW[line].search(said)
    return match["new"] if match else said if asked_for(asked) is line else None


def _capacity(said: str, asked: str) -> Edit | None:
    told = _told(Line.CAPACITY, said, asked)
    if told is None:
        return None
    code = next((code for code, pattern in _CAPACITIES if pattern.search(told)), None) or standing.capacity_of(told)
    return Edit(Line.CAPACITY, capacity=code) if code else None


def _group(said: str, asked: str) -> Edit | None:
    if _ALONE.fullmatch(said):
        return Edit(Line.GROUP, group=1)
    told = _told(Line.GROUP, said, asked)
    if told is None:
        return None
    if _ALONE.search(told):
        return Edit(Line.GROUP, group=1)
    match = _COUNT.search(told)
    many = groups.least(match["n"]) if match else 0
    return Edit(Line.GROUP, group=many) if many >= 1 else None


def _care(said: str, asked: str) -> Edit | None:
    if _NOT_BORNE.search(said):
        return Edit(Line.CARE)
    if asked_for(asked) is not Line.CARE:
        return None
    if _NOTHING.fullmatch(said):
        return Edit(Line.CARE)
    care = care_reading.care_for(said)
    return Edit(Line.CARE, care=tuple(care)) if care else None
