from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class TaskNotFound(NotFound):
    slug = "task-not-found"

    def __init__(self) -> None:
        super().__init__("没有这项任务，或不在您的权限范围内")


class TaskOver(Conflict):
    slug, title = "task-over", "任务已结束"

    def __init__(self) -> None:
        super().__init__("任务已反馈或已取消，不能再操作")


class TaskReceived(Conflict):
    slug, title = "task-received", "任务已接收"

    def __init__(self) -> None:
        super().__init__("任务已有人接收，可以直接反馈")


class NotAsked(Forbidden):
    slug, title = "not-asked", "这项任务没有交给您"

    def __init__(self) -> None:
        super().__init__("任务须由被征求意见的单位承办人、负责人、稽核人员，或指定的人员处理")


class NotTheAsker(Forbidden):
    slug, title = "not-the-asker", "不能取消他人发起的任务"

    def __init__(self) -> None:
        super().__init__("任务由发起人、现承办人或其部门负责人取消")


class PartOfRound(Conflict):
    slug, title = "part-of-countersigning", "会签中的一项不能单独取消"

    def __init__(self) -> None:
        super().__init__("如需提前结束，请执行“完成会签”并填写意见")


class TasksOpen(Conflict):
    slug, title = "tasks-open", "还有必须反馈的协办任务"

    def __init__(self, count: int) -> None:
        super().__init__(f"还有{count}项必须反馈的协办任务未完成，请等待反馈或先取消", count=count)


class NothingWaits(Conflict):
    slug, title = "nothing-waits", "投诉已答复，不能再设必须反馈"

    def __init__(self) -> None:
        super().__init__("投诉已答复客户，结案不等协办反馈；请取消“必须反馈”后发出", fields=["required"])


class NobodyAsked(Unprocessable):
    slug, title = "nobody-asked", "没有这个单位或人员"

    def __init__(self) -> None:
        super().__init__("请从机构或在岗人员中选择被征求意见的一方，且不能重复")


class AskedOneself(Unprocessable):
    slug, title = "asked-oneself", "不能征求自己的意见"

    def __init__(self) -> None:
        super().__init__("请选择本人和承办单位以外的单位或人员")


class QuorumOff(Unprocessable):
    slug, title = "quorum-off", "会签人数不正确"

    def __init__(self) -> None:
        super().__init__("须同意的人数应在1和会签方总数之间")


class OpinionMissing(Unprocessable):
    slug, title = "opinion-missing", "缺少反馈意见"

    def __init__(self) -> None:
        super().__init__("请填写反馈意见；会签还须选择同意或不同意")


class DueInThePast(Unprocessable):
    slug, title = "due-in-the-past", "要求反馈时间已过"

    def __init__(self) -> None:
        super().__init__("要求反馈的时间须晚于现在")


class AskedOneselfToEnd(Forbidden):
    slug, title = "asked-oneself-to-end", "不能提前结束自己发起的会签"

    def __init__(self) -> None:
        super().__init__("会签由您发起，须等会签单位反馈，或由其他部门负责人提前结束")
