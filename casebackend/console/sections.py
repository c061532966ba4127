"""The sections below a case, each a room of its own that answers GET /cases/<reference>/<noun> with a fragment.

A section shows on the page of a case when its route exists and the matrix lets the reader call it.
"""

from dataclasses import dataclass

from sanic import Request

from casebackend.console.rights import may

SECTIONS: list[tuple[str, str]] = [
    ("family", "关联投诉"),
    ("registration", "登记信息"),
    ("confirmation", "客户确认"),
    ("tasks", "协办任务"),
    ("attachments", "附件"),
    ("recordings", "通话录音"),
    ("evidence", "证据材料"),
    ("extensions", "延期与补充材料"),
    ("tellings", "须告知客户的事项"),
    ("assignment", "分派"),
    ("classification", "分类"),
    ("recusals", "回避"),
    ("surveys", "回访"),
    ("supervision", "督办"),
    ("precedents", "相似案例"),
    ("reviews", "核查"),
    ("forms", "打印表单"),
    ("retention", "保存期限与法律保留"),
]
TOP = "family"


@dataclass(frozen=True, slots=True)
class Section:
    noun: str
    heading: str
    href: str


def sections_for(request: Request, number: str) -> list[Section]:
    """What this reader may open, in the order of SECTIONS."""
    return [
        Section(noun, heading, f"/cases/{number}/{noun}")
        for noun, heading in SECTIONS
        if may(request, f"/cases/{number}/{noun}")
    ]
