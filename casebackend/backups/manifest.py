"""What a backup holds. Written last and synced: a folder without its manifest is no backup."""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from casebackend.backups.errors import BackupRefused

NAME = "manifest.json"
PIECE = 1 << 20


class Manifest(BaseModel):
    """`files`: path below the folder to its SHA-256. `keys`: ids of the keys that are needed to read it, never keys;
    `index` and `audit`: what those two keys make of a word. Backups of earlier versions do not say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    database: str
    revision: str
    keys: list[str]
    index: str = ""
    audit: str = ""
    rows: dict[str, int]
    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> Self:
        try:
            return cls.model_validate_json((folder / NAME).read_bytes())
        except (OSError, ValidationError) as error:
            raise BackupRefused(f"{folder} 不是完整的备份：缺少可读的 {NAME}") from error

    def write(self, folder: Path) -> None:
        path = folder / NAME
        path.write_text(self.model_dump_json(indent=1))
        synced(path)
        synced(folder)

    def require_whole(self, folder: Path) -> None:
        """Every byte is as it was written."""
        for name, wanted in self.files.items():
            path = folder / name
            if not path.is_file() or digest(path) != wanted:
                raise BackupRefused(f"备份已损坏：{name} 缺失或被改动，没有恢复任何内容")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest(path) for path in found}


def synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
