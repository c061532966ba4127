from collections.abc import Sequence

from casebackend.cases.words import FIELD_LABELS as CODED_LABELS
from casebackend.errors import Conflict, NotFound, Unprocessable
from casebackend.registration.rules import FIELD_LABELS


class NotFilledIn(Unprocessable):
    slug, title = "not-filled-in", "缺少必填内容"

    def __init__(self, fields: Sequence[str], people: Sequence[str] = ()) -> None:
        wanted = [FIELD_LABELS.get(field, field) for field in fields] + [f"{label}信息" for label in people]
        super().__init__("请填写：" + "、".join(wanted), fields=list(fields))


class ComplainantTwice(Unprocessable):
    slug, title = "complainant-twice", "投诉人只能有一位"

    def __init__(self) -> None:
        super().__init__("投诉人只填写一位，其他人请作为代表或受托人填写")


class GroupTooSmall(Unprocessable):
    slug, title = "group-too-small", "人数不符"

    def __init__(self) -> None:
        super().__init__("推选了代表的投诉，人数应不少于代表人数")


class UnknownUnit(Unprocessable):
    slug, title = "unknown-unit", "没有这个机构"

    def __init__(self) -> None:
        super().__init__("请从机构列表中选择")


class UnknownTerm(Unprocessable):
    slug, title = "unknown-term", "分类不在字典中"

    def __init__(self, field: str) -> None:
        super().__init__(f"请从字典中选择分类：{CODED_LABELS[field]}", field=field)


class UnknownRegulator(Unprocessable):
    slug, title = "unknown-regulator", "监管机构不正确"

    def __init__(self) -> None:
        super().__init__("请从监管机构列表中选择；只有监管下发的事项有监管机构", field="regulator")


class RightOfOtherMatter(Unprocessable):
    slug, title = "right-of-other-matter", "该类事项没有请求的权利"

    def __init__(self) -> None:
        super().__init__("只有个人信息请求填写“请求的权利”，请核对事项类型", field="personal_right")


class ChannelOfRegulator(Unprocessable):
    slug, title = "channel-of-regulator", "渠道与来源不符"

    def __init__(self) -> None:
        super().__init__("监管转办渠道只用于监管下发的投诉，请核对来源")


class NotYetReceived(Unprocessable):
    slug, title = "not-yet-received", "收到时间不正确"

    def __init__(self) -> None:
        super().__init__("收到时间不能晚于现在")


class RegistrationNotFound(NotFound):
    slug = "registration-not-found"

    def __init__(self) -> None:
        super().__init__("没有这份暂存，或不是您登记的")


class WrittenElsewhere(Conflict):
    slug, title = "written-elsewhere", "另一个窗口已有改动"

    def __init__(self, current: int) -> None:
        super().__init__(
            "这份登记已在另一个窗口改动并保存，这里没有覆盖它。请把需要的内容复制过去，或重新打开后继续",
            current=current,
        )


class AlreadySubmitted(Conflict):
    slug, title = "already-submitted", "已提交或已重置"

    def __init__(self) -> None:
        super().__init__("这份暂存已提交或已重置，不能再修改")


class NothingChanged(Conflict):
    slug, title = "nothing-changed", "没有变化"

    def __init__(self) -> None:
        super().__init__("新值与原值相同，无需修改")


class CaseIsClosed(Conflict):
    slug, title = "case-is-closed", "投诉已办结"

    def __init__(self) -> None:
        super().__init__("已办结的投诉不能再变更登记信息")


class MatterNotConvertible(Conflict):
    slug, title = "matter-not-convertible", "不能改为该事项"

    def __init__(self) -> None:
        super().__init__("已进入稽核、审批或答复环节的事项不能改变类型，请先退回")


class NobodyToCorrect(Conflict):
    slug, title = "nobody-to-correct", "没有登记投诉人"

    def __init__(self) -> None:
        super().__init__("这件投诉没有登记投诉人，请用“登记相关人员”补登投诉人")


class NotOfThisSource(Unprocessable):
    slug, title = "not-of-this-source", "与来源不符"

    def __init__(self, field: str, source: str) -> None:
        label = FIELD_LABELS.get(field, "要求反馈的日期")
        super().__init__(f"来源为“{source}”时不在更正中填写{label}；来文要求的日期请依据来文变更", field=field)


class ReferralDayWrong(Unprocessable):
    slug, title = "referral-day-wrong", "转办单要求的日期不正确"

    def __init__(self, says: str) -> None:
        super().__init__(says, field="referral_due_on")


class DesignatedPassed(Unprocessable):
    slug, title = "designated-passed", "指定答复日期不正确"

    def __init__(self) -> None:
        super().__init__("指定的答复日期不能早于今天")
