"""What is true of a case of a bank at random at any time, whatever was done last (see `sentences`)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from casebackend.cases import rules
from casebackend.cases.coding import DECIDED
from casebackend.cases.fields import CLASSIFICATION
from casebackend.cases.rules import Status
from casebackend.clocks.rules import PETITION_TELL, SUPERVISION, SUSPENSION, is_promise, last_day
from tests.casebackend.cases.ledger import Ledger

type Row = dict[str, Any]

STILL = {Status.REPLIED, Status.FOLLOW_UP, Status.CLOSED, Status.ARCHIVED, Status.WITHDRAWN, Status.MERGED}
# Which limit a matter runs; a consumer complaint alone that of law.
PROMISES = {
    "complaint": {"l1", "l2", "l3"}, "enquiry": {"matter.enquiry"}, "suggestion": {"matter.suggestion"},
    "praise": set(), "objection": {"matter.objection"}, "report": {"matter.report"},
    "personal_info": {"matter.personal_info"},
    "petition": {"matter.petition_tell", "matter.petition", "matter.petition_extended"},
}  # fmt: skip


def hold_still(ledger: Ledger, before: Row, after: Row) -> None:
    """What is true of a case at any time, whatever was done last."""
    clocks(after)
    expected_back(after)
    in_right_hands(ledger, before, after)
    status = Status(after["status"])
    of_a_group(after)
    waits = status in (Status.PROPOSED, Status.CLOSURE_REVIEW)
    assert (after["awaits"] is not None) is waits, "nobody knows whose decision it waits for"
    assert after["awaits"] != "department_head" or after["awaits_unit_id"], "nobody knows the head of which unit"
    if before["status"] == after["status"] and status in DECIDED:
        assert [after[axis] for axis in CLASSIFICATION] == [before[axis] for axis in CLASSIFICATION]
    assert after["number"] == before["number"]
    assert after["received_at"] == before["received_at"]
    assert after["version"] >= before["version"]


def in_right_hands(ledger: Ledger, before: Row, after: Row) -> None:
    """5.5.2, of whom a case is in the hands of: also where somebody gave it to him."""
    for role in ("handler_id", "assignee_id"):
        whom = after[role]
        if whom is not None and whom != before[role]:
            assert whom not in ledger.of_first(after["id"]), "the first handler got the second complaint"
            assert not ledger.stays_away(after["id"], whom), "somebody got a case that he has to stay away from"


def expected_back(after: Row) -> None:
    """What waits for an appraisal has a day, and a clock that says when it has come; what goes on has neither."""
    waits = after["status"] == Status.SUSPENDED
    assert (after["expected_back_on"] is not None) is waits, "a suspended case that nobody expects back"
    days = [last_day(due) for kind, due in after["running"] if kind == SUSPENSION]
    assert days == ([after["expected_back_on"]] if waits else []), "the day on which it is expected back has no clock"


def out_of_his_hands(ledger: Ledger, after: Row) -> None:
    """5.5.2, right after somebody declared a conflict or was named: who handled what is answered stays known."""
    if Status(after["status"]) in rules.OPEN - {Status.REPLIED, Status.FOLLOW_UP}:
        for role in ("handler_id", "assignee_id"):
            assert not ledger.stays_away(after["id"], after[role]), (
                "somebody keeps a case that he has to stay away from"
            )


def of_a_group(after: Row) -> None:
    """令3号 Art. 29: many people together are a grave matter, whoever counted them."""
    assert after["group_size"] < 20 or after["severity"] != "一般投诉", "a group of twenty is treated as ordinary"


def clocks(after: Row) -> None:
    """A complaint in process has one limit of law, another matter the one of its own, praise none; the day that was
    promised is that of the limit. Until a petitioner was told in writing, that duty runs beside it, in a pause too."""
    status, matter = Status(after["status"]), after["matter_type"]
    running = [(kind, due) for kind, due in after["running"] if kind != SUPERVISION]
    promises = _promises(running)
    assert not (status in STILL and running), "a clock runs although the duty is met"
    assert not (status is Status.SUSPENDED and promises.keys() - {PETITION_TELL}), "the limit runs during the appraisal"
    assert promises.keys() <= PROMISES[matter], f"a limit of another matter runs: {matter} {sorted(promises)}"
    if status in rules.OPEN - STILL - {Status.SUSPENDED}:
        assert len(promises) == (1 if PROMISES[matter] else 0), f"not exactly its own limit runs: {sorted(promises)}"
        for due in promises.values():
            assert after["promised_on"] == last_day(due), "the promised day is not that of the clock"


def _promises(running: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    found = {kind: due for kind, due in running if is_promise(kind)}
    return {kind: due for kind, due in found.items() if kind != PETITION_TELL} or found
