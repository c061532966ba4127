"""Named places where a test may kill, raise or delay us. Without TINGSU_FAILPOINTS each is one dictionary look-up.

The names are the commit points of the chain; `tests/casebackend/test_failpoints.py` sees that every name is hit.
"""

import asyncio
import os
import signal

NAMES = frozenset(
    {
        "inbox.before_insert",
        "inbox.after_commit_before_ack",
        "turn.claimed",
        "turn.done_before_commit",
        "case.before_begin",
        "case.before_commit",
        "case.after_commit_before_reply",
        "delivery.claimed",
        "outbox.claimed",
        "timer.claimed",
        "notice.sent",
        "audit.before_append",
        "attachment.received",
        "attachment.before_sync",
        "attachment.before_rename",
        "attachment.after_rename",
        "attachment.before_commit",
        "attachment.after_commit",
        "knowledge.after_build_before_swap",
        "keys.mid_batch",
    }
)


class InjectedFault(Exception):
    """Raised by a failpoint set to `raise`."""


_armed: dict[str, str] = {}
_hits: dict[str, int] = {}


def arm(name: str, effect: str) -> None:
    """`effect` is kill, raise or sleep:MILLISECONDS, each optionally @N for the N-th hit only."""
    if name not in NAMES:
        raise ValueError(f"unknown failpoint {name}")
    _armed[name] = effect


def arm_from_environment() -> None:
    """TINGSU_FAILPOINTS=name=effect,name=effect"""
    for entry in filter(None, os.environ.get("TINGSU_FAILPOINTS", "").split(",")):
        name, _, effect = entry.partition("=")
        arm(name, effect)


def hits(name: str) -> int:
    """How often an armed point was reached."""
    return _hits.get(name, 0)


def disarm() -> None:
    _armed.clear()
    _hits.clear()


async def failpoint(name: str) -> None:
    effect = _armed.get(name)
    if effect is None:
        return
    _hits[name] = _hits.get(name, 0) + 1
    effect, _, nth = effect.partition("@")
    if nth and _hits[name] != int(nth):
        return
    if effect == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif effect == "raise":
        raise InjectedFault(name)
    elif effect.startswith("sleep:"):
        await asyncio.sleep(int(effect.removeprefix("sleep:")) / 1000)


arm_from_environment()
