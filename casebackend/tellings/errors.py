from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class OwedNotFound(NotFound):
    slug = "owed-not-found"

    def __init__(self) -> None:
        super().__init__("没有这项须告知客户的事项，或不在您的权限范围内")


class OwedOver(Conflict):
    slug, title = "telling-over", "不需要再告知"

    def __init__(self) -> None:
        super().__init__("这件事已经告知客户，或者已不需要告知")


class MayNotTellOwed(Forbidden):
    slug, title = "may-not-tell-this", "您不能登记告知"

    def __init__(self) -> None:
        super().__init__("由承办人、承办部门负责人或登记人员告知；核查结果由核查人员告知")


class ImpossibleTelling(Unprocessable):
    slug, title = "impossible-time", "时间不可能"

    def __init__(self) -> None:
        super().__init__("告知时间不能早于须告知之日，也不能晚于现在", field="told_at")
