"""What must be true of a bank at random, after each accepted step: domain.md 5.5, a line each.

5.5.1 in time or with a reason: `answered_in_time`
5.5.2 the reviewer is not the creator, nobody decides on his own work: `decided_by_another`; recusal, and the second
      complaint in other hands: `by_the_right_person`, `states.in_right_hands`; 核查 disjoint from the handlers:
      `reviewed_by_another`
5.5.3 no transition without its audit row, with actor, organisation, time, from, to, reason, before and after: `written`
5.5.4 what is the regulator's: `of_the_regulator` (no second complaint: `deeds.open_second`)
5.5.5 merging is acyclic and unmerging restores: `merging_makes_no_circle`, `as_before_merging`; urging only while open:
      `urged_only_in_process`; an edit leaves a signed correction: `corrections`
Besides: each matter goes its own way, `of_its_matter`, and runs its own limit, `states.clocks`; a withdrawal
counts from the customer's word, `effective`; who finds the bank answerable names the unit, `names_the_unit`; the
answer tells what was decided, `answered_in_time`; what is true at any time stands in `states`, what belongs to one
deed in `deeds`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.audit.model import AuditEntry
from casebackend.cases import rules
from casebackend.cases.fields import CLASSIFICATION
from casebackend.cases.model import CaseChange
from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.clocks.rules import BY_LAW
from casebackend.conversations.rules import Channel
from casebackend.reviews.model import Review
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases import states
from tests.casebackend.cases.ledger import Ledger
from tests.casebackend.cases.states import Row
from tests.casebackend.cases.walks import NOT_OF_SHORT, SHORT

URGED = {
    "pending_review", "accepted", "dispatched", "investigating", "countersign", "suspended", "proposed",
    "closure_review", "reply_pending", "replied", "follow_up",
}  # fmt: skip
# Whoever has to stay away may still give a case out of his hands.
OUT_OF_HIS_HANDS = {Move.SEND_BACK, Move.TRANSFER, Move.REPORT_UP}
TELLS_DECISION = {"complaint", "objection", "petition"}
SIGNED = ("severity", "matter_type", "unit_id", *CLASSIFICATION)


async def hold_true(
    session: Any, ledger: Ledger, before: Row, after: Row, command: MoveCase, actor: Principal, now: datetime
) -> None:
    """Each about one accepted move."""
    move = command.move
    await written(session, before, after, command, actor, now)
    states.hold_still(ledger, before, after)
    urged_only_in_process(before, after, urged=False)
    by_the_right_person(ledger, before, move, actor)
    answered_in_time(before, after, move)
    decided_by_another(before, after, command, actor)
    names_the_unit(ledger, before, after, move)
    of_its_matter(before, move)
    of_the_regulator(ledger, before, after, move)
    if move is Move.ACCEPT and before["id"] in ledger.proxies and actor.user_id is not None:
        papers = ledger.papers[before["id"]]
        assert papers >= {"authorisation", "agent_id"}, "accepted from a proxy without his papers (令3号 Art. 14)"
    if move is Move.MERGE and after["status"] == Status.MERGED:
        master = ledger.rows[after["master_id"]]
        assert (master["customer_id"], master["unit_id"]) == (after["customer_id"], after["unit_id"])
        assert master["matter_type"] == after["matter_type"], "merged into another matter"
        assert Status(master["status"]) in rules.OPEN, "merged into a case that is not open"


async def written(session: Any, before: Row, after: Row, command: MoveCase, actor: Principal, now: datetime) -> None:
    """5.5.3: who, of which organisation, when, from where to where, why; and what it changed."""
    if (before["status"], before["version"]) == (after["status"], after["version"]):
        return
    chain = select(AuditEntry).where(AuditEntry.chain == f"case:{after['id']}").order_by(AuditEntry.seq.desc())
    audited = next(link for link in await session.scalars(chain.limit(20)) if "version" in link.detail)
    mine = select(TimelineEntry).where(TimelineEntry.case_id == after["id"], TimelineEntry.actor == actor.actor)
    entry = await session.scalar(mine.order_by(TimelineEntry.seq.desc()).limit(1))
    assert audited.actor == actor.actor, "who did it is not signed"
    assert entry is not None, "who did it is not written down"
    assert entry.at == now, "when it was done is not written down"
    assert audited.at == now, "when it was done is not signed"
    assert audited.detail["version"] == after["version"]
    ours = str(actor.organisation_id) if actor.organisation_id else None
    assert audited.detail["organisation"] == ours, "for which organisation is not signed"
    assert not command.opinion or entry.opinion or entry.detail, "why it was done is not written down"
    if command.move is Move.VOID and before["status"] == after["status"]:
        return  # asked for by the first of two
    way = {"move": command.move, "from": before["status"], "to": after["status"]}
    assert {name: audited.detail[name] for name in way} == way, "from where to where is not signed"
    assert (entry.move, entry.from_status, entry.to_status) == tuple(way.values()), "the way is not written down"
    changed = {axis for axis in CLASSIFICATION if before[axis] != after[axis]}
    assert changed <= set(audited.detail["fields"]), "what changed is not signed"


def by_the_right_person(ledger: Ledger, before: Row, move: Move, actor: Principal) -> None:
    """5.5.2: who has to stay away does nothing but give it away; a second complaint is in other hands."""
    if move not in OUT_OF_HIS_HANDS:
        assert not ledger.stays_away(before["id"], actor.user_id), "a recused person made a move"
    if not LIFECYCLE[Status(before["status"]), move].by.isdisjoint((rules.HANDLER, rules.HEAD)):
        assert actor.user_id not in ledger.of_first(before["id"]), "the first handler handled the second complaint"


async def reviewed_by_another(session: Any, ledger: Ledger, case: Row, actor: Principal) -> None:
    """5.5.2: 核查 by people who took no part; that nobody stands above head office is said by anybody."""
    newest = select(Review).where(Review.case_id == case["id"]).order_by(Review.applied_at.desc()).limit(1)
    review = (await session.scalars(newest)).one()
    if review.reviewing_unit_id is not None:
        assert actor.user_id not in ledger.handlers[case["id"]], "a handler reviewed his own case"
        assert actor.actor != case["creator"], "who registered a case reviewed it"
        assert review.reviewer_id in (None, actor.user_id), "a review was in two hands"


def answered_in_time(before: Row, after: Row, move: Move) -> None:
    """5.5.1, and what ends a case by the customer's word counts from that word (令3号 Art. 15)."""
    status = after["status"]
    if move is Move.REPLY and status == Status.REPLIED:
        due = max((due for kind, due in before["running"] if kind in BY_LAW), default=None)
        assert due is None or after["replied_at"] < due or after["overdue_reason"], "late without a reason"
        assert after["reply_text"]
        decided = before["proposal"] and before["judgement_reviewed_by"] and before["matter_type"] in TELLS_DECISION
        assert not decided or "处理意见：" in after["reply_text"], "answered without what was decided"


def effective(before: Row, after: Row, command: MoveCase, said: datetime | None, now: datetime) -> None:
    """A withdrawal ends the case when the customer's word came in, whenever somebody writes it down."""
    if command.move is Move.WITHDRAW and after["status"] == Status.WITHDRAWN:
        assert before["received_at"].replace(second=0, microsecond=0) <= after["closed_at"] <= now
        assert after["closed_at"] == (said or command.requested_at), "a withdrawal counts from another time"


def decided_by_another(before: Row, after: Row, command: MoveCase, actor: Principal) -> None:
    """5.5.2: nobody accepts, signs, approves or voids what is his own."""
    move = command.move
    if after["status"] == Status.VOIDED:
        own_draft = (before["status"], before["creator"]) == (Status.DRAFT, actor.actor)
        assert own_draft or before["void_requested_by"] not in (None, actor.actor), "one person alone voided a case"
    if move is Move.ACCEPT:
        assert actor.actor != before["creator"], "who registered it accepted it"
    if move is Move.SUSPEND:
        assert command.appraisal_id is not None, "the limit of law was stopped without a paper"
        assert actor.user_id != before["handler_id"], "a handler stopped his own limit of law"
    signs = (before["profile"], before["kind"], before["matter_type"]) == ("four_step", "first", "complaint")
    if move is Move.SIGN:
        assert signs, "a signature that nobody asked for"
        assert actor.user_id not in (before["handler_id"], before["judged_by"]), "somebody signed his own proposal"
        assert after["signed_by"] == actor.user_id
    if move in (Move.APPROVE_OPINION, Move.APPROVE_REPLY):
        assert actor.user_id not in (before["handler_id"], before["signed_by"]), "somebody approved his own work"
    if move is Move.APPROVE_OPINION and signs:
        assert before["signed_by"] is not None, "the auditors decided before anybody had signed"
    if move is Move.APPROVE_REPLY and (before["severity"] != "一般投诉" or before["source"] == "regulator"):
        assert "approver" in actor.roles, "the branch finished what head office has to look at"


def names_the_unit(ledger: Ledger, before: Row, after: Row, move: Move) -> None:
    """A unit that is named is not changed by the handler; one that a proposal named goes when that comes back."""
    named, stood = after["responsible_unit_id"], before["responsible_unit_id"]
    if move is Move.PROPOSE:
        answerable = after["responsible"] in ("responsible", "partly")
        assert named or not answerable, "the bank is answerable and no unit of it"
        assert stood in (None, named), "the handler changed the unit that is answerable"
    proposed = ledger.units_proposed.get(before["id"])
    if proposed is not None and (move is Move.RETURN_FOR_REWORK or after["responsible"] == "not_responsible"):
        assert named != proposed, "nobody is found answerable, and the unit of a former proposal stands"


def of_its_matter(before: Row, move: Move) -> None:
    """What is only answered is neither judged nor countersigned, paused, reopened; the regulator's goes all the way."""
    if before["matter_type"] in SHORT and before["channel"] != Channel.REGULATOR:
        assert move not in NOT_OF_SHORT, "a matter went a way that is not its own"


def of_the_regulator(ledger: Ledger, before: Row, after: Row, move: Move) -> None:
    """5.5.4."""
    if before["channel"] != Channel.REGULATOR:
        return
    assert after["status"] != Status.VOIDED, "a regulator's case was voided"
    assert after["kind"] == "first", "a regulator's case became a second complaint"
    if after["status"] in (Status.REPLIED, Status.FOLLOW_UP, Status.CLOSED):
        assert after["closing_info"], "a regulator's case was answered without closing information"
    if move is Move.MERGE:
        assert ledger.rows[after["master_id"]]["channel"] == Channel.REGULATOR, "merged away from the regulator"


def merging_makes_no_circle(ledger: Ledger) -> None:
    """5.5.5, over all cases of the bank."""
    for row in ledger.rows.values():
        assert (row["status"] != Status.MERGED) or row["master_id"], "merged into nothing"
        way = ledger.masters(row["id"])
        assert len(set(way)) == len(way), "merging made a circle"


def as_before_merging(ledger: Ledger, after: Row) -> None:
    """5.5.5: what is taken out again stands for itself and has the limit of law that it had."""
    assert (after["master_id"], after["closed_at"]) == (None, None), "taken out, a case still points to its master"
    legal = [due for kind, due in after["running"] if kind in BY_LAW]
    former = ledger.before_merging.pop(after["id"], [])
    assert not former or legal == former, "taken out of a merger, a case has another limit of law"


def urged_only_in_process(before: Row, after: Row, *, urged: bool) -> None:
    """5.5.5."""
    if urged:
        assert before["status"] in URGED, "urged although nobody works on it"
    assert after["urge_count"] == before["urge_count"] + urged, "urging was not counted once"


async def corrections(session: Any, before: Row, after: Row, actor: Principal, now: datetime) -> None:
    """5.5.5: what a report counts by is never changed without a signed row that says what it was. (Reports are counted
    anew, there is no month that is closed.)"""
    changed = {name for name in SIGNED if before[name] != after[name]}
    if changed:
        rows = select(CaseChange.field, CaseChange.actor).where(CaseChange.case_id == after["id"], CaseChange.at == now)
        signed = {name for name, signer in await session.execute(rows) if signer == actor.actor}
        assert changed <= signed, f"changed without a signed correction: {sorted(changed - signed)}"
