"""Candidates are made when a complaint is closed, and decided by curators."""

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.attachments.holds import is_held
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.candidates import errors, finders
from casebackend.candidates.knowing import known, unit_of
from casebackend.candidates.model import Candidate
from casebackend.candidates.queries import PRECEDENTS, held_by, k_of
from casebackend.candidates.redaction import redacted
from casebackend.candidates.rules import RESULTS, Refusal, State, band, rare, topic_of
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.curation import requests
from casebackend.curation import service as curation
from casebackend.curation.model import Article, ChangeRequest
from casebackend.customers.personal import tokenise
from casebackend.database import locked
from knowledge.articles import Audience, Kind

CHAIN = "knowledge"
ENDED = frozenset({Status.CLOSED, Status.ARCHIVED})
COMPLAINT = "complaint"
PAID = re.compile(r"(?:退还|退回|返还|赔偿|补偿|赔付|减免|返现|补发)[^。；;，,]{0,20}?$")
TEXTS = ("facts", "demand", "result")
BRANCH = "疑难解答/典型案例"
TITLE_DEMAND = 40


def suits(case: Case) -> bool:
    """A complaint that is over and whose outcome was told to the customer."""
    told = case.replied_at is not None and bool(case.reply_text)
    return case.matter_type == COMPLAINT and case.status in ENDED and told


def texts_of(case: Case) -> dict[str, str]:
    return {"facts": case.facts, "demand": case.demand, "result": case.reply_text or ""}


async def make(session: AsyncSession, case: Case, *, now: datetime) -> Candidate:
    """Anew where there is one: a complaint that was taken up again has another outcome. A decision on it stands."""
    texts = texts_of(case)
    done = redacted(texts, await known(session, case, texts))
    row = await session.scalar(select(Candidate).where(Candidate.case_id == case.id))
    row = row or Candidate(case_id=case.id, state=State.NEW, row_version=0)
    row.facts, row.demand, row.result = (done.texts[name] for name in TEXTS)
    row.report = done.report()
    row.category, row.cause = case.category_b, case.cause_c
    row.topic = topic_of(case.category_b, case.cause_c)
    row.outcome, row.amount_band = case.validity, band(case.amount) or ""
    row.compensation_band = band(compensation(texts["result"]))
    ended = case.replied_at or now
    row.days = (local_date(ended) - local_date(case.received_at)).days
    row.unit_id, row.month = unit_of(case), local_date(ended).strftime("%Y-%m")
    row.made_at = now
    row.row_version += 1
    session.add(row)
    await session.flush()
    await editions.changed(session, PRECEDENTS)
    return row


def compensation(result: str) -> Decimal | None:
    """The largest amount that the answer says was given back or paid. There is no ledger of it in a complaint."""
    found = [amount for start, amount in finders.sums(result) if PAID.search(result[:start])]
    return max(found, default=None)


async def withdraw(session: AsyncSession, case: Case) -> None:
    """Taken up again: its outcome stands no more. What was decided stays as a record."""
    row = await session.scalar(select(Candidate).where(Candidate.case_id == case.id, Candidate.state == State.NEW))
    if row is not None:
        await session.delete(row)
        await session.flush()
        await editions.changed(session, PRECEDENTS)


async def forget(session: AsyncSession, case_ids: Collection[UUID], now: datetime) -> None:
    """The time of these cases is over: nothing leads back to them. What nobody wanted as an entry loses its words."""
    k = await k_of(session, now)
    held = await held_by(session)
    rows = (await session.scalars(select(Candidate).where(Candidate.case_id.in_(case_ids)))).all()
    for row in rows:
        if rare(combination(row), held, k):
            row.month = None
        row.case_id = row.unit_id = None
        row.report = {name: value for name, value in row.report.items() if name != "places"}
        if row.state == State.REJECTED:
            row.facts = row.demand = row.result = ""
        row.row_version += 1
    if rows:
        await session.flush()
        await editions.changed(session, PRECEDENTS)


def combination(row: Candidate) -> tuple[str, str, str, str]:
    return str(row.unit_id or ""), row.category, row.month or "", row.amount_band


async def hold(session: AsyncSession, candidate_id: UUID) -> Candidate:
    found = await locked(session, Candidate, candidate_id)
    if found is None:
        raise errors.CandidateNotFound
    return found


async def reject(
    session: AsyncSession, row: Candidate, refusal: Refusal, reason: str, *, by: Principal, now: datetime
) -> None:
    """`row` is held. Personal values in the reason are lost: a refusal needs none."""
    _require_new(row)
    if not reason.strip():
        raise errors.RefusalReasonMissing
    row.refusal, row.reason = refusal, tokenise(reason.strip()).text
    await _decided(session, row, State.REJECTED, by=by, now=now, refusal=refusal.value)


async def to_draft(session: AsyncSession, row: Candidate, *, by: Principal, now: datetime) -> Article:
    """`row` is held."""
    await _require_usable(session, row)
    made = await curation.draft(session, _fields(row), by=by, origin="candidate", origin_id=row.id, now=now)
    row.article_id = made.id
    await _decided(session, row, State.DRAFTED, by=by, now=now, article_id=made.id)
    return made


async def merge(
    session: AsyncSession, row: Candidate, article_id: str, note: str, *, by: Principal, now: datetime
) -> ChangeRequest:
    """Into an entry that there is: as a change request, so that whoever keeps the entry decides on the words."""
    await _require_usable(session, row)
    text = "\n".join(filter(None, (note.strip(), "请并入下列已脱敏的典型案例：", _told(row))))
    made = await requests.request_change(session, article_id, text, "已办结投诉（已脱敏）", by, now)
    row.article_id = article_id
    await _decided(session, row, State.MERGED, by=by, now=now, article_id=article_id)
    return made


def _require_new(row: Candidate) -> None:
    if row.state != State.NEW:
        raise errors.CandidateDecided


async def _require_usable(session: AsyncSession, row: Candidate) -> None:
    _require_new(row)
    if await is_held(session, row.case_id):
        raise errors.CandidateHeld


async def _decided(
    session: AsyncSession, row: Candidate, state: State, *, by: Principal, now: datetime, **detail: object
) -> None:
    row.state, row.decided_by, row.decided_at = state, by.user_id, now
    row.row_version += 1
    await session.flush()
    await editions.changed(session, PRECEDENTS)
    await audit.record(
        session, chain=CHAIN, event=f"candidate.{state}", actor=by.actor, object=f"candidate:{row.id}", now=now,
        detail=detail,
    )  # fmt: skip


def _told(row: Candidate) -> str:
    outcome = RESULTS.get(row.outcome or "", "未认定")
    return f"【事实】{row.facts}\n【诉求】{row.demand}\n【结果】{outcome}。{row.result}"


def _fields(row: Candidate) -> dict[str, object]:
    """The title tells it from the other cases of its topic: two entries are not asked by one title."""
    return {
        "kind": Kind.CASE,
        "branch": BRANCH,
        "title": f"{row.category}：{row.cause}（{' '.join(row.demand.split())[:TITLE_DEMAND]}）",
        "text": _told(row),
        "questions": [row.demand[:100]],
        "source": "已办结投诉（已脱敏）",
        "audience": Audience.INTERNAL,
    }
