"""Core systems for the demo and for tests. None of them is the core system of any bank: TINGSU_CORE_OBJECTS says who
is asked, and nobody but the demo says "demo"."""

from casebackend.customers.numbers import luhn
from casebackend.parties.rules import Finding, ObjectKind


class ConsoleCore:
    """Cards by their check digit; of accounts, products and policies it knows nothing."""

    async def find(self, kind: ObjectKind, value: str) -> Finding:
        if kind is ObjectKind.CARD:
            right = value.isdigit() and 16 <= len(value) <= 19 and luhn(value)
            return Finding.KNOWN if right else Finding.UNKNOWN
        return Finding.UNCHECKED


class AwayCore:
    """A core system that cannot be reached."""

    async def find(self, kind: ObjectKind, value: str) -> Finding:
        raise ConnectionError("away")
