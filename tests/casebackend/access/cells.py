"""Every live route, every person, every relation: what is asked, and what has to come back."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from casebackend.access import matrix
from tests.casebackend.access import bodies
from tests.casebackend.access.live import Route, routes_of
from tests.casebackend.access.oracle import Facts
from tests.casebackend.access.persons import Person
from tests.casebackend.access.scenes import WEBCHAT, Stage
from tests.casebackend.access.things import UNTOLD, Kind, Of, Things, gathered, key_of, kind_of
from tests.casebackend.attachments import samples

MISSING = {"reference": "TS20260302999999"}
UNKNOWN = "00000000-0000-4000-8000-00000000dead"
STRANGE = "a strange"
# Where a number may stand of a case that one does not see: the audit is kept by numbers, and the ledger holds what is
# over as well. The case itself stays closed.
NAMED = ("audit.", "console_audit.", "console_ledger.")
# What every export was for stands in the audit.
AUDITS = ("audit.", "console_audit.")
# What stands in the lists of a unit: kind of thing, and whose.
OF_UNITS = (("shift", "agent"), ("shift", "haidian"), ("shift", "jinan"), ("note", "haidian"), ("export", "beijing"))
# Who reads every list, however small the share.
LISTERS = ("outlet", "lixia", "jinan", "narrowed", "nowhere")
# Whoever may void a case sees none: he is told its number.
BLIND = {("cases.move", "system_admin")}


class Want(StrEnum):
    """IN: past the guard and the scope. AWAY: 404. CROSS: refused because no page of ours sent it."""

    IN = "in"
    ANONYMOUS = "anonymous"
    DENIED = "denied"
    AWAY = "away"
    CROSS = "cross"


@dataclass(frozen=True, slots=True)
class Cell:
    """`hidden`: words that must not come back. `twin`: the same request about what does not exist."""

    route: Route
    person: str
    want: Want
    path: str
    about: str
    hidden: tuple[str, ...] = ()
    twin: str = ""
    values: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.route.method} {self.route.name} [{self.person}] about {self.about}: {self.want}"


@dataclass(slots=True)
class Ground:
    """All that a cell is worked out from."""

    stage: Stage
    facts: Facts
    things: Things
    routes: list[Route]
    rows: dict[str, frozenset[str]]

    @classmethod
    async def of(cls, stage: Stage) -> "Ground":
        rows = dict(matrix.load().rows)
        return cls(stage, await Facts.read(stage.world), await gathered(stage.world), routes_of(stage.world.app), rows)

    def hidden(self, person: Person, *, denied: bool) -> tuple[str, ...]:
        words = []
        for scene in self.stage.scenes.values():
            staff = person.is_staff
            if denied or not person.knows or (staff and not self.facts.sees(person, scene.id)):
                talk = staff and not denied and self.facts.hears(person, scene.id)
                words += [] if talk else [scene.marker]
            if denied or staff or person.name.startswith("token:"):
                words += scene.plain
        drafts = ("agent", "outlet", "haidian", "lixia")
        words += [
            f"kanarie-draft-{login}-x" for login in drafts if denied or (person.is_staff and person.name != login)
        ]
        if denied or (person.is_staff and not self.facts.everything(person)):
            words.append("kanarie-begun-x")
        for kind, login in OF_UNITS:
            owner = self.stage.persons[login]
            near = self.facts.reaches(person, owner.unit_id) or person.unit_id == owner.unit_id
            words += [f"kanarie-{kind}-{login}-x"] if denied or (person.is_staff and not near) else []
        return tuple(words)

    def numbers(self, person: Person) -> tuple[str, ...]:
        """Of the cases, and ids of the talks, that may stand in no list."""
        talks = (talk for talk in self.facts.talks if not self.facts.sees_talk(person, talk))
        hidden = (case.number for case in self.facts.cases.values() if not self.facts.sees(person, case.id))
        return (*hidden, *map(str, talks))

    def may(self, route: Route, person: Person) -> bool:
        row = self.rows.get(route.name, frozenset())
        if not person.knows and not person.name.startswith("pending"):
            return "public" in row
        reads = person.name == "tester" and route.method == "GET" and route.path.startswith("/api/v1/")
        return "public" in row or bool(row & person.words) or reads

    def cells(self, *, share: int = 1, part: int = 0) -> Iterator[Cell]:
        """`share`: one cell of so many, chosen by its name; each route keeps one refusal of each kind."""
        for route in self.routes:
            seen: set[tuple[Want, str]] = set()
            for person in self.stage.persons.all.values():
                for cell in self._of(route, person):
                    kind = (cell.want, self._group(route, person))
                    lists = (
                        route.ids[:1] in ((), ("conversation_id",)) and cell.want is Want.IN and person.name in LISTERS
                    )
                    if lists or _number(str(cell), share) == part or kind not in seen:
                        seen.add(kind)
                        yield cell

    def _group(self, route: Route, person: Person) -> str:
        """Programs and tokens count apart where some of them may call the route."""
        begins = next((each for each in ("service:", "scope:") if any(w.startswith(each) for w in person.words)), "")
        row = self.rows.get(route.name, frozenset())
        return begins if begins and any(word.startswith(begins) for word in row) else "person"

    def _of(self, route: Route, person: Person) -> Iterator[Cell]:
        if not self.may(route, person):
            want = Want.DENIED if person.knows else Want.ANONYMOUS
            values, about = self._any(route, person)
            yield self._cell(route, person, want, values, about)
        elif (
            route.unsafe and "public" in self.rows[route.name] and person.words and not person.is_staff and person.knows
        ):
            return
        elif person.is_staff and route.ids:
            yield from self._related(route, person)
        else:
            values, about = self._any(route, person)
            crossing = route.unsafe and (person.is_staff or not person.knows)
            yield self._cell(route, person, Want.CROSS if crossing else Want.IN, values, about)

    def _cell(self, route: Route, person: Person, want: Want, values: dict[str, str], about: str) -> Cell:
        twin = ""
        if want is Want.AWAY:
            kept = {"reference": values["reference"]} if about.startswith(STRANGE) else {}
            twin = route.at({place: MISSING.get(place, UNKNOWN) for place in route.ids} | kept)
        hidden = self.hidden(person, denied=want not in (Want.IN, Want.CROSS))
        if want is Want.IN and route.name.startswith(AUDITS):
            hidden = tuple(word for word in hidden if not word.startswith("kanarie-export"))
        listed = route.ids[:1] in ((), ("conversation_id",)) and not route.name.startswith(NAMED)
        if want is Want.IN and person.is_staff and listed:
            hidden += self.numbers(person)
        return Cell(route, person.name, want, route.at(values), about, hidden, twin, tuple(values.values()))

    def _any(self, route: Route, person: Person) -> tuple[dict[str, str], str]:
        """Something that exists, another one for each person."""
        scenes = list(self.stage.scenes.values())
        scene = scenes[_number(f"{route.name} {person.name}", len(scenes))]
        if "reference" in route.ids or any(self._kind(route, place).of is Of.CASE for place in route.ids):
            return self._of_case(route, scene.key) or ({place: UNKNOWN for place in route.ids}, scene.key)
        values = {}
        for place in route.ids:
            found = self._all(route, place)
            pick = _number(f"{route.name} {person.name} {place}", len(found)) if found else 0
            values[place] = found[pick][0] if found else UNKNOWN
        return values, "+".join(route.ids) or "nothing"

    def _of_case(self, route: Route, key: str) -> tuple[dict[str, str], str] | None:
        """The case and a thing of its own; None where it has no such thing."""
        scene, values = self.stage.scenes[key], {}
        for place in route.ids:
            if place == "reference":
                values[place] = scene.number
                continue
            own = [id for id, owner in self._all(route, place) if owner == scene.id]
            if not own:
                return None
            values[place] = own[0]
        return values, key

    def _all(self, route: Route, place: str) -> list[tuple[str, UUID | None]]:
        return self.things[key_of(route.name, place)]

    def _kind(self, route: Route, place: str) -> Kind:
        return Kind(Of.CASE, None, lambda _: None) if place == "reference" else kind_of(route.name, place)

    def _related(self, route: Route, person: Person) -> Iterator[Cell]:
        first = route.ids[0]
        kind = self._kind(route, first)
        if kind.of is Of.CASE:
            yield from self._with_cases(route, person)
        elif kind.of is Of.NOBODY:
            values, about = self._any(route, person)
            yield self._cell(route, person, self._let(route), values, about)
        else:
            yield from self._with_owners(route, person, first, kind)

    def _let(self, route: Route) -> Want:
        return Want.CROSS if route.unsafe else Want.IN

    def _with_cases(self, route: Route, person: Person) -> Iterator[Cell]:
        keys = list(self.stage.scenes)
        if person.name.startswith("only-"):
            keys = [keys[_number(f"{route.name} {person.name} {turn}", len(keys))] for turn in "ab"]
        sees = self.facts.sees_review if route.ids[0] == "review_id" else self.facts.sees
        blind = any((route.name, role) in BLIND for role in person.roles)
        inside = {key: blind or sees(person, self.stage.scenes[key].id) for key in keys}
        for key in dict.fromkeys(keys):
            made = self._of_case(route, key)
            if made is not None:
                yield self._cell(route, person, self._let(route) if inside[key] else Want.AWAY, *made)
        yield from self._strange(route, person, [key for key in keys if inside[key]])

    def _strange(self, route: Route, person: Person, visible: list[str]) -> Iterator[Cell]:
        """A case that one sees, and a thing of another one in the same address."""
        if "reference" not in route.ids or len(route.ids) < 2 or not visible:
            return
        scene, place = self.stage.scenes[visible[0]], route.ids[1]
        foreign = [id for id, owner in self._all(route, place) if owner not in (scene.id, None)]
        if foreign and place != "link_id":
            values = {"reference": scene.number, place: foreign[-1]}
            yield self._cell(route, person, Want.AWAY, values, f"{STRANGE} {place} of another case under {scene.key}")

    def _with_owners(self, route: Route, person: Person, place: str, kind: Kind) -> Iterator[Cell]:
        mine: tuple[str, Any] | None = None
        other: tuple[str, Any] | None = None
        talk = str(self.stage.scenes[WEBCHAT].conversation_id)
        for id, owner in sorted(self._all(route, place), key=lambda each: each[0] != talk):
            if self._owns(person, kind.of, owner):
                mine = mine or (id, owner)
            else:
                other = other or (id, owner)
        if mine:
            yield self._cell(route, person, self._let(route), {place: mine[0]}, f"a {place} of one's own")
        if other:
            yield self._cell(route, person, Want.AWAY, {place: other[0]}, f"a {place} of others")

    def _owns(self, person: Person, of: Of, owner: Any) -> bool:
        if of is Of.TALK:
            return self.facts.sees_talk(person, owner)
        if of is Of.PERSON:
            return bool(owner == person.user_id)
        if of is Of.LINE and owner is not None and owner in self.facts.above(person.unit_id):
            return True
        return self.facts.reaches(person, owner) or (owner is not None and owner == person.unit_id)

    def lacking(self) -> list[str]:
        """What the scene has to have and has not, one sentence each."""
        found = []
        for route in self.routes:
            if route.name not in self.rows:
                found.append(f"{route.name} has no row in casebackend/access/matrix.yaml: nobody may call it")
            for place in route.ids:
                kind = self._kind(route, place)
                if kind is UNTOLD:
                    found.append(f"{route.name}: things.KINDS does not say to whom <{place}> belongs; add a row")
                if place != "reference" and kind.of is not Of.NOBODY and not self._all(route, place):
                    found.append(f"{route.name}: no scene holds a {place}; let scenes.Stage make one")
        return found


def _number(name: str, many: int) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % many


# Another site with the token of the session, our own without one, our own with a wrong one.
FORGED: tuple[dict[str, str], ...] = (
    {"Origin": "https://elsewhere.example"}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "made-up"},
)  # fmt: skip


def request_of(cell: Cell, stage: Stage) -> dict[str, Any]:
    """Good enough to come to the question of who asks; without a token of the page where the page is in question."""
    route, now = cell.route, stage.world.time
    headers = {"Idempotency-Key": hashlib.sha256(str(cell).encode()).hexdigest(), "If-Match": "*"}
    given: dict[str, Any] = {"headers": headers}
    if not route.unsafe:
        return given
    if cell.want is Want.CROSS:
        headers |= FORGED[_number(str(cell), len(FORGED)) if stage.persons[cell.person].words else 0]
    if route.name.endswith(("attachments.add", "article_files.add")):
        return given | {
            "files": [("file", ("a.png", samples.picture("PNG", (9, 9)), "image/png"))],
            "data": {"kind": "file"},
        }
    if route.on_api:
        model = bodies.models().get(route.name)
        body = bodies.body_of(model, now) if model is not None else {}
        person = stage.persons[cell.person]
        if cell.want is Want.IN and not person.is_staff:
            return given | {"json": {}}
        return given | {"json": body} if model is not None else given
    return given | {"data": bodies.form_for(route, now)}
