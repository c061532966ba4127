from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class HoldStands(Conflict):
    slug, title = "hold-stands", "已有法律保留"

    def __init__(self) -> None:
        super().__init__("该投诉已设置法律保留，无需重复设置")


class HoldNotFound(NotFound):
    slug = "hold-not-found"

    def __init__(self) -> None:
        super().__init__("没有这项法律保留，或已解除")


class TalkHoldStands(Conflict):
    slug, title = "talk-hold-stands", "已有法律保留"

    def __init__(self) -> None:
        super().__init__("该会话已设置法律保留，无需重复设置")


class TalkGone(Conflict):
    slug, title = "talk-gone", "会话内容已删除"

    def __init__(self) -> None:
        super().__init__("该会话的内容已按保存期限删除，没有可保留的内容")


class AlreadyRedacted(Conflict):
    slug, title = "already-redacted", "内容已删除"

    def __init__(self) -> None:
        super().__init__("该投诉的内容已按保存期限删除")


class RunNotFound(NotFound):
    slug = "run-not-found"

    def __init__(self) -> None:
        super().__init__("没有这次删除申请，或已批准")


class NothingDue(Conflict):
    slug, title = "nothing-due", "没有到期的投诉"

    def __init__(self) -> None:
        super().__init__("目前没有可以删除的投诉")


class RunWaits(Conflict):
    slug, title = "run-waits", "已有待办理的删除申请"

    def __init__(self) -> None:
        super().__init__("已有一次删除申请尚未批准或执行，请先办理")


class SamePerson(Forbidden):
    slug, title = "same-person", "须由他人批准"

    def __init__(self) -> None:
        super().__init__("删除申请须由申请人以外的投诉管理人员批准")


class PolicyWrong(Unprocessable):
    slug, title = "retention-policy-wrong", "保存期限不正确"

    def __init__(self, floor: int) -> None:
        super().__init__(f"事项须从列表中选择，年限不低于{floor}年，生效日不早于今天", floor=floor)


class PolicyOfThatDay(Conflict):
    slug, title = "retention-policy-of-that-day", "该日已有保存期限"

    def __init__(self) -> None:
        super().__init__("该事项在这一天已有保存期限，请选择更晚的生效日")
