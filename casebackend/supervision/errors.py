from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class SupervisionNotFound(NotFound):
    slug = "supervision-not-found"

    def __init__(self) -> None:
        super().__init__("没有这项督办，或不在您的权限范围内")


class NotSupervisable(Conflict):
    slug, title = "not-supervisable", "该投诉不在办理中"

    def __init__(self) -> None:
        super().__init__("只能督办正在办理的投诉")


class DuePassed(Unprocessable):
    slug, title = "due-passed", "督办期限不正确"

    def __init__(self) -> None:
        super().__init__("督办的回复期限必须晚于现在")


class NumberMissing(Unprocessable):
    slug, title = "regulator-number-missing", "缺少监管文号"

    def __init__(self) -> None:
        super().__init__("监管督办请填写监管来文编号")


class MayNotAnswer(Forbidden):
    slug = "may-not-answer"

    def __init__(self) -> None:
        super().__init__("督办由承办人或承办单位负责人回复")


class MayNotClose(Forbidden):
    slug = "may-not-close"

    def __init__(self) -> None:
        super().__init__("督办只能由督办人结束")


class SupervisionEnded(Conflict):
    slug, title = "supervision-ended", "督办已结束"

    def __init__(self) -> None:
        super().__init__("这项督办已经结束，不能再改动")


class NothingReplied(Conflict):
    slug, title = "supervision-unanswered", "督办尚未回复"

    def __init__(self) -> None:
        super().__init__("承办人回复之后才能结束督办")


class NothingToReturn(Conflict):
    slug, title = "supervision-not-replied", "督办尚未回复"

    def __init__(self) -> None:
        super().__init__("承办人回复之后才能退回重新回复")
