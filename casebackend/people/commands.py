"""Reading units and people from a file at the command line: first without --apply, then the same file with it."""

from datetime import datetime
from typing import Any

from casebackend.database import Database
from casebackend.errors import DomainError
from casebackend.people import imports
from casebackend.people.files import KIND_NAMES, FileKind, sha256

SECTIONS = {"new": "新增", "changed": "变更", "moved": "调整隶属", "gone": "撤销或停用", "blocked": "不能处理"}


async def import_organisation(database: Database, content: bytes, *, apply: bool, now: datetime) -> int:
    """0: looked at or applied. 1: refused, with the reason. Nothing is changed without --apply."""
    try:
        async with database.transaction() as session:
            if apply:
                run = await imports.checked(session, sha256(content))
                run = await imports.apply(session, run.id, run.sha256, by=imports.OPERATOR, now=now)
            else:
                run = await imports.check(session, content, by=imports.OPERATOR, now=now)
    except DomainError as refusal:
        print(refusal.detail)
        return 1
    print("\n".join(_told(KIND_NAMES[FileKind(run.kind)], run.report)))
    print("已导入" if apply else f"试运行，没有改动。核对后用 --apply 导入同一文件（校验值 {run.sha256}）")
    return 1 if run.report["refused"] else 0


def _told(kind: str, report: dict[str, Any]) -> list[str]:
    lines = [f"{kind}：现有 {report['known']}，不变 {report['same']}"]
    for name, label in SECTIONS.items():
        lines += [f"{label} {each['code']} {each['name']}{_why(each)}" for each in report[name]]
    lines += [f"第 {each['line']} 行有误：{each['why']}" for each in report["bad"]]
    return lines + ([report["refused"]] if report["refused"] else [])


def _why(each: dict[str, Any]) -> str:
    if "why" in each:
        return f"：{each['why']}"
    if "from" in each:
        return f"：{each['from'] or '—'} → {each['to'] or '—'}"
    return f"：{'、'.join(each['fields'])}" if "fields" in each else ""
