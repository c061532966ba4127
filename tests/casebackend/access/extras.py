"""What no cell of the matrix asks: deeds that a rule of the business forbids to somebody who may see the case, and
lists whose length must be that of the cases one sees."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from casebackend.access import scope
from casebackend.access.guard import of_user
from casebackend.registration import pooling
from casebackend.staff.model import User
from tests.casebackend.access.cells import Ground
from tests.casebackend.access.watching import Watch
from tests.casebackend.cases.builders import PROPOSAL

REVEAL = {"why": "contact", "reason": "回电核实"}
COUNTERS = (
    "agent", "outlet", "haidian", "haidian-head", "branch", "beijing", "jinan", "lixia", "qingdao", "union",
    "narrowed", "nowhere", "executive", "auditor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """`slug`: of the problem that has to come back."""

    name: str
    person: str
    path: str
    status: int
    slug: str
    body: Any = None
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)

    async def faults(self, ground: Ground, watch: Watch) -> list[str]:
        watch.touched()
        client = ground.stage.persons[self.person].client
        headers = {"Idempotency-Key": f"deed-{self.name}", "If-Match": "*"} | self.headers
        sent = {name: value for name, value in headers.items() if value}
        answer = await client.request(self.method, self.path, json=self.body, headers=sent)
        said = answer.json().get("type", "") if "json" in answer.headers.get("content-type", "") else ""
        good = (answer.status_code, said) == (self.status, f"/problems/{self.slug}")
        found = [] if good else [f"got {answer.status_code} {said}"]
        return found + [f"touched {name}" for name in watch.touched()]

    def __str__(self) -> str:
        return f"{self.name} [{self.person}]"


@dataclass(frozen=True, slots=True)
class Count:
    """A list or a number that has to be that of the oracle."""

    name: str
    person: str
    path: str
    read: Callable[[httpx.Response], Any]
    expected: Any
    body: Any = None

    async def faults(self, ground: Ground, watch: Watch) -> list[str]:
        client = ground.stage.persons[self.person].client
        how = {"json": self.body, "headers": {"Idempotency-Key": uuid4().hex}} if self.body else {}
        answer = await client.request("POST" if self.body else "GET", self.path, **how)
        if not answer.is_success:
            return [f"got {answer.status_code} {answer.text[:100]}"]
        got = self.read(answer)
        return [] if got == self.expected else [f"got {got}, expected {self.expected}"]

    def __str__(self) -> str:
        return f"{self.name} [{self.person}]"


def deeds(ground: Ground) -> Iterator[Deed]:
    scenes, people = ground.stage.scenes, ground.stage.persons
    at = {key: f"/api/v1/cases/{scene.number}" for key, scene in scenes.items()}
    propose = PROPOSAL | {"move": "propose"}
    yield Deed("reveal while recused", "haidian-head", f"{at['haidian']}/disclosures", 403, "recused", REVEAL)
    yield Deed("reveal after declaring", "outlet", f"{at['recused']}/disclosures", 403, "recused", REVEAL)
    yield Deed("move while recused", "haidian-head", f"{at['haidian']}/moves", 403, "recused", propose)
    yield Deed("move what one was only asked about", "haidian-head", f"{at['asked']}/moves", 403, "only-asked", propose)
    yield Deed(
        "move what another has in hand", "second", f"{at['chaoyang-in-hand']}/moves", 403, "not-in-charge", propose
    )
    yield Deed("review one's own", "intake-reviewer", f"{at['own']}/moves", 403, "own-work", {"move": "accept"})
    ends = {"move": "approve_reply", "opinion": "同意", "closing_info": "已退费"}
    yield Deed(
        "let a regulator's case be answered with half a bank in sight", "narrowed", f"{at['regulated']}/moves", 403,
        "head-office-only", ends,
    )  # fmt: skip
    old = {"headers": {"If-Match": '"0"'}}
    accept = {"move": "accept"}
    yield Deed("with an old version", "supervisor", f"{at['chaoyang']}/moves", 412, "version-passed", accept, **old)  # type: ignore[arg-type]
    none = {"headers": {"If-Match": ""}}
    yield Deed("without a version", "supervisor", f"{at['chaoyang']}/moves", 428, "if-match-missing", accept, **none)  # type: ignore[arg-type]
    rights = {"roles": ["system_admin", "handler"], "reason": "调岗"}
    user = f"/api/v1/users/{people['union'].user_id}/rights"
    yield Deed("an administrator who handles cases", "admin", user, 409, "roles-clash", rights)
    link = {"number": scenes["lixia"].number, "kind": "related", "reason": "同一事由"}
    yield Deed("relate to what one does not see", "haidian", f"{at['haidian']}/links", 404, "case-not-found", link)
    [sound, *_] = [id for id, _ in ground.things["recordings.attachment_id"]]
    heard = f"{at['call']}/recordings/{sound}/audio"
    yield Deed("hear what was not granted", "beijing", heard, 403, "recording-not-granted", method="GET")


def counts(ground: Ground) -> Iterator[Count]:
    complete = "/api/v1/cases/?queue=all&limit=200"
    for name in COUNTERS:
        person = ground.stage.persons[name]
        seen = [case for case in ground.facts.cases.values() if ground.facts.sees(person, case.id)]
        numbers = sorted(case.number for case in seen)
        yield Count("the list of cases", name, complete, _numbers, numbers)
        yield Count(
            "the report", name, REPORT, lambda answer: sorted(e["number"] for e in answer.json()["cases"]), numbers
        )
        yield Count("the figures by unit", name, UNITS, _total, len(seen))
        near = sorted(str(unit) for unit in ground.facts.levels if ground.facts.reaches(person, unit))
        yield Count("the units of the ledger", name, "/ledger", _units, near)
        coded = len([case for case in seen if case.judged_at is not None])
        yield Count("the report of coding", name, CODING, _coded, coded)
    for name in ("branch", "jinan", "haidian-head"):
        person = ground.stage.persons[name]
        many = sum(ground.facts.sees(person, id) for id in ground.facts.cases)
        export = {"kind": "cases", "format": "csv", "query": "queue=all", "purpose": "核对行数"}
        yield Count(
            "the rows of an export", name, "/api/v1/exports/", lambda answer: answer.json()["rows"], many, export
        )
    waiting = "/api/v1/exports/?box=waiting&limit=200"
    for name, asked in (("branch", ["kanarie-export-beijing-x"]), ("jinan", [])):
        yield Count("exports that wait for a decision", name, waiting, _purposes, asked)
    whole = ground.stage.scenes["chaoyang"].plain[2:4]
    path = f"/api/v1/cases/{ground.stage.scenes['chaoyang'].number}/disclosures"
    for name in ("outlet", "branch", "agent"):
        yield Count(
            "never in full", name, path, lambda answer: [each for each in whole if each in answer.text], [], REVEAL
        )


PERIOD = "from=2026-03-01&to=2026-03-31"
UNITS = f"/api/v1/reports/unit?{PERIOD}"
CODING = f"/api/v1/reports/coding?{PERIOD}"
REPORT = f"/api/v1/reports/detail?{PERIOD}"


def _numbers(answer: httpx.Response) -> list[str]:
    return sorted(each["number"] for each in answer.json()["items"])


def _units(answer: httpx.Response) -> list[str]:
    return sorted(re.findall(r'<option value="([0-9a-f-]{36})"', answer.text))


def _total(answer: httpx.Response) -> Any:
    return answer.json()["total"]["count"]


def _purposes(answer: httpx.Response) -> Any:
    """Of what the scene asked for; the counts here ask for more."""
    return [each["purpose"] for each in answer.json()["items"] if each["purpose"].startswith("kanarie")]


def _coded(answer: httpx.Response) -> Any:
    return max(axis["cases"]["count"] for axis in answer.json()["axes"])


@dataclass(frozen=True, slots=True)
class Sight:
    """The units that somebody sees, and the drafts of leavers that wait for him: asked of the services themselves,
    because behind the matrix no route leads there."""

    person: str

    async def faults(self, ground: Ground, watch: Watch) -> list[str]:
        person, facts = ground.stage.persons[self.person], ground.facts
        async with ground.stage.world.database.reading() as session:
            asking = of_user(await session.get_one(User, person.user_id))
            seen = await scope.scope_of(session, asking)
            waiting = await pooling.pooled(session, asking)
        got = (seen.everything, {unit for unit in facts.levels if seen.allows(unit)})
        expected = (facts.everything(person), {unit for unit in facts.levels if facts.reaches(person, unit)})
        found = [] if got == expected else ["sees other units than the oracle says"]
        near = (person.unit_id, *(expected[1] if person.roles & {"team_lead", "complaint_manager"} else ()))
        return found + ["is shown a draft of others" for draft in waiting if draft.pool_unit_id not in near]

    def __str__(self) -> str:
        return f"what is seen [{self.person}]"


def sights(ground: Ground) -> Iterator[Sight]:
    for person in ground.stage.persons.all.values():
        if person.is_staff:
            yield Sight(person.name)
