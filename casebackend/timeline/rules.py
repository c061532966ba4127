"""The kinds of timeline entries; audit events and outbox topics use the same words. Standard library only."""

from enum import StrEnum


class Kind(StrEnum):
    FILED = "case.filed"
    MOVED = "case.moved"
    URGED = "case.urged"
    STAFF_URGED = "case.staff_urged"
    SUPPLEMENTED = "case.supplemented"
    PICKUP_RENEWED = "pickup.renewed"
    DETAILS_READ = "case.details_read"
    CONTACT_CHANGED = "case.contact_changed"
    LIKENESS_DECIDED = "case.likeness_decided"
    WITHDRAWN = "case.withdrawn"
    REPLIED = "case.replied"
    NOT_DELIVERED = "case.not_delivered"
    TOLD = "case.told"
    SECOND_OPENED = "case.second_opened"
    NOBODY_DECIDES = "case.nobody_decides"
    MERGED_IN = "case.merged_in"
    VOID_REQUESTED = "case.void_requested"
    VOID_REFUSED = "case.void_refused"
    AWAITS = "case.awaits_another"
    CLASSIFIED = "case.classified"
    UNMERGED = "case.unmerged"
    SPLIT = "case.split"
    REJOINED = "case.rejoined"
    LINKED = "case.linked"
    UNLINKED = "case.unlinked"
    REVIEW_APPLIED = "review.applied"
    REVIEW_MOVED = "review.moved"
    REGRADED = "case.regraded"
    REGULATOR_DATE = "case.regulator_date"
    EXPECTED_ANEW = "case.expected_anew"
    MATTER_CHANGED = "case.matter_changed"
    UNITS_CHANGED = "case.units_changed"
    GROUP_CHANGED = "case.group_changed"
    NOTICE_AGREED = "case.notice_agreed"
    CORRECTED = "case.corrected"
    PERSON_ADDED = "case.person_added"
    DOCUMENT_RECEIVED = "case.document_received"
    OBJECT_NAMED = "case.object_named"
    NEAR_DUE = "clock.near_due"
    OVERDUE = "clock.overdue"
    ESCALATED = "clock.escalated"
    SUPERVISED = "supervision.opened"
    SUPERVISION_REPLIED = "supervision.replied"
    SUPERVISION_RETURNED = "supervision.returned"
    SUPERVISION_CLOSED = "supervision.closed"
    EXTENSION_ASKED = "extension.asked"
    EXTENSION_DECIDED = "extension.decided"
    EXTENDED = "case.extended"
    EXTENSION_TOLD = "extension.told"
    NOTICE_LOST = "notice.lost"
    NOTICE_ARRIVED = "notice.arrived"
    NOTICE_TOLD = "notice.told"
    MATERIAL = "material.received"
    MATERIAL_DECIDED = "material.decided"
    RESTARTED = "clock.restarted"
    RECOMPUTED = "clock.recomputed"
    CONTACTED = "case.contacted"
    SURVEY_SENT = "revisit.sent"
    SURVEY_ANSWERED = "revisit.answered"
    SURVEY_CANCELLED = "revisit.cancelled"
    SURVEY_MISSED = "revisit.missed"
    SURVEY_TO_CALL = "revisit.to_call"
    TASK_ASKED = "task.asked"
    TASK_RECEIVED = "task.received"
    TASK_ANSWERED = "task.answered"
    TASK_CANCELLED = "task.cancelled"
    TASK_HANDED_OVER = "task.handed_over"
    REVIEW_HANDED_OVER = "review.handed_over"
    SUPERVISION_HANDED_OVER = "supervision.handed_over"
    RECUSAL_DECLARED = "recusal.declared"
    RECUSAL_WAIVED = "recusal.waived"
    ASSIGNED = "case.assigned"
    UNASSIGNED = "case.unassigned"
    EVIDENCE_ADDED = "evidence.added"
    EVIDENCE_READ = "evidence.read"
    HOLD_SET = "legal_hold.set"
    HOLD_LIFTED = "legal_hold.lifted"
    REDACTED = "retention.redacted"
    ATTACHMENT_ADDED = "attachment.added"
    ATTACHMENT_READ = "attachment.read"
    ATTACHMENT_REMOVED = "attachment.removed"
    ATTACHMENT_INFECTED = "attachment.infected"
    RECORDING_PLAYED = "recording.played"


LABELS: dict[Kind, str] = {
    Kind.FILED: "登记投诉",
    Kind.MOVED: "流转",
    Kind.URGED: "客户催办",
    Kind.STAFF_URGED: "催办",
    Kind.SUPPLEMENTED: "客户补充",
    Kind.PICKUP_RENEWED: "客户换取新的取件码",
    Kind.DETAILS_READ: "客户查看登记内容和答复",
    Kind.CONTACT_CHANGED: "客户变更联系电话",
    Kind.LIKENESS_DECIDED: "客户选择如何处理相似投诉",
    Kind.WITHDRAWN: "客户撤诉",
    Kind.REPLIED: "答复客户",
    Kind.NOT_DELIVERED: "处理结果未送达客户",
    Kind.TOLD: "处理结果已告知客户",
    Kind.SECOND_OPENED: "转为二次投诉",
    Kind.NOBODY_DECIDES: "没有机构承担二次投诉终审，待人工转办",
    Kind.MERGED_IN: "并入重复投诉",
    Kind.VOID_REQUESTED: "申请作废",
    Kind.VOID_REFUSED: "作废申请未获确认",
    Kind.AWAITS: "原签署人离岗或须回避，转由他人签署",
    Kind.CLASSIFIED: "调整分类",
    Kind.UNMERGED: "移出合并的投诉",
    Kind.SPLIT: "拆分投诉",
    Kind.REJOINED: "拆出的投诉并回，期限按较早的一件计算",
    Kind.LINKED: "关联投诉",
    Kind.UNLINKED: "解除关联",
    Kind.REVIEW_APPLIED: "申请核查",
    Kind.REVIEW_MOVED: "核查办理",
    Kind.REGRADED: "变更投诉等级",
    Kind.REGULATOR_DATE: "变更来文要求的日期",
    Kind.EXPECTED_ANEW: "变更预计恢复日期",
    Kind.MATTER_CHANGED: "变更事项类型",
    Kind.UNITS_CHANGED: "变更机构",
    Kind.GROUP_CHANGED: "变更投诉人数",
    Kind.NOTICE_AGREED: "约定告知方式",
    Kind.CORRECTED: "更正登记信息",
    Kind.PERSON_ADDED: "登记相关人员",
    Kind.DOCUMENT_RECEIVED: "收到证明材料",
    Kind.OBJECT_NAMED: "登记业务对象",
    Kind.NEAR_DUE: "临期提醒",
    Kind.OVERDUE: "超期",
    Kind.ESCALATED: "升级提醒",
    Kind.SUPERVISED: "督办",
    Kind.SUPERVISION_REPLIED: "督办回复",
    Kind.SUPERVISION_RETURNED: "督办退回",
    Kind.SUPERVISION_CLOSED: "督办结束",
    Kind.EXTENSION_ASKED: "申请延期",
    Kind.EXTENSION_DECIDED: "延期审批",
    Kind.EXTENSION_TOLD: "已告知客户期限变更",
    Kind.EXTENDED: "批准延期",
    Kind.NOTICE_LOST: "通知未送达客户",
    Kind.NOTICE_ARRIVED: "通知已送达客户",
    Kind.NOTICE_TOLD: "已告知客户",
    Kind.MATERIAL: "收到补充材料",
    Kind.MATERIAL_DECIDED: "补充材料确认",
    Kind.RESTARTED: "新事实，时限重新计算",
    Kind.RECOMPUTED: "工作日历调整，办理期限重算",
    Kind.CONTACTED: "联系客户",
    Kind.SURVEY_SENT: "发出回访",
    Kind.SURVEY_ANSWERED: "回访完成",
    Kind.SURVEY_CANCELLED: "回访取消",
    Kind.SURVEY_MISSED: "回访未联系上客户",
    Kind.SURVEY_TO_CALL: "会话回访没有明确回答，转电话回访",
    Kind.TASK_ASKED: "请求协办",
    Kind.TASK_RECEIVED: "接收协办任务",
    Kind.TASK_ANSWERED: "反馈协办任务",
    Kind.TASK_CANCELLED: "取消协办任务",
    Kind.TASK_HANDED_OVER: "转交协办任务",
    Kind.REVIEW_HANDED_OVER: "转交核查",
    Kind.SUPERVISION_HANDED_OVER: "转交督办",
    Kind.RECUSAL_DECLARED: "申请回避",
    Kind.RECUSAL_WAIVED: "解除回避",
    Kind.ASSIGNED: "分派承办人",
    Kind.UNASSIGNED: "收回分派",
    Kind.EVIDENCE_ADDED: "登记证据",
    Kind.EVIDENCE_READ: "下载证据",
    Kind.HOLD_SET: "设置法律保留",
    Kind.HOLD_LIFTED: "解除法律保留",
    Kind.REDACTED: "按保存期限删除内容",
    Kind.ATTACHMENT_ADDED: "增加附件",
    Kind.ATTACHMENT_READ: "下载附件",
    Kind.ATTACHMENT_REMOVED: "删除附件",
    Kind.ATTACHMENT_INFECTED: "附件含病毒，已隔离",
    Kind.RECORDING_PLAYED: "播放录音",
}
