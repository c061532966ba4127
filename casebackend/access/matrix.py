from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from casebackend.access.principal import Kind, Principal

FILE = Path(__file__).with_name("matrix.yaml")
PUBLIC = "public"
ANY_STAFF = "staff"
TESTER = "service:tester"
API = "api/v1/"
SCOPE = "scope:"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who may call which route, by its Sanic name without the name of the application."""

    rows: Mapping[str, frozenset[str]]

    def allows(self, principal: Principal, route: str, *, method: str, path: str) -> bool:
        """A route without a row is refused to everybody, except that the tester may read the whole API."""
        if TESTER in principal.roles and method in ("GET", "HEAD") and path.lstrip("/").startswith(API):
            return True
        row = self.rows.get(route, frozenset())
        if PUBLIC in row or row & principal.roles:
            return True
        return ANY_STAFF in row and principal.kind is Kind.STAFF

    @property
    def roles(self) -> frozenset[str]:
        """Of staff: every word of the file that is of no program, scope or unfinished login."""
        return frozenset(word for row in self.rows.values() for word in row if ":" not in word) - {PUBLIC, ANY_STAFF}

    @property
    def scopes(self) -> frozenset[str]:
        """What a service token may be given."""
        words = (word for row in self.rows.values() for word in row)
        return frozenset(word.removeprefix(SCOPE) for word in words if word.startswith(SCOPE))


@cache
def load(path: Path = FILE) -> Matrix:
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Matrix({name: frozenset(allowed) for name, allowed in rows.items()})
