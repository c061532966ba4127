"""Who may see what, worked out by brute force from the rows of the database, apart from the code that decides it."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from casebackend.cases.model import Case, CaseParticipant
from casebackend.conversations.model import Conversation
from casebackend.organisations.model import Organisation
from casebackend.reviews.model import Review
from casebackend.tasks.model import Task
from tests.casebackend.access.persons import Person
from tests.world import World

NO_CASES = {"system_admin", "security_admin", "audit_admin", "curator"}
BY_DUTY = {"team_lead", "department_head", "complaint_manager", "auditor", "executive"}
OVER = {"closed", "archived", "withdrawn", "merged", "declined", "voided"}
OF_A_BRANCH = {"branch", "subbranch", "outlet"}


@dataclass(slots=True)
class Facts:
    parents: dict[UUID, UUID | None] = field(default_factory=dict)
    levels: dict[UUID, str] = field(default_factory=dict)
    cases: dict[UUID, Case] = field(default_factory=dict)
    took_part: set[tuple[UUID, UUID]] = field(default_factory=set)
    asked: dict[UUID, list[tuple[UUID | None, UUID | None]]] = field(default_factory=lambda: defaultdict(list))
    reviewing: dict[UUID, list[UUID | None]] = field(default_factory=lambda: defaultdict(list))
    talks: set[UUID] = field(default_factory=set)

    @classmethod
    async def read(cls, world: World) -> "Facts":
        facts = cls()
        async with world.database.reading() as session:
            for unit in await session.scalars(select(Organisation)):
                facts.parents[unit.id], facts.levels[unit.id] = unit.parent_id, unit.level
            facts.cases = {case.id: case for case in await session.scalars(select(Case))}
            rows = await session.execute(select(CaseParticipant.case_id, CaseParticipant.user_id))
            facts.took_part = {(row[0], row[1]) for row in rows}
            for task in await session.scalars(select(Task).where(Task.state != "cancelled")):
                facts.asked[task.case_id].append((task.unit_id, task.user_id))
            for review in await session.scalars(select(Review)):
                facts.reviewing[review.case_id].append(review.reviewing_unit_id)
            facts.talks = set(await session.scalars(select(Conversation.id)))
        return facts

    def above(self, unit: UUID | None) -> list[UUID]:
        line: list[UUID] = []
        while unit is not None:
            line.append(unit)
            unit = self.parents.get(unit)
        return line

    def works_on_cases(self, person: Person) -> bool:
        return bool(person.roles - NO_CASES)

    def everything(self, person: Person) -> bool:
        root = person.root_id
        if not self.works_on_cases(person) or root is None:
            return False
        return all(self.levels[unit] not in OF_A_BRANCH for unit in self.above(root))

    def reaches(self, person: Person, unit: UUID | None) -> bool:
        """The unit lies at or under the root of what this person sees."""
        if not self.works_on_cases(person) or person.root_id is None or unit is None:
            return False
        return self.everything(person) or person.root_id in self.above(unit)

    def sees(self, person: Person, case_id: UUID) -> bool:
        if not person.is_staff:
            return True
        case, me = self.cases[case_id], person.user_id
        asked = any(self.reaches(person, unit) or who == me for unit, who in self.asked[case_id])
        near = self.reaches(person, case.unit_id) or self.reaches(person, case.handling_unit_id)
        own = self.works_on_cases(person) and (me in (case.handler_id, case.assignee_id) or asked)
        if not (self.everything(person) or near or own):
            return False
        if person.roles & BY_DUTY or case.status not in OVER:
            return True
        came_here = self.reaches(person, case.receiving_unit_id) or case.receiving_unit_id == person.unit_id
        return case.handler_id == me or (case_id, me) in self.took_part or ("intake" in person.roles and came_here)

    def sees_review(self, person: Person, case_id: UUID) -> bool:
        """Also whoever works for the organisation that reviews."""
        units = {person.unit_id}
        if person.unit_id is not None and self.levels[person.unit_id] == "department":
            units.add(self.parents[person.unit_id])
        return self.sees(person, case_id) or any(unit in units for unit in self.reviewing[case_id] if unit)

    def hears(self, person: Person, case_id: UUID) -> bool:
        """What was said of a case: also of one that is over, in the units that had it."""
        case = self.cases[case_id]
        near = self.reaches(person, case.unit_id) or self.reaches(person, case.handling_unit_id)
        return near or self.sees(person, case_id)

    def sees_talk(self, person: Person, conversation_id: UUID) -> bool:
        if not person.is_staff or self.everything(person):
            return True
        of = [case for case in self.cases.values() if case.conversation_id == conversation_id]
        return any(self.reaches(person, case.unit_id) or self.reaches(person, case.handling_unit_id) for case in of)
