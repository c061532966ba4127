"""The kinds of timeline entries; audit events and outbox topics use the same words. Standard library only."""

from enum import StrEnum


class Kind(StrEnum):
    FILED = "case.filed"
    MOVED = "case.moved"
    URGED = "case.urged"
    WITHDRAWN = "case.withdrawn"
    REPLIED = "case.replied"
    SECOND_OPENED = "case.second_opened"
    MERGED_IN = "case.merged_in"
    VOID_REQUESTED = "case.void_requested"
    NEAR_DUE = "clock.near_due"
    OVERDUE = "clock.overdue"
    SURVEY_SENT = "revisit.sent"
    SURVEY_ANSWERED = "revisit.answered"
    SURVEY_CANCELLED = "revisit.cancelled"


LABELS: dict[Kind, str] = {
    Kind.FILED: "登记投诉",
    Kind.MOVED: "流转",
    Kind.URGED: "客户催办",
    Kind.WITHDRAWN: "客户撤诉",
    Kind.REPLIED: "答复客户",
    Kind.SECOND_OPENED: "转为二次投诉",
    Kind.MERGED_IN: "并入重复投诉",
    Kind.VOID_REQUESTED: "申请作废",
    Kind.NEAR_DUE: "临期提醒",
    Kind.OVERDUE: "超期",
    Kind.SURVEY_SENT: "发出回访",
    Kind.SURVEY_ANSWERED: "回访完成",
    Kind.SURVEY_CANCELLED: "回访取消",
}
