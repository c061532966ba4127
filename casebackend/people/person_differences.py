"""What a file of people would change. Looks only."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.people import ChangeUser, CreateUser
from casebackend.organisations.model import Organisation
from casebackend.people import superiors
from casebackend.people.differences import Difference
from casebackend.people.files import Parsed, Row, listed
from casebackend.staff.model import User
from casebackend.staff.rules import ADMINISTRATORS

PERSON_FIELDS = {"display_name": "姓名", "email": "邮箱", "mobile": "手机", "skills": "专长", "superior": "上级"}


async def of_people(session: AsyncSession, parsed: Parsed) -> Difference:
    everybody = (await session.scalars(select(User).order_by(User.staff_no))).all()
    known = {user.staff_no: user for user in everybody}
    by_id = {user.id: user for user in everybody}
    logins = {user.login: user.staff_no for user in everybody}
    units = {
        code: identity
        for code, identity in await session.execute(
            select(Organisation.code, Organisation.id).where(Organisation.closed_on.is_(None))
        )
    }
    staff = [user for user in everybody if user.active and not ADMINISTRATORS & set(user.roles)]
    found = Difference(known=len(staff))
    if not parsed.unnamed:
        found.gone = [
            {"code": user.staff_no, "name": user.display_name} for user in staff if user.staff_no not in parsed.keys
        ]
    rows = [row for row in parsed.rows if not _refused(parsed, row, known, logins, units)]
    above = {user.staff_no: by_id[user.superior_id].staff_no if user.superior_id else "" for user in everybody}
    for row in superiors.fit(parsed, rows, known, above, {each["code"] for each in found.gone}):
        user = known.get(row.values["staff_no"])
        if user is None:
            found.new.append({"line": row.line, "code": row.values["staff_no"], "name": row.values["display_name"]})
            found.todo.append(row)
        elif not _person_changes(found, row, user, by_id, units):
            found.same += 1
    return found


def _refused(parsed: Parsed, row: Row, known: dict[str, User], logins: dict[str, str], units: dict[str, UUID]) -> bool:
    user = known.get(row.values["staff_no"])
    why = _unfit(row, user, logins, units)
    if why:
        parsed.refuse(row, why)
    elif user is None:
        logins[row.values["login"]] = row.values["staff_no"]
    return bool(why)


def _unfit(row: Row, user: User | None, logins: dict[str, str], units: dict[str, UUID]) -> str | None:
    values = row.values
    if values["unit"] not in units:
        return f"机构代码 {values['unit']} 不存在或已撤销"
    if logins.get(values["login"], values["staff_no"]) != values["staff_no"]:
        return f"用户名 {values['login']} 已被他人使用"
    if user is not None and user.login != values["login"]:
        return "用户名不能变更"
    if user is not None and user.left_at is not None:
        return "该人员已办理离岗"
    if user is not None and ADMINISTRATORS & set(user.roles):
        return "管理员账号不由文件维护"
    try:
        made = CreateUser(login=values["login"], display_name=values["display_name"], staff_no=values["staff_no"])
        ChangeUser(display_name=made.display_name, **given(row))
    except ValidationError:
        return "用户名应为小写字母开头的字母数字，邮箱、手机格式须正确"
    return None


def given(row: Row) -> dict[str, Any]:
    """Of the columns that the file has; an empty cell empties."""
    found: dict[str, Any] = {name: row.values[name] or None for name in ("email", "mobile") if name in row.values}
    return found | ({"skills": listed(row.values["skills"])} if "skills" in row.values else {})


def _person_changes(found: Difference, row: Row, user: User, by_id: dict[UUID, User], units: dict[str, UUID]) -> bool:
    wanted: dict[str, Any] = {"display_name": row.values["display_name"], **given(row)}
    changed = [label for name, label in PERSON_FIELDS.items() if name in wanted and wanted[name] != getattr(user, name)]
    above = by_id[user.superior_id].staff_no if user.superior_id else ""
    if "superior" in row.values and row.values["superior"] != above:
        changed.append(PERSON_FIELDS["superior"])
    moves = units[row.values["unit"]] != user.organisation_id
    about = {"line": row.line, "code": user.staff_no, "name": user.display_name}
    if changed:
        found.changed.append(about | {"fields": changed})
    if moves:
        found.moved.append(about | {"to": row.values["unit"]})
    if changed or moves:
        found.todo.append(row)
    return bool(changed or moves)
