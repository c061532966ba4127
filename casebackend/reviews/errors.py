from collections.abc import Sequence

from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable
from casebackend.reviews.rules import FIELDS, MOVES, STATES, Move, State, moves_from


class ReviewNotFound(NotFound):
    slug = "review-not-found"

    def __init__(self) -> None:
        super().__init__("没有这件核查，或不在您的权限范围内")


class NotDecidedYet(Conflict):
    slug, title = "not-decided-yet", "还没有可以核查的处理决定"

    def __init__(self) -> None:
        super().__init__("处理决定告知投诉人之后才能申请核查")


class NotReviewed(Conflict):
    slug, title = "matter-not-reviewed", "该类事项没有核查"

    def __init__(self, matter: str) -> None:
        super().__init__(f"核查只适用于消费投诉的处理决定，“{matter}”请按其答复中写明的途径办理")


class ReviewKnown(Conflict):
    slug, title = "review-known", "该决定已申请过核查"

    def __init__(self, number: str) -> None:
        super().__init__("同一处理决定只能申请一次核查", number=number)


class NotInWriting(Unprocessable):
    slug, title = "not-in-writing", "核查申请须为书面"

    def __init__(self) -> None:
        super().__init__("请写明书面材料，或由申请人确认电子表单等同书面")


class ImpossibleApplication(Unprocessable):
    slug, title = "impossible-time", "时间不可能"

    def __init__(self) -> None:
        super().__init__("收到申请的时间不能早于告知决定，也不能晚于现在", field="applied_at")


class ReviewMoveNotAllowed(Conflict):
    slug, title = "review-move-not-allowed", "当前状态不允许该操作"

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(f"“{STATES[state]}”的核查不能执行“{MOVES[move]}”", allowed=moves_from(state))


class ReviewFieldsMissing(Unprocessable):
    slug, title = "fields-missing", "缺少必填内容"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__("请填写：" + "、".join(FIELDS[field] for field in fields), fields=list(fields))


class ReviewUntold(Conflict):
    slug, title = "review-untold", "核查结果没有送达"

    def __init__(self) -> None:
        super().__init__(
            "核查结果没有送达申请人，核查期限继续计算；请先另行告知并在“须告知客户的事项”中登记，再办结核查"
        )


class LateApplication(Conflict):
    slug, title = "late-application", "超过申请期限"

    def __init__(self) -> None:
        super().__init__("该申请超过期限，只能以“超过申请期限”不予受理")


class NotBranchDecision(Conflict):
    slug, title = "not-branch-decision", "不是分支机构的决定"

    def __init__(self) -> None:
        super().__init__("核查只适用于分支机构的处理决定")


class WrongReason(Conflict):
    slug, title = "wrong-reject-reason", "不予受理的原因不成立"

    def __init__(self) -> None:
        super().__init__("该申请在期限内，或确属分支机构的决定，不能以此原因不予受理")


class NotAbove(Forbidden):
    slug, title = "not-reviewing-unit", "须由上级机构核查"

    def __init__(self) -> None:
        super().__init__("核查由作出决定机构的上级机构办理")


class TookPart(Forbidden):
    slug, title = "took-part", "您参与过原投诉的处理"

    def __init__(self) -> None:
        super().__init__("核查人员不能参与过原投诉的处理，请回避")


class AnotherReviewer(Forbidden):
    slug, title = "another-reviewer", "该核查由其他人员办理"

    def __init__(self) -> None:
        super().__init__("只有承办该核查的人员可以继续办理")
