from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.errors import Forbidden
from casebackend.heartbeats.model import Heartbeat


class NotYourHeartbeat(Forbidden):
    slug, title = "not-your-heartbeat", "不能代其他程序上报"

    def __init__(self) -> None:
        super().__init__("程序只能上报自己的心跳")


def for_itself(principal: Principal, program: str) -> None:
    """A program in the DMZ must not be able to say that the worker is well."""
    if principal.name != program:
        raise NotYourHeartbeat


async def beat(
    session: AsyncSession, *, program: str, instance: str, ready: bool, why: str | None, now: datetime
) -> None:
    row = await session.get(Heartbeat, (program, instance))
    if row is None:
        session.add(Heartbeat(program=program, instance=instance, ready=ready, why=why, at=now))
    else:
        row.ready, row.why, row.at = ready, why, now
    await session.flush()
