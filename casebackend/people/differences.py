"""What a file would change, told before anything is changed."""

from dataclasses import dataclass, field
from typing import Any

from casebackend.people.files import Row


@dataclass(slots=True)
class Difference:
    """`todo`: the good rows with something to do, in an order in which they can be done. `gone`: keys."""

    known: int = 0
    same: int = 0
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    gone: list[dict[str, Any]] = field(default_factory=list)
    blocked: list[dict[str, Any]] = field(default_factory=list)
    todo: list[Row] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        names = ("known", "same", "new", "changed", "moved", "gone", "blocked")
        return {name: getattr(self, name) for name in names}
