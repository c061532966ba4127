"""The core system of the bank, as far as a registration asks it. The bank's own adapter stands behind this."""

from typing import Protocol

from casebackend.parties.rules import Finding, ObjectKind


class Core(Protocol):
    """Never raises for a value it does not know; whatever else it raises counts as "could not be asked"."""

    async def find(self, kind: ObjectKind, value: str) -> Finding: ...
