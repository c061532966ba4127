"""The core system of the bank, as far as a registration asks it. The bank's own adapter stands behind this."""

from typing import Protocol

from casebackend.parties.rules import Finding, ObjectKind


class Core(Protocol):
    """Says KNOWN only of what the bank's own data hold. Never raises for a value it does not know; whatever else it
    raises counts as "could not be asked"."""

    async def find(self, kind: ObjectKind, value: str) -> Finding: ...


class NoCore:
    """Where the bank has configured none: nothing is called checked that nobody has checked."""

    async def find(self, _: ObjectKind, __: str) -> Finding:
        return Finding.UNCHECKED
