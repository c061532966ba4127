"""What somebody at random would choose: who, where, and what leads a case onward."""

from typing import Any
from uuid import UUID

from casebackend.access.principal import Principal
from casebackend.cases.filing import CUSTOMER, SYSTEM
from casebackend.cases.rules import LIFECYCLE, UNANSWERED, Move, Status, moves_from
from tests.casebackend.cases import deeds
from tests.casebackend.cases.deeds import DEEDS, FOLLOWS, Deed
from tests.casebackend.cases.ledger import Ledger
from tests.casebackend.cases.walks import NOT_OF_SHORT, SHORT, Bank

AT_THE_DESKS = ("agent", "lead", "supervisor", "outlet", "branch", "auditor", "executive")
BACKWARD = {
    Move.VOID,
    Move.WITHDRAW,
    Move.MERGE,
    Move.EDIT,
    Move.DECLINE,
    Move.ARCHIVE,
    Move.RETURN_TO_DRAFT,
    Move.SEND_BACK,
}
SENSIBLE = frozenset(DEEDS) - deeds.SELDOM


class Choices:
    """`cases`: those there are; `asked`: for each deed where it was done."""

    bank: Bank
    ledger: Ledger
    cases: list[UUID]
    asked: dict[Deed, list[UUID]]

    def onward(self, case: dict[str, Any]) -> list[Move]:
        open_here = moves_from(Status(case["status"])) or list(Move)
        foolish = BACKWARD | (NOT_OF_SHORT if case["matter_type"] in SHORT else set())
        return [move for move in open_here if move not in foolish] or open_here

    def is_sensible(self, deed: Deed) -> bool:
        return deed in SENSIBLE and (deed not in FOLLOWS or bool(self.asked.get(FOLLOWS[deed])))

    def cases_for(self, deed: Deed, folly: int) -> list[UUID]:
        if folly > 16:
            return self.cases
        asked = self.asked.get(FOLLOWS[deed], []) if deed in FOLLOWS else self.cases
        sensible = [each for each in asked if deeds.WHERE.get(deed, bool)(self.ledger.rows[each])]
        return sensible or asked or self.cases

    def near(self, deed: Deed, case_id: UUID, folly: int) -> list[Principal]:
        """Who does such a thing, who has the case in hand, or those who work on cases at all."""
        named = deeds.WHO.get(deed, AT_THE_DESKS)
        handler = self.ledger.rows[case_id]["handler_id"]
        if folly < 6 and deed not in deeds.WHO and handler is not None:
            return [each for each in self.bank.staff if each.user_id == handler]
        return [each for each in self.bank.staff if each.name in named]

    def mates(self, case_id: UUID) -> list[UUID]:
        """Those of the same customer and matter that are not answered yet."""
        rows = self.ledger.rows
        same = [each for each in self.cases if each != case_id and rows[each]["status"] in UNANSWERED]
        whose = rows[case_id]["customer_id"], rows[case_id]["matter_type"]
        return [each for each in same if (rows[each]["customer_id"], rows[each]["matter_type"]) == whose]

    def everybody(self) -> list[Principal]:
        return [*self.bank.staff, CUSTOMER, SYSTEM]

    def able(self, status: Status, move: Move) -> list[Principal]:
        arrow = LIFECYCLE.get((status, move))
        return [each for each in self.everybody() if arrow and arrow.by & each.roles] or self.everybody()
