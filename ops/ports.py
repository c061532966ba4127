"""Ports on loopback for the programs that tests and benches start: no two processes are handed the same one."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

PORTS = range(20_000, 30_000)  # below the range from which outgoing connections take theirs
_chance = random.SystemRandom()  # hypothesis seeds the common generator, alike in every process
_handed: set[int] = set()
_book: int | None = None


def free_port() -> int:
    """One that nobody listens on; no other process of this user is handed it until this one ends."""
    global _book
    if _book is None:
        path = Path(tempfile.gettempdir()) / f"tingsu-ports-{os.getuid()}"
        _book = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        port = _chance.choice(PORTS)
        if port in _handed or not _ours(_book, port):
            continue
        _handed.add(port)
        if _unused(port):
            return port


def _ours(book: int, port: int) -> bool:
    try:
        fcntl.lockf(book, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _unused(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
