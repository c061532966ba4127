from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class ShiftUnknown(NotFound):
    slug = "shift-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个班次，或不在您的权限范围内")


class HandoverUnknown(NotFound):
    slug = "handover-unknown"

    def __init__(self) -> None:
        super().__init__("没有这份交接，或不在您的权限范围内")


class LeadersPlan(Forbidden):
    slug, title = "leaders-plan-shifts", "由负责人排班"

    def __init__(self) -> None:
        super().__init__("由班长、部门负责人或投诉管理岗为本单位及下级机构排班、变更他人状态")


class ShiftWrong(Unprocessable):
    slug, title = "shift-wrong", "班次不正确"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class ShiftTwice(Conflict):
    slug, title = "shift-twice", "班次重叠"

    def __init__(self) -> None:
        super().__init__("该人员在这段时间已有值班")


class ShiftOver(Conflict):
    slug, title = "shift-over", "班次已取消或已结束"

    def __init__(self) -> None:
        super().__init__("只能取消尚未结束的班次")


class NoUnit(Conflict):
    slug, title = "no-unit", "没有所在机构"

    def __init__(self) -> None:
        super().__init__("您的账号没有所在机构，不能登记交接")


class HandoverOpen(Conflict):
    slug, title = "handover-open", "上一份交接尚未确认"

    def __init__(self) -> None:
        super().__init__("您上一份交接还没有人接班确认，请先由接班人员或负责人确认，或由您撤回")


class NotTheNextShift(Forbidden):
    slug, title = "not-the-next-shift", "由接班人员确认"

    def __init__(self) -> None:
        super().__init__("交接由同一机构的接班人员或负责人确认；指定了接班人的由其本人或负责人确认，交班人不能自己确认")


class NotYourHandover(Forbidden):
    slug, title = "not-your-handover", "由交班人撤回"

    def __init__(self) -> None:
        super().__init__("交接只能由交班人本人撤回")


class HandoverTaken(Conflict):
    slug, title = "handover-taken", "交接已结束"

    def __init__(self) -> None:
        super().__init__("这份交接已有人确认接班，或已由交班人撤回")
