from casebackend.errors import Forbidden, NotFound


class VisitEnded(NotFound):
    slug, title = "visit-ended", "查询已结束"

    def __init__(self) -> None:
        super().__init__("这次查询已经结束，请重新输入取件码")


class LevelTooLow(Forbidden):
    slug, title = "level-too-low", "请先完成身份核实"

    def __init__(self) -> None:
        super().__init__("请先输入取件码和短信核实码")
