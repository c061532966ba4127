from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class ExtensionNotFound(NotFound):
    slug = "extension-not-found"

    def __init__(self) -> None:
        super().__init__("没有这项延期申请，或不在您的权限范围内")


class NotExtensible(Conflict):
    slug, title = "not-extensible", "现在不能延期"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class MayNotAsk(Forbidden):
    slug, title = "may-not-ask-extension", "您不能申请延期"

    def __init__(self, *, regulated: bool) -> None:
        super().__init__("监管转办的投诉由总行审核人申请延期" if regulated else "延期由承办人或承办部门负责人申请")


class MayNotDecide(Forbidden):
    slug, title = "may-not-decide-extension", "您不能审批这项延期"

    def __init__(self) -> None:
        super().__init__("延期须由有权审批本级延期的其他人员决定；撤回只能由申请人本人办理")


class AlreadyDecided(Conflict):
    slug, title = "extension-decided", "这项延期已有结论"

    def __init__(self) -> None:
        super().__init__("请刷新后查看审批结果")


class Lapsed(Conflict):
    slug, title = "extension-lapsed", "这项延期申请已失效"

    def __init__(self) -> None:
        super().__init__("申请所针对的时限已经结束，确需延期的请重新申请")


class NothingToTell(Conflict):
    slug, title = "nothing-to-tell", "没有需要登记的告知"

    def __init__(self) -> None:
        super().__init__("期限没有变更，或已登记告知客户")


class MayNotTell(Forbidden):
    slug, title = "may-not-tell", "您不能登记告知"

    def __init__(self) -> None:
        super().__init__("告知由承办人、承办部门负责人或登记人员办理")


class MaterialNotFound(NotFound):
    slug = "material-not-found"

    def __init__(self) -> None:
        super().__init__("没有这份补充材料，或不在您的权限范围内")


class MayNotConfirm(Forbidden):
    slug, title = "may-not-confirm-material", "您不能确认新事实"

    def __init__(self) -> None:
        super().__init__("新事实须由登记材料以外的复核人、部门负责人或投诉管理人员确认")


class MaterialDecided(Conflict):
    slug, title = "material-decided", "这份材料已有结论"

    def __init__(self) -> None:
        super().__init__("请刷新后查看")


class BadTime(Unprocessable):
    slug, title = "bad-time", "时间不正确"

    def __init__(self) -> None:
        super().__init__("时间须在投诉收到之后、现在之前")


class NotOpen(Conflict):
    slug, title = "case-not-open", "投诉已办结"

    def __init__(self) -> None:
        super().__init__("已办结的投诉不再登记；有新事实的请登记新的投诉")


class NotSuspended(Conflict):
    slug, title = "not-suspended", "投诉不在暂停办理中"

    def __init__(self) -> None:
        super().__init__("只有暂停办理中的投诉有预计恢复日期")


class MayNotExpect(Forbidden):
    slug, title = "may-not-expect", "您不能变更预计恢复日期"

    def __init__(self) -> None:
        super().__init__("预计恢复日期与暂停办理一样，由承办人以外的部门负责人或投诉管理人员凭来函变更")


class SameDayExpected(Conflict):
    slug, title = "same-day-expected", "预计恢复日期没有变化"

    def __init__(self) -> None:
        super().__init__("新的预计恢复日期与原日期相同")


class NotItsLetter(Unprocessable):
    """`own`: the paper on which the case was suspended."""

    slug, title = "not-its-letter", "不是鉴定、调解机构的来函"

    def __init__(self, *, own: bool = False) -> None:
        why = "暂停办理时所附的委托书或申请不是来函；" if own else ""
        super().__init__(f"{why}请先把鉴定、调解机构的来函登记为这件投诉的证据，再从中选择", field="evidence_id")
