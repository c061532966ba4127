"""Posts and permission groups as they were approved: their roles, and which functions of those roles since when."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.api.people import AskFunctions
from casebackend.database import locked
from casebackend.errors import Conflict, Unprocessable
from casebackend.people import queries
from casebackend.staff.groups import EDITION, GroupFunctions, Mode, PermissionGroup
from casebackend.staff.rules import ADMINISTRATORS

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL: dict[str, Any] = {"mode": "all", "codes": [], "effective_from": None, "effective_until": None}

type Functions = Mapping[str, Collection[str]]


class FunctionsWrong(Unprocessable):
    slug, title = "group-functions-wrong", "功能或生效日不正确"

    def __init__(self) -> None:
        super().__init__("功能须从列表中选择，生效日不早于今天，截止日不早于生效日")


class BeyondRole(Conflict):
    slug, title = "function-beyond-role", "功能超出角色范围"

    def __init__(self, codes: Collection[str]) -> None:
        super().__init__("只能授予本组角色可以有的功能；三员不能有投诉办理的功能", functions=sorted(codes))


class AdministratorsFixed(Conflict):
    slug, title = "administrators-fixed", "三员的功能不能增减"

    def __init__(self) -> None:
        super().__init__("系统管理员、安全管理员、审计管理员的功能按角色固定，不能按权限组授予或收回")


def require_functions(asked: AskFunctions, roles: Collection[str], known: Functions, now: datetime) -> None:
    """`known`: of each function the roles that may at most have it."""
    today = now.astimezone(SHANGHAI).date()
    mode = Mode(asked.mode)
    late = asked.effective_until is not None and asked.effective_until < asked.effective_from
    if asked.effective_from < today or late or not set(asked.codes) <= set(known):
        raise FunctionsWrong
    if (mode is Mode.ALL) != (not asked.codes):
        raise FunctionsWrong
    if mode is not Mode.ALL and ADMINISTRATORS & set(roles):
        raise AdministratorsFixed
    beyond = [code for code in asked.codes if mode is Mode.ONLY and not set(known[code]) & set(roles)]
    if beyond:
        raise BeyondRole(beyond)


async def in_force(session: AsyncSession, code: str) -> dict[str, Any]:
    """What was approved last, as a request writes it."""
    rows = await queries.functions(session, code)
    if not rows:
        return ALL
    row = rows[0]
    until = row.effective_until.isoformat() if row.effective_until else None
    since = row.effective_from.isoformat()
    return {"mode": row.mode, "codes": row.functions, "effective_from": since, "effective_until": until}


async def made(session: AsyncSession, code: str, wanted: dict[str, Any], *, by: str, now: datetime) -> None:
    group = await locked(session, PermissionGroup, code)
    is_new = group is None
    if group is None:
        kept = {name: value for name, value in wanted.items() if name != "functions"}
        session.add(PermissionGroup(code=code, **kept))
    else:
        group.name, group.roles, group.active = wanted["name"], wanted["roles"], wanted["active"]
    await session.flush()
    if "functions" in wanted:
        await _dated(session, code, wanted["functions"], is_new=is_new, by=by, now=now)
    await editions.changed(session, EDITION)


async def _dated(
    session: AsyncSession, code: str, wanted: dict[str, Any], *, is_new: bool, by: str, now: datetime
) -> None:
    """What was approved late begins with the approval. A new group that is to give some functions only gives none
    before that day."""
    today = now.astimezone(SHANGHAI).date()
    since = max(date.fromisoformat(wanted["effective_from"]), today)
    until = date.fromisoformat(wanted["effective_until"]) if wanted["effective_until"] else None
    if until is not None and until < since:
        raise FunctionsWrong
    if is_new and wanted["mode"] == Mode.ONLY and since > today:
        closed = {"mode": Mode.ONLY, "functions": [], "effective_from": today, "effective_until": None}
        session.add(GroupFunctions(group_code=code, **closed, added_at=now, added_by=by))
    session.add(
        GroupFunctions(
            group_code=code, mode=wanted["mode"], functions=wanted["codes"], effective_from=since,
            effective_until=until, added_at=now, added_by=by,
        )
    )  # fmt: skip
    await session.flush()


async def narrowed(session: AsyncSession, codes: Collection[str]) -> bool:
    """Whether one of these posts and groups grants or takes away single functions, now or at some day."""
    named = (GroupFunctions.group_code.in_(codes), GroupFunctions.mode != Mode.ALL)
    return await session.scalar(select(GroupFunctions.id).where(*named).limit(1)) is not None
