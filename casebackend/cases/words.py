"""Names for staff of what the lifecycle calls by slugs, and the shape of a case number. Standard library only."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casebackend.cases.rules import Move, Status

S, M = Status, Move

STATUS_LABELS: dict[Status, str] = {
    S.DRAFT: "暂存", S.PENDING_REVIEW: "待复核", S.ACCEPTED: "已受理", S.DECLINED: "不予办理",
    S.DISPATCHED: "已转办待接收", S.INVESTIGATING: "调查处理中", S.COUNTERSIGN: "会签中", S.SUSPENDED: "暂停办理中",
    S.PROPOSED: "处理意见待审", S.CLOSURE_REVIEW: "办结审批中", S.REPLY_PENDING: "待答复", S.REPLIED: "已答复",
    S.FOLLOW_UP: "回访中", S.CLOSED: "已结案", S.ARCHIVED: "已归档", S.WITHDRAWN: "已撤诉", S.MERGED: "已合并",
    S.VOIDED: "已作废",
}  # fmt: skip

MOVE_LABELS: dict[Move, str] = {
    M.SUBMIT: "提交复核", M.ACCEPT: "受理", M.RETURN_TO_DRAFT: "退回补正", M.DECLINE: "不予办理", M.DISPATCH: "转办",
    M.RECEIVE: "接收", M.SEND_BACK: "退回", M.TRANSFER: "改派", M.REPORT_UP: "上报上级机构",
    M.ASK_COUNTERSIGN: "发起会签",
    M.COUNTERSIGN_DONE: "完成会签", M.SUSPEND: "暂停计时（鉴定、调解）", M.RESUME: "恢复办理",
    M.PROPOSE: "提交处理意见",
    M.PROPOSE_REPLY: "投诉不成立，直接答复", M.SIGN: "部门负责人签署",
    M.APPROVE_OPINION: "同意处理意见", M.RETURN_FOR_REWORK: "退回重办",
    M.APPROVE_REPLY: "同意办结", M.REPLY: "答复客户", M.PLAN_FOLLOWUP: "转回访", M.CLOSE: "结案",
    M.CLOSE_WITHOUT_FOLLOWUP: "免回访结案", M.ARCHIVE: "归档", M.WITHDRAW: "撤诉", M.MERGE: "合并",
    M.UNMERGE: "撤销合并", M.EDIT: "退回修改", M.REOPEN: "重新办理", M.VOID: "作废",
}  # fmt: skip

FIELD_LABELS: dict[str, str] = {
    "opinion": "处理意见", "decline_reason": "不予办理原因", "handling_unit_id": "承办单位", "cosigners": "会签单位",
    "pause_ground": "暂停原因", "appraisal": "鉴定材料或调解事项", "appraisal_id": "鉴定委托书或调解申请",
    "expected_back_on": "预计恢复日期",
    "findings": "调查结果", "responsible": "有责认定", "responsible_unit_id": "责任机构", "cause_c": "投诉原因",
    "proposal": "处理方案", "reply_facts": "核实情况", "reply_decision": "答复客户的处理意见",
    "reply_basis": "处理依据", "reply_remedies": "救济途径",
    "satisfaction": "回访结果", "master_number": "主投诉编号", "overdue_reason": "超期原因",
    "closing_info": "监管办结信息", "validity": "投诉是否成立", "judgement_basis": "认定依据",
    "told_by": "告知方式", "told_at": "告知时间", "told_proof": "告知凭证", "requested_at": "客户申请时间",
    "identity_check": "身份核实方式", "assignee_id": "承办人", "no_recording_reason": "无录音原因",
    "business_channel_a": "业务办理渠道", "category_b": "业务类别", "facts": "事情经过", "demand": "诉求",
    "unit_id": "被投诉机构", "amount": "涉及金额", "occurred_on": "发生日期", "basic_right": "基本权利",
}  # fmt: skip


class Purpose(StrEnum):
    """What a person is looked for."""

    CONTACT = "contact"
    IDENTITY = "identity"
    INVESTIGATION = "investigation"
    REGULATOR = "regulator"


PURPOSES: dict[Purpose, str] = {
    Purpose.CONTACT: "客户来电、来访", Purpose.IDENTITY: "核对身份", Purpose.INVESTIGATION: "核查业务",
    Purpose.REGULATOR: "监管报送",
}  # fmt: skip


class Excluded(StrEnum):
    """Why somebody of the handling unit cannot take a case."""

    OFF_DUTY = "off_duty"
    RECUSED = "recused"
    FIRST_HANDLER = "first_handler"


EXCLUDED: dict[Excluded, str] = {
    Excluded.OFF_DUTY: "不在岗或示忙",
    Excluded.RECUSED: "须回避",
    Excluded.FIRST_HANDLER: "办理过首次投诉",
}


class DeclineReason(StrEnum):
    NOT_COMPLAINANT = "not_complainant"
    NOT_OUR_INSTITUTION = "not_our_institution"
    NOT_A_COMPLAINT = "not_a_complaint"
    ALREADY_DECIDED = "already_decided"
    IN_OTHER_PROCEDURE = "in_other_procedure"


class PauseGround(StrEnum):
    """What the limit of law does not count: 令2020年第3号 Art. 18 (appraisal by others), Art. 23 (mediation)."""

    APPRAISAL = "appraisal"
    MEDIATION = "mediation"


PAUSE_LABELS = {PauseGround.APPRAISAL: "外部鉴定、检测或评估", PauseGround.MEDIATION: "双方同意的调解"}


class Responsible(StrEnum):
    YES = "responsible"
    PARTLY = "partly"
    NO = "not_responsible"


class Validity(StrEnum):
    VALID = "valid"
    INVALID = "invalid"


RESPONSIBLE_LABELS: dict[str, str] = {Responsible.YES: "有责", Responsible.PARTLY: "部分有责", Responsible.NO: "无责"}
VALIDITY_LABELS: dict[str, str] = {Validity.VALID: "成立", Validity.INVALID: "不成立"}


class ToldBy(StrEnum):
    """How a decision reached the customer."""

    CHANNEL = "channel"
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    SMS = "sms"
    IN_PERSON = "in_person"


class Satisfaction(StrEnum):
    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    UNSATISFIED = "unsatisfied"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """TS20260302000001: letters, the day, and the count of the day. A parameter of the installation."""

    letters: str = "TS"
    digits: int = 6

    def of(self, day: date, count: int) -> str:
        return f"{self.letters}{day:%Y%m%d}{count:0{self.digits}d}"

    def read(self, number: str) -> tuple[str, int] | None:
        """(day as eight digits, count), or None when the number has another shape."""
        match = re.fullmatch(rf"{self.letters}(\d{{8}})(\d{{{self.digits},}})", number)
        return (match.group(1), int(match.group(2))) if match else None

    def in_text(self, text: str) -> list[str]:
        """The case numbers that a customer wrote, in order, each once; full-width and lower case are understood."""
        plain = unicodedata.normalize("NFKC", text[:4_000]).upper()
        shape = rf"(20\d{{{6 + self.digits}}})(?!\d)"
        found = re.findall(rf"(?<![0-9A-Z]){self.letters} ?{shape}", plain)
        found = found or re.findall(rf"(?<![0-9A-Z]){shape}", plain)
        return list(dict.fromkeys(f"{self.letters}{digits}" for digits in found))


TS = NumberPattern()
NUMBERING = "numbering"


def case_number(day: date, count: int) -> str:
    return TS.of(day, count)


def numbers_in(text: str, pattern: NumberPattern = TS) -> list[str]:
    return pattern.in_text(text)


EXTENSIONS = {"1": "已延期至 30 日", "2": "已延期至 60 日", "petition": "信访已延期 30 日"}


def extension_of(matter_type: str, level: int) -> str:
    """How far the limit was put off; empty where it was not. A petition is put off once, by a rule of its own."""
    if not level:
        return ""
    return EXTENSIONS["petition"] if matter_type == "petition" else EXTENSIONS.get(str(level), "已延期")
