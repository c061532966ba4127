"""What the core system says of the things of a complaint. It is asked before the transaction opens that writes them:
while it takes its seconds, nobody waits for a lock."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from casebackend.api.parties import ObjectNamed
from casebackend.parties.ports import Core
from casebackend.parties.rules import Finding, ObjectKind, normalised

# Colleagues and outlets are ours to know.
OURS = (ObjectKind.STAFF, ObjectKind.OUTLET)

type Findings = Mapping[tuple[ObjectKind, str], Finding]

_said: ContextVar[Findings] = ContextVar("said_by_the_core_system")


def plain(each: ObjectNamed) -> str:
    """As it is asked for and kept."""
    names = (ObjectKind.PRODUCT, ObjectKind.STAFF)
    return each.value.strip() if each.kind in names else normalised(each.value)


async def find(core: Core | None, kind: ObjectKind, value: str) -> Finding:
    if core is None or kind in OURS:
        return Finding.UNCHECKED
    if (before := _said.get({}).get((kind, value))) is not None:
        return before
    try:
        return await core.find(kind, value)
    except Exception:  # noqa: BLE001  a core system that is away must not stop a complaint
        return Finding.UNCHECKED


async def ahead(core: Core | None, named: Iterable[ObjectNamed]) -> Findings:
    """All at once: the longest wait for the core system is the longest for one."""
    wanted = list(dict.fromkeys((each.kind, plain(each)) for each in named))
    return dict(zip(wanted, await asyncio.gather(*(find(core, *each) for each in wanted)), strict=True))


@contextmanager
def said(findings: Findings) -> Iterator[None]:
    """What is asked for in here is not asked again."""
    token = _said.set(findings)
    try:
        yield
    finally:
        _said.reset(token)
