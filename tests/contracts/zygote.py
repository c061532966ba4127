"""Reads `start FAILPOINTS` (answers the process id of a new `casebackend serve`) and `wait` (answers how it ended)."""

import os
import sys

from casebackend import failpoints
from casebackend.__main__ import main


def serve(armed: str) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ["TINGSU_FAILPOINTS"] = armed
    failpoints.arm_from_environment()
    os._exit(main(["serve"]))


def run() -> None:
    pid = 0
    for line in sys.stdin:
        wish, _, armed = line.strip().partition(" ")
        if wish == "start":
            pid = os.fork()
            if pid == 0:
                serve(armed)
            answer = pid
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run()
