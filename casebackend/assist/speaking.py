"""Before a colleague's own words go out: open places are filled, promises and admissions are meant."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.assist import wording
from casebackend.audit import service as audit
from casebackend.errors import Unprocessable
from knowledge import sayable


class PlacesOpen(Unprocessable):
    slug, title = "places-open", "还有内容没有填写"

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"请先填写或删去：{'、'.join(names)}")


class PromiseOrAdmission(Unprocessable):
    """Not refused for good: whoever has the authority says so and sends it again."""

    slug, title = "promise-or-admission", "内容像是承诺或认责"

    def __init__(self, found: sayable.Forbidden) -> None:
        super().__init__(f"{found.named}。未经审批不得向客户承诺结果或承认责任，请改写；确已获批的，核对后再发送")


async def require_sayable(
    session: AsyncSession, conversation_id: UUID, text: str, *, confirmed: bool, by: Principal, now: datetime
) -> None:
    names = [name for name in dict.fromkeys(wording.OPEN_PLACE.findall(text)) if name in wording.VARIABLES]
    if names:
        raise PlacesOpen(names)
    found = sayable.forbidden(text)
    if not found:
        return
    if not confirmed:
        raise PromiseOrAdmission(found)
    await audit.record(
        session,
        chain=f"conversation:{conversation_id}",
        event="conversation.promise_confirmed",
        actor=by.actor,
        object=f"conversation:{conversation_id}",
        now=now,
        detail={"promises": list(found.promises), "admissions": list(found.admissions)},
    )
