from datetime import date

from casebackend.errors import Conflict, NotFound, Unprocessable


class UnitUnknown(NotFound):
    slug = "unit-unknown"

    def __init__(self) -> None:
        super().__init__("没有这个机构")


class CodeTaken(Conflict):
    slug, title = "unit-code-taken", "机构代码已被使用"

    def __init__(self) -> None:
        super().__init__("机构代码一经使用不再分配给其他机构，撤销的机构也是如此")


class UnitClosed(Conflict):
    slug, title = "unit-closed", "机构已撤销"

    def __init__(self) -> None:
        super().__init__("该机构已撤销或已撤并，请选择现有机构")


class WrongPlace(Unprocessable):
    slug, title = "wrong-place", "隶属关系不正确"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class ChangeIncomplete(Unprocessable):
    slug, title = "unit-change-incomplete", "变更内容不完整"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class NothingToChange(Conflict):
    slug, title = "unit-unchanged", "没有变化"

    def __init__(self) -> None:
        super().__init__("机构已是这样，没有需要变更的内容")


class ChangePlanned(Conflict):
    slug, title = "unit-change-planned", "已有待生效的变更"

    def __init__(self, day: date) -> None:
        super().__init__(f"该机构有一项 {day} 生效的变更，请等待生效或先撤销")


class TooEarly(Unprocessable):
    slug, title = "unit-change-too-early", "生效日不正确"

    def __init__(self, day: date) -> None:
        super().__init__(f"生效日不能早于该机构上一次变更的生效日 {day}")


class HasUnitsBelow(Conflict):
    slug, title = "unit-has-units-below", "还有下级机构"

    def __init__(self, count: int) -> None:
        super().__init__(f"该机构还有{count}个下级机构，请先撤销或调整隶属", count=count)


class NotPlanned(Conflict):
    slug, title = "unit-change-not-planned", "不能撤销该变更"

    def __init__(self) -> None:
        super().__init__("只能撤销尚未生效的变更")
