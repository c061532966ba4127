from collections.abc import Sequence

from casebackend.errors import Conflict, Forbidden, NotFound, Unprocessable


class ReplyNotFound(NotFound):
    slug = "canned-reply-not-found"

    def __init__(self) -> None:
        super().__init__("没有这条常用语")


class ReplyNotSayable(Unprocessable):
    """Everything that is wrong at once; nothing of the text is repeated but our own words for it."""

    slug, title = "canned-reply-not-sayable", "常用语不能这样写"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("；".join(problems), problems=list(problems))


class TooManyReplies(Conflict):
    slug, title = "too-many-canned-replies", "常用语过多"

    def __init__(self, most: int) -> None:
        super().__init__(f"最多保存{most}条，请先删去或停用不再使用的", most=most)


class NoUnit(Unprocessable):
    slug, title = "canned-reply-without-unit", "没有所属机构"

    def __init__(self) -> None:
        super().__init__("您没有所属机构，不能提交团队常用语")


class NotItsAuthor(Forbidden):
    slug, title = "own-canned-reply", "不能审批自己提交的常用语"

    def __init__(self) -> None:
        super().__init__("常用语须由提交人以外的班长或部门负责人审批")


class NothingPending(Conflict):
    slug, title = "no-pending-canned-reply", "没有待审批的版本"

    def __init__(self) -> None:
        super().__init__("这条常用语没有待审批的版本，请刷新页面")


class AnotherPending(Conflict):
    slug, title = "another-canned-reply-pending", "已有待审批的修改"

    def __init__(self) -> None:
        super().__init__("他人提交的修改还在等待审批，请在审批后再提交")


class ReplyRetired(Conflict):
    slug, title = "canned-reply-retired", "常用语已停用"

    def __init__(self) -> None:
        super().__init__("这条常用语已停用，请另行提交")
