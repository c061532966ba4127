"""A petitioner is told in writing how it stands with his petition (信访工作条例 2022 Art. 22).

Until then the clock of it runs, unless the end of the petition is told in writing itself."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.model import Case
from casebackend.cases.words import ToldBy
from casebackend.clocks.queries import running
from casebackend.clocks.rules import PETITION_TELL
from casebackend.errors import Unprocessable


class NotInWritingToPetitioner(Unprocessable):
    slug, title = "petition-in-writing", "信访人须书面告知"

    def __init__(self) -> None:
        super().__init__(
            "信访事项的受理情况须书面告知信访人，电话不算：请改用信函、短信、邮件或当面交付书面材料，"
            "或者先登记已书面告知受理情况",
            field="told_by",
        )


async def require_written(session: AsyncSession, case: Case, told_by: str | None) -> None:
    if told_by != ToldBy.PHONE:
        return
    if any(timer.kind == PETITION_TELL for timer in await running(session, case.id)):
        raise NotInWritingToPetitioner
