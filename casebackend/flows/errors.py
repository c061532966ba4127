from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class FlowUnknown(NotFound):
    slug = "flow-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个流程；请从列表中选择")


class FlowWrong(Unprocessable):
    """All that is wrong with it at once."""

    slug, title = "flow-wrong", "流程不能这样设置"

    def __init__(self, *problems: str) -> None:
        super().__init__("；".join(problems), problems=list(problems))


class FlowDecided(Conflict):
    slug, title = "flow-decided", "已复核"

    def __init__(self) -> None:
        super().__init__("这一版流程已经复核过，如需调整请另提一版")


class OwnFlow(Forbidden):
    slug, title = "own-flow", "须由他人复核"

    def __init__(self) -> None:
        super().__init__("这一版流程由您提出，请由另一位有权人员复核")


class HeadOfficeDecidesFlows(Forbidden):
    slug, title = "head-office-decides-flows", "须由总行人员复核"

    def __init__(self) -> None:
        super().__init__("流程对全行生效，由总行有权人员复核")
