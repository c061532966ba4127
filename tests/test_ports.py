"""Ports for tests that run side by side."""

import subprocess
import sys

SEEDED_ALIKE = (
    "import random, sys; random.seed(0)\n"
    "from ops.ports import free_port\n"
    "print(*(free_port() for _ in range(2000)), flush=True); sys.stdin.read()"
)


def test_processes_that_run_side_by_side_are_never_handed_the_same_port() -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", SEEDED_ALIKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    handed = [each.stdout.readline().split() if each.stdout else [] for each in running]
    for each in running:
        each.communicate("")
    ports = [port for some in handed for port in some]
    assert len(set(ports)) == len(ports) == 4000
