"""Commands of an operator: python -m casebackend COMMAND. docs/operations.md says when."""

import argparse
import asyncio
import fcntl
import sys
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casebackend import check, installing, problems
from casebackend.access import listening
from casebackend.app import create_app
from casebackend.attachments import commands as attachments
from casebackend.audit import commands as audit
from casebackend.backups import commands as backups
from casebackend.cases import diagram
from casebackend.connection import open_database
from casebackend.database import Database
from casebackend.forms import commands as forms
from casebackend.keys import commands as keys
from casebackend.logging import configure
from casebackend.people import commands as people
from casebackend.replay import commands as replay
from casebackend.reserve import MB, State, reserve_of
from casebackend.settings import Settings

type Given = argparse.Namespace
type Run = Callable[[Given], int]


def _settings() -> Settings:
    return Settings()  # type: ignore[call-arg]


def _with_database(work: Callable[[Database, Given], Awaitable[int]]) -> Run:
    async def opened(given: Given) -> int:
        database = open_database(_settings())
        try:
            return await work(database, given)
        finally:
            await database.dispose()

    return lambda given: asyncio.run(opened(given))


def _alone(work: Callable[[Settings, Given], Coroutine[Any, Any, int]]) -> Run:
    return lambda given: asyncio.run(work(_settings(), given))


async def run_check(database: Database, _: Given) -> int:
    """The invariants of the stored business."""
    async with database.reading() as session:
        broken = await check.check(session, now=datetime.now(UTC))
    print("\n".join(broken) if broken else "一切正常")
    return 1 if broken else 0


async def import_organisation(database: Database, given: Given) -> int:
    content = await asyncio.to_thread(given.file.read_bytes)
    return await people.import_organisation(database, content, apply=given.apply, now=datetime.now(UTC))


def reserve(what: str) -> int:
    """`free` needs no database: it works on the fullest disk. 1 while the reserve is missing."""
    held = reserve_of(_settings())
    if what == "free":
        print(f"已释放 {held.free() // MB} MB")
        return 0
    state = held.make() if what == "make" else held.state()
    words = {
        State.KEPT: "备用空间完好",
        State.FREED: "备用空间已释放或空间不足，请先腾出磁盘",
        State.NONE: "未设备用空间",
    }
    print(f"{words[state]}：{held.path}（{held.size // MB} MB）")
    return 1 if state is State.FREED else 0


def serve() -> int:
    """The web process. On SQLite a second one is refused: exactly one web process may write."""
    settings = _settings()
    configure("casebackend")
    database = open_database(settings)
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with (settings.var_dir / "casebackend.lock").open("w") as lock:
        if database.is_sqlite:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sys.exit("已有一个 casebackend 在使用该 SQLite 数据库，不能再启动第二个。")
        reserve_of(settings).make()
        app = create_app(settings, database)
        tls = listening.context_of(settings)
        app.run(host=settings.host, port=settings.port, ssl=tls, single_process=True, access_log=False, motd=False)
    return 0


def printed(document: Callable[[], str]) -> Run:
    def show(_: Given) -> int:
        print(document(), end="")
        return 0

    return show


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m casebackend")
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Run, words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words)
        sub.set_defaults(run=run)
        return sub

    def choose(name: str, runs: dict[str, Run], words: str) -> argparse.ArgumentParser:
        sub = add(name, lambda given: runs[given.what](given), words)
        sub.add_argument("what", nargs="?", choices=list(runs), default=next(iter(runs)))
        return sub

    add("serve", lambda _: serve(), "the web process")
    add("migrate", lambda _: installing.migrate(_settings()), "schema, reference data and indexes of this version")
    add("demo-logins", _alone(lambda settings, _: installing.demo_logins(settings)), "new passwords, printed once")
    add("check", _with_database(run_check), "the invariants of the stored business")
    add("lifecycle", printed(diagram.document), "prints docs/case-lifecycle.md")
    add("problems", printed(problems.catalogue), "prints docs/problems.md")
    anchors = {"verify": audit.verify, "anchor": audit.anchor}
    choose("audit", {name: _anchored(run) for name, run in anchors.items()}, "the chain of the audit")
    add(
        "attachments",
        _with_database(lambda database, _: attachments.verify(database)),
        "every stored file is as it was",
    )
    form = add(
        "check-form",
        _with_database(lambda database, given: forms.check_form(database, given.file)),
        "whether a printed form (PDF) is as it was printed",
    )
    form.add_argument("file", type=Path)
    choose(
        "keys",
        {
            "status": _with_database(lambda database, _: keys.status(database)),
            "rotate": _with_database(lambda database, _: keys.rotate(database)),
        },
        "which key what is sealed with",
    )
    choose(
        "reserve",
        {name: lambda given: reserve(given.what) for name in ("status", "free", "make")},
        "room that is given up when the disk is full",
    )
    runs = {
        "list": _with_database(lambda database, given: replay.listed(database, given.wanted)),
        "retry": _with_database(lambda database, given: replay.retry(database, given.wanted, now=datetime.now(UTC))),
    }
    choose("outbox", runs, "effects that were given up").add_argument("wanted", nargs="?", metavar="TOPIC|ID")
    units = add(
        "import-organisation",
        _with_database(import_organisation),
        "units or people from a CSV file: looks first, applies with --apply",
    )
    units.add_argument("file", type=Path)
    units.add_argument("--apply", action="store_true", help="what a look at the same file has told")
    backup = add(
        "backup", _alone(lambda settings, given: backups.backup(settings, given.folder)), "beside the living system"
    )
    backup.add_argument("folder", type=Path)
    restore = add(
        "restore",
        _alone(lambda settings, given: backups.restore(settings, given.folder, replace=given.replace)),
        "with all programs stopped",
    )
    restore.add_argument("folder", type=Path)
    restore.add_argument("--replace", action="store_true", help="over what is there now, which is kept beside it")
    return made


def _anchored(run: Callable[[Database, Path], Awaitable[int]]) -> Run:
    return _with_database(lambda database, _: run(database, _settings().anchors))


def main(arguments: list[str]) -> int:
    given = parser().parse_args(arguments)
    run: Run = given.run
    return run(given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
