"""What must always hold, as sentences about what does not: `python -m casebackend check`, and after every fault."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.attachments import checking as attachments
from casebackend.audit import verifying as audit
from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case, CaseCounter
from casebackend.cases.queries import undelivered
from casebackend.cases.rules import INITIAL, LIFECYCLE, Move, Status
from casebackend.cases.words import NUMBERING, TS, NumberPattern
from casebackend.clocks.model import Timer
from casebackend.clocks.rules import BY_LAW
from casebackend.conversations.model import Delivery, Turn
from casebackend.conversations.rules import DeliveryState, TurnState
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import DraftState
from casebackend.families.model import CaseLink
from casebackend.families.rules import LinkKind
from casebackend.leader import LeaderLease
from casebackend.notices.model import Notice
from casebackend.outbox.model import OutboxMessage
from casebackend.registration.model import Registration
from casebackend.reviews.model import Review
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind

OVERTIME = timedelta(minutes=5)
LEGAL_STOPPED = {
    Status.DECLINED, Status.REPLIED, Status.FOLLOW_UP, Status.CLOSED, Status.ARCHIVED, Status.WITHDRAWN,
    Status.MERGED, Status.VOIDED, Status.SUSPENDED,
}  # fmt: skip

type Check = Callable[[AsyncSession, datetime], Awaitable[list[str]]]


async def drafts_and_cases(session: AsyncSession, now: datetime) -> list[str]:
    """I1, I2: a filed draft has its case, and no case is without its draft or its first complaint."""
    broken = []
    cases = {case_id: draft_id for case_id, draft_id in await session.execute(select(Case.id, Case.draft_id))}
    drafts = {row.id: row for row in await session.execute(select(Draft.id, Draft.state, Draft.case_id))}
    for draft in drafts.values():
        if draft.state == DraftState.FILED and draft.case_id not in cases:
            broken.append(f"已提交的草稿 {draft.id} 没有投诉单")
        if draft.state != DraftState.FILED and draft.case_id is not None:
            broken.append(f"草稿 {draft.id} 未提交却指向投诉单")
    for case_id, draft_id in cases.items():
        if draft_id is not None and (draft_id not in drafts or drafts[draft_id].case_id != case_id):
            broken.append(f"投诉单 {case_id} 与草稿 {draft_id} 不对应")
    registered = select(Registration.case_id).where(Registration.case_id.is_not(None))
    split_off = select(CaseLink.case_id).where(CaseLink.kind == LinkKind.SPLIT_FROM)
    orphans = await session.scalars(
        select(Case.number).where(
            Case.draft_id.is_(None), Case.parent_id.is_(None), Case.id.not_in(registered), Case.id.not_in(split_off)
        )
    )
    broken += [f"投诉单 {number} 既无草稿、登记，也无首次投诉，亦非拆分而来" for number in orphans]
    return broken


async def numbers(session: AsyncSession, now: datetime) -> list[str]:
    """I2: no number beyond its day's counter."""
    last = {f"{day:%Y%m%d}": count for day, count in await session.execute(select(CaseCounter.day, CaseCounter.last))}
    pattern: NumberPattern = session.info.get(NUMBERING, TS)
    broken = []
    for number in await session.scalars(select(Case.number)):
        day, count = pattern.read(number) or TS.read(number) or ("", 0)
        if count > last.get(day, 0) or not day:
            broken.append(f"编号 {number} 超出当日计数")
    return broken


async def companions(session: AsyncSession, now: datetime) -> list[str]:
    """I3: every case has its history, its clocks and exactly one receipt."""
    broken = []
    receipts: dict[str, int] = defaultdict(int)
    for payload in await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic == "case.filed")):
        receipts[payload["case_id"]] += 1
    entries = await _counted(session, TimelineEntry.case_id)
    running: dict[UUID, set[str]] = defaultdict(set)
    timed = set()
    for timer in await session.execute(select(Timer.case_id, Timer.kind, Timer.stopped_at)):
        timed.add(timer.case_id)
        if timer.stopped_at is None:
            running[timer.case_id].add(timer.kind)
    untold = set(await session.scalars(select(Case.id).where(undelivered(), Case.status == Status.REPLIED)))
    for case in await session.execute(select(Case.id, Case.number, Case.status, Case.matter_type)):
        if receipts.pop(str(case.id), 0) != 1:
            broken.append(f"{case.number} 的登记回执不是恰好一份")
        if not entries.pop(case.id, 0):
            broken.append(f"{case.number} 没有经办记录")
        legal, by_law = running[case.id] & BY_LAW, case.matter_type == "complaint"
        runs = Status(case.status) not in LEGAL_STOPPED or case.id in untold
        expected = 1 if by_law and runs else 0
        if (by_law and case.id not in timed) or len(legal) != expected:
            broken.append(f"{case.number} 处于 {case.status}，应有 {expected} 个运行中的法定时钟，实有 {len(legal)} 个")
    known = set(await session.scalars(select(Case.id)))
    broken += [f"登记回执指向不存在的投诉单 {case_id}" for case_id in receipts]
    broken += [f"经办记录指向不存在的投诉单 {case_id}" for case_id in entries]
    known |= set(await session.scalars(select(Review.id)))
    broken += [f"时钟指向不存在的投诉单 {case_id}" for case_id in timed - known]
    return broken


async def _counted(session: AsyncSession, column: object) -> dict[UUID, int]:
    found = await session.execute(select(column, func.count()).group_by(column))  # type: ignore[call-overload]
    return {case_id: count for case_id, count in found}


async def paths(session: AsyncSession, now: datetime) -> list[str]:
    """I4: the history is a legal way to the present status, and the version counts the accepted writes."""
    broken = []
    steps: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    for row in await session.execute(
        select(TimelineEntry.case_id, TimelineEntry.from_status, TimelineEntry.move, TimelineEntry.to_status)
        .where(TimelineEntry.move.is_not(None))
        .order_by(TimelineEntry.case_id, TimelineEntry.seq)
    ):
        steps[row.case_id].append((row.from_status, row.move, row.to_status))
    versions: dict[str, list[int]] = defaultdict(list)
    for chain, detail in await session.execute(
        select(AuditEntry.chain, AuditEntry.detail).where(AuditEntry.chain.startswith("case:")).order_by(AuditEntry.seq)
    ):
        if "version" in detail:
            versions[chain].append(detail["version"])
    for case in await session.execute(select(Case.id, Case.number, Case.status, Case.version)):
        status: str = INITIAL
        for source, move, target in steps[case.id]:
            arrow = LIFECYCLE.get((Status(source), Move(move)))
            if source != status or arrow is None or arrow.to != target:
                broken.append(f"{case.number} 的流转 {source} –{move}→ {target} 不合规则")
            status = target
        if status != case.status:
            broken.append(f"{case.number} 的状态 {case.status} 与经办记录 {status} 不符")
        if versions[f"case:{case.id}"] != list(range(1, case.version + 1)):
            broken.append(f"{case.number} 的版本 {case.version} 与审计记录不符")
    return broken


async def voids(session: AsyncSession, now: datetime) -> list[str]:
    """Nobody voids a case alone, but a draft of his own: somebody else had asked for it before."""
    asked: dict[UUID, set[str]] = defaultdict(set)
    columns = (TimelineEntry.case_id, TimelineEntry.actor)
    for case_id, actor in await session.execute(select(*columns).where(TimelineEntry.kind == Kind.VOID_REQUESTED)):
        asked[case_id].add(actor)
    own = and_(TimelineEntry.from_status == Status.DRAFT, TimelineEntry.actor == Case.creator)
    made = await session.execute(
        select(*columns).join(Case, Case.id == TimelineEntry.case_id).where(TimelineEntry.move == Move.VOID, ~own)
    )
    return [f"投诉单 {case_id} 的作废没有第二人" for case_id, actor in made if not asked[case_id] - {actor}]


async def audit_chain(session: AsyncSession, now: datetime) -> list[str]:
    """I5."""
    return await audit.verify(session, session.info["audit_key"])


async def leases(session: AsyncSession, now: datetime) -> list[str]:
    """I7: nothing stays claimed long after its lease while somebody is there to take it."""
    late = now - OVERTIME
    turns = await session.scalars(select(Turn.id).where(Turn.state == TurnState.CLAIMED, Turn.lease_until <= late))
    deliveries = await session.scalars(
        select(Delivery.id).where(Delivery.state == DeliveryState.CLAIMED, Delivery.lease_until <= late)
    )
    return [f"轮次 {each} 的领取早已过期" for each in turns] + [f"投递 {each} 的领取早已过期" for each in deliveries]


async def references(session: AsyncSession, now: datetime) -> list[str]:
    """I8: what the database itself says of its files and keys. PostgreSQL enforces keys by itself."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    broken = [
        f"数据库完整性：{row[0]}" for row in await session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"
    ]
    broken += [f"外键失效：表 {row[0]}" for row in await session.execute(text("PRAGMA foreign_key_check"))]
    return broken


async def strikes(session: AsyncSession, now: datetime) -> list[str]:
    """I9: each clock struck at most once for each of its levels, once for its end, and the end left its message."""
    told: dict[tuple[str, str, object], int] = defaultdict(int)
    topics = ("clock.near_due", "clock.overdue", "clock.escalated")
    for topic, payload in await session.execute(
        select(OutboxMessage.topic, OutboxMessage.payload).where(OutboxMessage.topic.in_(topics))
    ):
        level = None if topic == "clock.overdue" else payload.get("level")
        told[topic, payload["timer_id"], level] += 1
    broken = [f"时钟 {timer} 重复触发 {topic}" for (topic, timer, _), count in told.items() if count > 1]
    fired = {str(each) for each in await session.scalars(select(Timer.id).where(Timer.fired_at.is_not(None)))}
    overdue = {timer for topic, timer, _ in told if topic == "clock.overdue"}
    return broken + [f"时钟 {timer} 的触发与消息不符" for timer in sorted(fired ^ overdue)]


async def late_clocks(session: AsyncSession, now: datetime) -> list[str]:
    """I9: no due time has passed unnoticed while a worker has been leading."""
    led = await session.scalar(select(func.max(LeaderLease.until)))
    if led is None or led < now:
        return []
    passed = await session.scalar(
        select(func.count())
        .select_from(Timer)
        .where(Timer.stopped_at.is_(None), Timer.fired_at.is_(None), Timer.due_at <= now - OVERTIME)
    )
    return [f"{passed} 个到期时钟未触发"] if passed else []


async def files(session: AsyncSession, now: datetime) -> list[str]:
    """F28: each row of an attachment has its file. Whether the bytes are right: `attachments verify`."""
    return await attachments.missing(session)


async def hearers(session: AsyncSession, now: datetime) -> list[str]:
    """Every unread note to colleagues has somebody who finds it: a person, or people in the unit that it waits for."""
    people = select(User.id).where(User.organisation_id == Notice.unit_id, User.active).exists()
    unread = Notice.read_at.is_(None), Notice.done_at.is_(None)
    lost = select(Notice.kind, func.count()).where(Notice.user_id.is_(None), *unread, ~people)
    return [f"{count} 条提醒（{kind}）没有收件人" for kind, count in await session.execute(lost.group_by(Notice.kind))]


CHECKS: tuple[Check, ...] = (
    files,
    drafts_and_cases, numbers, companions, paths, voids, audit_chain, leases, references, strikes, late_clocks,
    hearers,
)  # fmt: skip


async def check(session: AsyncSession, *, now: datetime) -> list[str]:
    """An empty list means that everything holds."""
    return [sentence for each in CHECKS for sentence in await each(session, now)]
