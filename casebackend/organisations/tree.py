"""The units as a tree of plain values, so that they can be kept between requests. Standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from casebackend.organisations.rules import Level


@dataclass(frozen=True, slots=True)
class Unit:
    id: UUID
    code: str
    name: str
    short_name: str
    level: str
    parent_id: UUID | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    units: dict[UUID, Unit]
    children: dict[UUID | None, list[Unit]] = field(default_factory=dict)

    @classmethod
    def of(cls, units: Iterable[Unit]) -> "Tree":
        made = cls({unit.id: unit for unit in units})
        for unit in made.units.values():
            made.children.setdefault(unit.parent_id, []).append(unit)
        return made

    def below(self, root: UUID) -> frozenset[UUID]:
        """`root` and every unit below it."""
        found: set[UUID] = set()
        waiting = [root]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(unit.id for unit in self.children.get(current, ()))
        return frozenset(found)

    def above(self, unit_id: UUID | None) -> list[Unit]:
        """The unit and what stands over it, nearest first."""
        found: list[Unit] = []
        unit = self.units.get(unit_id) if unit_id else None
        while unit is not None and unit not in found:
            found.append(unit)
            unit = self.units.get(unit.parent_id) if unit.parent_id else None
        return found

    def region(self, unit_id: UUID | None) -> Unit | None:
        """The branch that a unit belongs to; None for head office and for no unit."""
        return next((unit for unit in self.above(unit_id) if unit.level == Level.BRANCH), None)

    def open(self) -> "Tree":
        """Without the units that were closed: what one may still choose."""
        return Tree.of(unit for unit in self.units.values() if not unit.closed)

    def with_names(self, units: Iterable[Unit]) -> "Tree":
        """The same units at their places, some under other names."""
        named = {unit.id: unit for unit in units}
        return Tree.of(
            replace(unit, name=known.name, short_name=known.short_name) if (known := named.get(unit.id)) else unit
            for unit in self.units.values()
        )

    def in_order(self, parent: UUID | None = None, depth: int = 0) -> list[tuple[Unit, int]]:
        """Every unit with its depth, each under its parent."""
        found: list[tuple[Unit, int]] = []
        for unit in self.children.get(parent, ()):
            found += [(unit, depth), *self.in_order(unit.id, depth + 1)]
        return found
