"""Names for staff of what the wire calls by slugs. Standard library only."""

from casebackend.cases.choices import CHANNELS as CHANNELS
from casebackend.cases.choices import CHOICES as CHOICES
from casebackend.cases.queues import Queue
from casebackend.cases.words import extension_of as extension_of

AUTHORS = {"customer": "客户", "bot": "智能助手", "agent": "工作人员", "system": "系统"}
OWNERS = {"bot": "智能助手接待", "queued": "等待人工", "person": "人工接待"}
DELIVERIES = {
    "pending": "待发送",
    "claimed": "发送中",
    "sent": "已发送",
    "maybe_sent": "可能未送达，请核实",
    "failed": "发送失败",
    "held": "待客户下次来访时发送",
}
TABS: dict[str, str] = {
    Queue.TODO: "待办",
    Queue.DOING: "在办",
    Queue.DONE: "已办",
    Queue.CLOSED: "已结",
    "talks": "待接入会话",
    Queue.REVIEW: "待复核",
    Queue.UNASSIGNED: "待承办",
    Queue.UNIT: "本单位",
    Queue.NEAR_DUE: "临期",
    Queue.ALL: "全部",
}
TONES = {
    "draft": "plain",
    "pending_review": "wait",
    "accepted": "busy",
    "dispatched": "wait",
    "investigating": "busy",
    "countersign": "busy",
    "suspended": "wait",
    "proposed": "wait",
    "closure_review": "wait",
    "reply_pending": "wait",
    "replied": "good",
    "follow_up": "good",
    "closed": "done",
    "archived": "done",
    "declined": "done",
    "withdrawn": "done",
    "merged": "done",
    "voided": "done",
}
PROGRAMS = {
    "casebackend": "案件后台",
    "worker": "调度程序",
    "channels": "渠道程序",
    "actions": "动作程序",
    "bot": "对话机器人",
    "database": "数据库",
    "knowledge": "知识索引",
    "logs": "日志",
    "disk": "磁盘",
}

OUTCOME_LABELS = {
    "opened": "成功", "passed": "密码或口令正确", "failed": "未通过", "locked": "已暂停", "tried": "未完成",
    "unlocked": "管理员解除暂停", "enabled": "账号启用",
}  # fmt: skip
# The knowledge base: its tree in the order of the house, how sure a source is, and a filter taken away.
EVIDENCE = {"A": "已核对官方全文", "B": "已核对条文摘录或多个独立来源", "C": "仅有一处来源，待核实"}
WITHOUT = {
    "kinds": "去掉类型筛选", "branch": "去掉目录筛选", "source": "去掉来源文件筛选", "audience": "去掉使用范围筛选",
    "unit": "去掉归口部门筛选",
}  # fmt: skip
