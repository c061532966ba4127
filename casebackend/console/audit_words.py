"""What the audit page says for events, actors and details that are kept as slugs."""

from collections.abc import Mapping

from casebackend.cases.words import FIELD_LABELS
from casebackend.timeline.rules import LABELS

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
SELDOM = {
    "login.opened": "登录成功", "login.failed": "登录失败", "login.locked": "登录失败次数过多，暂停登录",
    "login.closed": "退出登录", "login.ended": "登录被终止", "login.unlocked": "解除登录暂停",
    "conversation.taken": "接管会话", "conversation.returned": "交还会话", "conversation.viewed": "查看会话",
    "conversation.put_first": "会话优先接入",
    "conversation.promise_confirmed": "确认向客户作出的承诺",
    "conversation.internal_asked": "发言含内部内容，要求确认",
    "conversation.internal_refused": "发言含内部内容，未发出",
    "conversation.internal_confirmed": "确认发出含内部内容的发言",
    "draft.corrected": "更正登记内容", "draft.confirmed": "确认登记内容",
    "identity.core_verified": "核心系统核实通过", "identity.core_unavailable": "核心系统暂不可用",
    "pickup.asked": "客户在进度网页输入取件码", "pickup.opened": "客户打开进度网页",
    "pickup.wrong_code": "进度网页核实码错误", "pickup.locked": "进度网页暂停查询",
    "articles.imported": "导入知识条目", "impact.reviewed": "复核知识影响",
    "dictionary.codes_imported": "导入字典代码", "duty.forced": "变更同事在岗状态",
    "notice.acknowledged": "知悉提醒", "outbox.revived": "重新投递系统消息", "profile.used": "启用时限方案",
    "registration.reset": "清空暂存的登记", "reminders.replaced": "更换提醒方案",
    "retention.talks_ended": "会话到期删除", "retention.words_ended": "会话文字到期删除",
    "security.changed": "变更安全设置", "threshold.added": "变更参数",
    "audit.verified": "校验审计链", "audit.anchored": "生成链外锚定文件", "form.printed": "打印文书",
}  # fmt: skip
KNOWN: dict[str, str] = {str(kind): label for kind, label in LABELS.items()} | EVENTS | SELDOM

ACTORS = {
    "service:actions": "智能助手（动作程序）", "service:channels": "渠道程序", "service:bot": "对话机器人",
    "service:worker": "调度程序", "service:operator": "运维人员（命令行）", "service:customer": "客户",
    "service:system": "系统",
}  # fmt: skip
DETAILS = {
    "address": "地址", "about": "对象", "action": "操作", "fields": "变更内容", "from": "原状态", "to": "新状态",
    "level": "核实等级", "method": "方式", "move": "操作", "number": "编号", "organisation": "机构",
    "purpose": "用途", "reason": "原因", "route": "页面", "version": "版本", "generation": "第几个码",
}  # fmt: skip


def event_name(event: str) -> str:
    """A page of a noun that nobody has named is still a look."""
    return KNOWN.get(event) or ("查看" if event.endswith(".viewed") else "")


def actor_name(actor: str) -> str:
    """A colleague by the login, a program by what it does."""
    return ACTORS.get(actor) or actor


def about(detail: Mapping[str, object]) -> str:
    said = ((DETAILS.get(name, name), _plain(name, value)) for name, value in sorted(detail.items()) if _says(value))
    return "；".join(f"{name}：{value}" for name, value in said)[:400]


def _says(value: object) -> bool:
    return value not in (None, [], {}, "")


def _plain(name: str, value: object) -> str:
    if not isinstance(value, list):
        return str(value)
    return "、".join(FIELD_LABELS.get(str(each), str(each)) if name == "fields" else str(each) for each in value)
