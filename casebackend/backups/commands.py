"""What an operator types: python -m casebackend backup FOLDER, and restore FOLDER [--replace]."""

from datetime import UTC, datetime
from pathlib import Path

from casebackend.backups import service
from casebackend.backups.errors import BackupRefused
from casebackend.backups.manifest import Manifest
from casebackend.settings import Settings


async def backup(settings: Settings, into: Path) -> int:
    try:
        folder = await service.back_up(settings, into, now=datetime.now(UTC))
    except BackupRefused as refused:
        print(refused.detail)
        return 1
    held = Manifest.read(folder)
    counted = "，".join(f"{name} {count}" for name, count in held.rows.items())
    print(f"备份完成：{folder}\n{counted}\n恢复时需要的密钥编号：{'、'.join(held.keys)}（密钥不在备份中，须另行保管）")
    return 0


async def restore(settings: Settings, folder: Path, *, replace: bool) -> int:
    now = datetime.now(UTC)
    try:
        broken = await service.restore(settings, folder, replace=replace, now=now)
    except BackupRefused as refused:
        print(refused.detail)
        return 1
    if (kept := service.aside(settings, now)).is_dir():
        print(f"备份之后写的审计锚定文件已移到 {kept}，请保留：它们证明恢复后缺少哪些记录")
    print("\n".join(broken) if broken else "恢复完成，数据检查一切正常")
    return 1 if broken else 0
