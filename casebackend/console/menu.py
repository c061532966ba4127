"""The main navigation: what is used all day in the row, the rest behind 更多. Shown as the matrix allows."""

from dataclasses import dataclass

from sanic import Request

from casebackend.console.rights import may

ROW: list[tuple[str, str]] = [
    ("/queue", "工单"),
    ("/register", "登记"),
    ("/query", "查询"),
    ("/tasks", "协办"),
    ("/drafts", "未完成"),
    ("/reports", "报表"),
    ("/knowledge", "知识库"),
    ("/board", "运行看板"),
]
MORE: list[tuple[str, str]] = [
    ("/curation", "知识维护"),
    ("/handlings", "办理查询"),
    ("/supervision", "督办"),
    ("/extensions", "延期"),
    ("/reviews", "核查"),
    ("/candidates", "案例候选"),
    ("/precedents", "相似案例"),
    ("/knowledge/health", "知识健康度"),
    ("/ledger", "台账"),
    ("/limits", "时限与日历"),
    ("/dictionaries", "字典"),
    ("/dangers", "安全与情绪规则"),
    ("/grading", "定级与优先规则"),
    ("/flows", "内部流程"),
    ("/replies", "常用语"),
    ("/shifts", "值班与交接"),
    ("/organisations", "机构"),
    ("/users", "用户"),
    ("/rights", "授权审批"),
    ("/security", "安全管理"),
    ("/retention", "保存期限"),
    ("/corrections", "修改与作废"),
    ("/exports", "导出"),
    ("/audit", "审计"),
    ("/api-docs", "接口文档"),
]
NOTICES, UNREAD = "/notices", "/console/unread"
ALSO = {"/cases": "/queue", "/conversations": "/queue"}


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    text: str
    current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    row: list[Link]
    more: list[Link]
    notices: bool
    unread: bool


def menu_of(request: Request) -> Menu:
    room = "/" + request.path.lstrip("/").partition("/")[0]
    room = ALSO.get(room, room)
    return Menu(_links(request, ROW, room), _links(request, MORE, room), may(request, NOTICES), may(request, UNREAD))


def _links(request: Request, wanted: list[tuple[str, str]], room: str) -> list[Link]:
    return [Link(href, text, href == room) for href, text in wanted if may(request, href)]
