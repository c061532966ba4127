"""Names for staff of what the wire calls by slugs. Standard library only."""

from casebackend.cases.queues import Queue
from casebackend.cases.words import DeclineReason, Responsible, Satisfaction, ToldBy, Validity

CHANNELS = {
    "wechat": "微信",
    "webchat": "网页",
    "ivr": "电话语音",
    "hotline": "客服热线",
    "counter": "网点来访",
    "letter": "来信",
    "email": "邮件",
    "regulator": "监管转办",
}
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
CHOICES: dict[str, dict[str, str]] = {
    "decline_reason": {
        DeclineReason.NOT_COMPLAINANT: "非投诉人本人或其代理人提出",
        DeclineReason.NOT_OUR_INSTITUTION: "不属于本行产品、服务或人员",
        DeclineReason.NOT_A_COMPLAINT: "不属于消费投诉",
        DeclineReason.ALREADY_DECIDED: "已有处理决定，无新事实",
        DeclineReason.IN_OTHER_PROCEDURE: "已进入诉讼、仲裁等程序",
    },
    "responsible": {Responsible.YES: "有责", Responsible.PARTLY: "部分有责", Responsible.NO: "无责"},
    "validity": {Validity.VALID: "成立", Validity.INVALID: "不成立"},
    "told_by": {
        ToldBy.PHONE: "电话告知",
        ToldBy.LETTER: "书面信函",
        ToldBy.EMAIL: "电子邮件",
        ToldBy.IN_PERSON: "当面告知",
    },
    "satisfaction": {
        Satisfaction.SATISFIED: "满意",
        Satisfaction.NEUTRAL: "一般",
        Satisfaction.UNSATISFIED: "不满意",
        Satisfaction.NO_ANSWER: "无人接听",
    },
}
EXTENSIONS = {1: "已延期至 30 日", 2: "已延期至 60 日"}
PROGRAMS = {
    "casebackend": "案件后台",
    "worker": "调度程序",
    "channels": "渠道程序",
    "actions": "动作程序",
    "bot": "对话机器人",
    "database": "数据库",
    "knowledge": "知识索引",
}

OUTCOME_LABELS = {
    "opened": "成功", "passed": "密码或口令正确", "failed": "未通过", "locked": "已暂停", "tried": "未完成",
    "unlocked": "管理员解除暂停",
}  # fmt: skip
