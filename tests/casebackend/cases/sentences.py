"""What must be true of a bank at random: of each accepted move, and of a case at any time (domain.md 5.5)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.audit.model import AuditEntry
from casebackend.cases import rules
from casebackend.cases.coding import DECIDED
from casebackend.cases.fields import CLASSIFICATION
from casebackend.cases.model import Case
from casebackend.cases.rules import Move, Status
from casebackend.clocks.rules import BY_LAW, SUPERVISION, last_day
from casebackend.conversations.rules import Channel
from casebackend.timeline.model import TimelineEntry

STILL = {Status.REPLIED, Status.FOLLOW_UP, Status.CLOSED, Status.ARCHIVED, Status.WITHDRAWN, Status.MERGED}


async def hold_true(
    session: Any, before: dict[str, Any], after: dict[str, Any], command: MoveCase, actor: Principal, now: datetime
) -> None:
    """The sentences, each about one accepted move."""
    status, move = Status(after["status"]), command.move
    if (before["status"], before["version"]) != (after["status"], after["version"]):
        chain = select(AuditEntry).where(AuditEntry.chain == f"case:{after['id']}").order_by(AuditEntry.seq.desc())
        audited = next(link for link in await session.scalars(chain.limit(20)) if "version" in link.detail)
        written = select(TimelineEntry).where(TimelineEntry.case_id == after["id"], TimelineEntry.actor == actor.actor)
        entry = await session.scalar(written.order_by(TimelineEntry.seq.desc()).limit(1))
        assert audited.actor == actor.actor, "who did it is not signed"
        assert entry is not None, "who did it is not written down"
        assert entry.at == now, "when it was done is not written down"
        assert audited.detail["version"] == after["version"]
    hold_still(before, after)
    if move is Move.REPLY and status is Status.REPLIED:
        due = max(due for kind, due in before["running"] if kind in BY_LAW)
        assert after["replied_at"] < due or after["overdue_reason"], "late without a reason"
        assert after["reply_text"]
    if move in (Move.APPROVE_OPINION, Move.APPROVE_REPLY):
        assert actor.user_id not in (before["handler_id"], before["signed_by"]), "somebody approved his own work"
    decided_by_chain(before, after, move, actor)
    if move is Move.SUSPEND:
        assert command.appraisal_id is not None, "the limit of law was stopped without a paper"
    if move is Move.ACCEPT:
        assert actor.actor != before["creator"], "who registered it accepted it"
    if before["channel"] == Channel.REGULATOR:
        assert status is not Status.VOIDED, "a regulator's case was voided"
        if status in (Status.REPLIED, Status.FOLLOW_UP, Status.CLOSED):
            assert after["closing_info"], "a regulator's case was answered without closing information"
    if status is Status.MERGED and move is Move.MERGE:
        master = await session.get_one(Case, after["master_id"])
        assert (master.customer_id, master.unit_id) == (after["customer_id"], after["unit_id"])
        assert Status(master.status) in rules.OPEN, "merged into a case that is not open"
    if move is Move.WITHDRAW and status is Status.WITHDRAWN:
        assert before["received_at"] <= after["closed_at"] <= now


def decided_by_chain(before: dict[str, Any], after: dict[str, Any], move: Move, actor: Principal) -> None:
    if after["status"] == Status.VOIDED:
        assert before["void_requested_by"] not in (None, actor.actor), "one person alone voided a case"
    signs = (before["profile"], before["kind"], before["matter_type"]) == ("four_step", "first", "complaint")
    if move is Move.SIGN:
        assert signs, "a signature that nobody asked for"
        assert actor.user_id not in (before["handler_id"], before["judged_by"]), "somebody signed his own proposal"
        assert after["signed_by"] == actor.user_id
    if move is Move.APPROVE_OPINION and signs:
        assert before["signed_by"] is not None, "the auditors decided before anybody had signed"
    if move is Move.APPROVE_REPLY and (before["severity"] != "一般投诉" or before["source"] == "regulator"):
        assert "approver" in actor.roles, "the branch finished what head office has to look at"


def hold_still(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What is true of a case at any time, whatever was done last."""
    status = Status(after["status"])
    running = [(kind, due) for kind, due in after["running"] if kind != SUPERVISION]
    legal = [due for kind, due in running if kind in BY_LAW]
    assert not (status in STILL and running), "a clock runs although the duty is met"
    assert not (status is Status.SUSPENDED and legal), "the clock of law runs during the appraisal"
    if status in rules.OPEN - STILL - {Status.SUSPENDED}:
        assert len(legal) == 1, "not exactly one legal clock runs"
        assert after["promised_on"] == last_day(legal[0]), "the promised day is not that of the clock"
    waits = status in (Status.PROPOSED, Status.CLOSURE_REVIEW)
    assert (after["awaits"] is not None) is waits, "nobody knows whose decision it waits for"
    assert after["awaits"] != "department_head" or after["awaits_unit_id"], "nobody knows the head of which unit"
    if before["status"] == after["status"] and status in DECIDED:
        assert [after[axis] for axis in CLASSIFICATION] == [before[axis] for axis in CLASSIFICATION]
    assert after["number"] == before["number"]
    assert after["received_at"] == before["received_at"]
    assert after["version"] >= before["version"]
