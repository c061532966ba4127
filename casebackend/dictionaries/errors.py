from casebackend.errors import Conflict, NotFound, Unprocessable


class TermUnknown(NotFound):
    slug = "dictionary-term-unknown"

    def __init__(self) -> None:
        super().__init__("字典中没有这个在用的名称")


class ChangeIncomplete(Unprocessable):
    slug, title = "dictionary-change-incomplete", "字典变更不完整"

    def __init__(self, why: str) -> None:
        super().__init__(why)


class NameHeld(Conflict):
    slug, title = "dictionary-name-held", "名称已在字典中"

    def __init__(self) -> None:
        super().__init__("同一字典中，在用的名称和代码都不能重复")


class HasWordsBelow(Conflict):
    slug, title = "dictionary-words-below", "还有下级名称"

    def __init__(self) -> None:
        super().__init__("请先停用或移走它的下级名称")


class TermInUse(Conflict):
    slug, title = "dictionary-term-in-use", "名称已被使用"

    def __init__(self, count: int) -> None:
        super().__init__("已被使用或随系统提供的名称不能删除，只能自某日起停用", count=count)


class ChangedThatDay(Conflict):
    slug, title = "dictionary-changed-that-day", "该日已有变更"

    def __init__(self) -> None:
        super().__init__("该名称在这一天或之后已有变更，请先撤销未生效的变更，或选择更晚的生效日")


class ChangeUnknown(NotFound):
    slug = "dictionary-change-unknown"

    def __init__(self) -> None:
        super().__init__("没有这项未生效的字典变更")
