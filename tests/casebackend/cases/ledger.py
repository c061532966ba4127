"""What the machine itself remembers of who did what: the product's tables are compared with it, not with themselves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from casebackend.cases.rules import Move, Status
from casebackend.clocks.rules import BY_LAW

TAKES_IN_HAND = (Move.RECEIVE, Move.PROPOSE, Move.PROPOSE_REPLY)


def _sets() -> defaultdict[UUID, set[UUID]]:
    return defaultdict(set)


@dataclass
class Ledger:
    """By case. `declared`, `let_back`, `named`: who stays away by his own word, who was let back by head office, whom
    the complaint is about. `units_proposed`: which unit its last proposal named. `proxies` and `papers`: who speaks for
    the complainant, and with what."""

    superiors: dict[UUID, UUID] = field(default_factory=dict)
    rows: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    handlers: defaultdict[UUID, set[UUID]] = field(default_factory=_sets)
    declared: defaultdict[UUID, set[UUID]] = field(default_factory=_sets)
    let_back: defaultdict[UUID, set[UUID]] = field(default_factory=_sets)
    named: defaultdict[UUID, set[UUID]] = field(default_factory=_sets)
    representatives: defaultdict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    proxies: set[UUID] = field(default_factory=set)
    papers: defaultdict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    units_proposed: dict[UUID, UUID | None] = field(default_factory=dict)
    before_merging: dict[UUID, list[datetime]] = field(default_factory=dict)

    def sees(self, row: dict[str, Any]) -> None:
        self.rows[row["id"]] = row
        if row["handler_id"] is not None:
            self.handlers[row["id"]].add(row["handler_id"])

    def moved(self, before: dict[str, Any], move: Move, user: UUID | None, running: Iterable[tuple[str, Any]]) -> None:
        case_id = before["id"]
        if move in TAKES_IN_HAND and user is not None:
            self.handlers[case_id].add(user)
        if move is Move.PROPOSE and before["responsible_unit_id"] is None:
            self.units_proposed[case_id] = self.rows[case_id]["responsible_unit_id"]
        if move is Move.MERGE:
            self.before_merging[case_id] = [due for kind, due in running if kind in BY_LAW]

    def came_out_of(self, whole: UUID, part: UUID, *, second: bool) -> None:
        """A part takes over who stays away; a second complaint asks its first."""
        for kept in (self.named, *(() if second else (self.declared,))):
            kept[part] |= kept[whole]
        self.representatives[part] = self.representatives[whole]
        self.papers[part] |= self.papers[whole]
        self.proxies |= {part} if whole in self.proxies else set()

    def kin(self, case_id: UUID) -> set[UUID]:
        """One matter, several cases: the first behind a second, the master, and what was merged into these."""
        row = self.rows[case_id]
        near = {case_id, row["parent_id"], row["master_id"]} - {None}
        return near | {each["id"] for each in self.rows.values() if each["master_id"] in near}

    def above(self, user: UUID) -> set[UUID]:
        found: set[UUID] = set()
        while (superior := self.superiors.get(user)) is not None and superior not in found:
            found.add(superior)
            user = superior
        return found

    def stays_away(self, case_id: UUID, user: UUID | None) -> bool:
        if user is None:
            return False
        if user in self.declared[case_id]:
            return True
        if user in self.let_back[case_id]:
            return False
        kin = self.kin(case_id)
        named = set().union(*(self.named[each] for each in kin))
        return any(user in self.declared[each] for each in kin) or bool(named & {user, *self.above(user)})

    def of_first(self, case_id: UUID) -> set[UUID]:
        """Who handled the complaint that this one is the second of."""
        parent: UUID | None = self.rows[case_id]["parent_id"]
        return self.handlers[parent] if parent is not None else set()

    def masters(self, case_id: UUID) -> list[UUID]:
        """From merged to master, until one that is merged no more; a circle would not end."""
        way = [case_id]
        while (master := self.rows[way[-1]]["master_id"]) is not None and len(way) <= len(self.rows):
            way.append(master)
        return way

    def merged(self) -> list[UUID]:
        return [case_id for case_id, row in self.rows.items() if row["status"] == Status.MERGED]
