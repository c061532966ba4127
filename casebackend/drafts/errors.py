from collections.abc import Sequence

from casebackend.drafts.rules import LABELS, Field
from casebackend.errors import Conflict, NotFound


class NoDraft(NotFound):
    slug, title = "no-draft", "没有填写中的投诉"

    def __init__(self) -> None:
        super().__init__("该会话没有填写中的投诉")


class DraftIncomplete(Conflict):
    slug, title = "draft-incomplete", "投诉信息还不完整"

    def __init__(self, missing: Sequence[Field]) -> None:
        names = "、".join(LABELS[field] for field in missing)
        super().__init__(f"还需要：{names}", missing=[str(field) for field in missing])


class NotConfirmed(Conflict):
    """`unread`: what would be registered now was not read back to the customer, and has to be."""

    slug, title = "not-confirmed", "客户还没有确认"

    def __init__(self, *, unread: bool = False) -> None:
        doubt = "客户对核对的内容还有疑问或要再看看，没有明确说提交"
        super().__init__("登记的内容有改动，客户还没有核对" if unread else doubt, unread=unread)


class ForeignMessage(NotFound):
    slug, title = "message-not-found", "没有这条消息"

    def __init__(self) -> None:
        super().__init__("该会话里没有客户的这条消息")
