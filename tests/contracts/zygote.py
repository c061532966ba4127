"""Reads `start` (answers the process id of a new `casebackend serve`) and `wait` (until that one has ended)."""

import os
import sys

from casebackend.__main__ import main


def run() -> None:
    pid = 0
    for line in sys.stdin:
        if line.strip() == "start":
            pid = os.fork()
            if pid == 0:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(2, 1)
                os._exit(main(["serve"]))
        else:
            os.waitpid(pid, 0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run()
