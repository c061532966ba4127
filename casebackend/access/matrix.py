from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import yaml

from casebackend.access import functions
from casebackend.access.principal import Kind, Principal, Rights

FILE = Path(__file__).with_name("matrix.yaml")
PUBLIC = "public"
ANY_STAFF = "staff"
TESTER = "service:tester"
API = "api/v1/"
SCOPE = "scope:"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who may call which route, by its Sanic name without the name of the application; and which functions, of those
    that are granted one by one, the route carries out."""

    rows: Mapping[str, frozenset[str]]
    functions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def allows(self, principal: Principal, route: str, *, method: str, path: str) -> bool:
        """A route without a row is refused to everybody, except that the tester may read the whole API."""
        if TESTER in principal.roles and method in ("GET", "HEAD") and path.lstrip("/").startswith(API):
            return True
        row = self.rows.get(route, frozenset())
        if PUBLIC in row or (ANY_STAFF in row and principal.kind is Kind.STAFF):
            return True
        if principal.rights is not None:
            return granted(row, self.functions.get(route, frozenset()), principal.rights)
        return bool(row & principal.roles)

    def acting(self, principal: Principal, route: str) -> Principal:
        """With the roles only that bring what the route carries out: of several roles, the one that came with other
        functions lends this one nothing."""
        rights, row = principal.rights, self.rows.get(route, frozenset())
        if rights is None or row & {PUBLIC, ANY_STAFF}:
            return principal
        asked = self.functions.get(route, frozenset())
        brought = frozenset[str]().union(*(roles for roles, only in rights.sources if only is None or asked <= only))
        return replace(principal, roles=principal.roles & brought)

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
    known = {name: frozenset(allowed) for name, allowed in rows.items()}
    return Matrix(known, functions.of_routes(known))


def granted(row: frozenset[str], asked: frozenset[str], rights: Rights) -> bool:
    """Whether a route of this row, which carries out the functions `asked`, is open. Taken away counts for more than
    granted, and nothing is granted that no role of the row may have."""
    if asked & rights.withheld:
        return False
    return any(bool(row & roles) and (only is None or asked <= only) for roles, only in rights.sources)
