from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import anchors, commands, queries, verifying
from casebackend.audit.model import AuditEntry
from casebackend.audit.routes import found_by, wanted_by
from casebackend.console.rendering import console, page
from casebackend.database import reading
from casebackend.staff.rules import ROLE_NAMES
from casebackend.timeline.rules import LABELS

bp = console("audit")
FIELDS = ("from", "to", "actor", "event", "object", "address", "role")
# What is asked for most; anything else may be typed.
EVENTS = {
    "case.viewed": "查看投诉", "customer.viewed": "查看客户全部往来", "case.searched": "按个人信息检索",
    "personal.revealed": "显示完整客户资料", "evidence.read": "下载证据", "ledger.exported": "导出台账",
    "export.": "导出", "export.asked": "申请导出", "export.approved": "批准导出", "export.rejected": "不批准导出",
    "export.made": "生成导出文件", "export.downloaded": "下载导出文件", "export.refused": "导出被拒绝",
    "export.expired": "导出文件过期删除", "export.withdrawn": "撤回导出", "export.failed": "导出未生成",
    "identity.": "客户身份核实", "identity.code_asked": "客户索取核实码", "identity.verified": "客户身份已核实",
    "identity.wrong_code": "客户核实码错误", "identity.locked": "客户核实码锁定",
    "dictionary.": "字典", "dictionary.changed": "变更字典", "retention.policy_added": "设置保存期限",
    "registration.handed_over": "移交暂存的登记", "registration.taken": "接手暂存的登记",
    "duty.given": "指定机构职能", "access.denied": "拒绝访问", "login.": "登录", "rights.": "授权",
    "legal_hold.": "法律保留", "retention.": "保存期限", "case.": "投诉的全部操作",
}  # fmt: skip
KNOWN: dict[str, str] = {str(kind): label for kind, label in LABELS.items()} | EVENTS


@bp.get("/audit")
@reading
async def show(request: Request, session: AsyncSession) -> HTTPResponse:
    """With the last whole verification; of one case its own chain is verified on the spot."""
    wanted = wanted_by(request)
    chain = await queries.chain_of(session, wanted.object)
    found = await found_by(request, session, wanted, chain)
    broken = None
    if chain is not None and chain.startswith("case:"):
        broken = (await verifying.report(session, session.info["audit_key"], chain=chain)).broken
    return page(
        request,
        "audit.html",
        entries=[(each, _about(each)) for each in found.entries],
        next=urlencode([*_given(request), ("cursor", found.next)]) if found.next else None,
        wanted=wanted,
        events=EVENTS,
        labels=KNOWN,
        roles=ROLE_NAMES,
        role_names=_role_names,
        broken=broken,
        verified=await queries.latest(session, commands.CHAIN),
        anchored=await queries.latest(session, anchors.CHAIN),
    )


def _given(request: Request) -> list[tuple[str, str]]:
    return [(name, str(request.args.get(name))) for name in FIELDS if request.args.get(name)]


def _role_names(roles: str | None) -> list[str]:
    """Those of staff in words; a program of ours or of another system says what it is by itself."""
    named: dict[str, str] = {role.value: name for role, name in ROLE_NAMES.items()}
    return [named.get(each, each) for each in (roles or "").split(",") if each]


def _about(entry: AuditEntry) -> str:
    said = ((name, value) for name, value in sorted(entry.detail.items()) if value not in (None, [], ""))
    return "；".join(f"{name}={value}" for name, value in said)[:400]
