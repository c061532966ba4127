"""pg_dump and pg_restore, PostgreSQL's own. WAL archiving stands beside it and belongs to the database's operator."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from casebackend.backups.errors import BackupRefused

FILE = "tingsu.dump"


def _address(url: str) -> URL:
    return make_url(url).set(drivername="postgresql")


def _run(url: str, binaries: Path | None, program: str, *arguments: str) -> str:
    """The password goes by the environment: what stands on a command line, everybody on the machine can read."""
    found = shutil.which(program, path=str(binaries) if binaries else None)
    if found is None:
        raise BackupRefused(f"找不到 {program}：请安装 PostgreSQL 客户端程序，或用 TINGSU_PG_BIN 指出所在目录")
    address = _address(url)
    bare = address.set(password=None).render_as_string(hide_password=False)
    done = subprocess.run(
        [found, *arguments, f"--dbname={bare}"],
        env=os.environ | ({"PGPASSWORD": str(address.password)} if address.password else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupRefused(f"{program} 失败（退出码 {done.returncode}）：{done.stderr.strip()[-300:]}")
    return done.stdout


def copied(url: str, folder: Path, binaries: Path | None) -> None:
    _run(url, binaries, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={folder / FILE}")


def is_empty(url: str) -> bool:
    return not _one(url, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")


def is_in_use(url: str) -> bool:
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return bool(_one(url, f"{others} AND backend_type = 'client backend'"))


def _one(url: str, statement: str) -> int:
    with psycopg.connect(_address(url).render_as_string(hide_password=False)) as connection:
        row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0


def restored(url: str, folder: Path, binaries: Path | None) -> None:
    _run(
        url, binaries, "pg_restore", "--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges",
        "--exit-on-error", str(folder / FILE),
    )  # fmt: skip
