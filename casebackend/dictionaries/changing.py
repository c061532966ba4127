"""Words of the code lists as an administrator keeps them: each change from a day on, and the one before stays readable.

What begins today holds at once; what begins later only stands as planned, and the worker carries it out on its day.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.api.dictionaries import ChangeTerm
from casebackend.audit import service as audit
from casebackend.database import locked, one_at_a_time
from casebackend.dictionaries import errors
from casebackend.dictionaries.model import DictionaryChange, DictionaryTerm
from casebackend.dictionaries.queries import DICTIONARIES, base_of
from casebackend.dictionaries.rules import Change
from casebackend.dictionaries.service import DictionaryNotFound, delivered, labels
from casebackend.errors import DomainError

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKER = ("service:worker", "系统")
# How often a word was used, by dictionary and name.
type Used = Callable[[AsyncSession, str, str], Awaitable[int]]


async def change(
    session: AsyncSession, dictionary: str, command: ChangeTerm, *, used: Used, by: tuple[str, str], now: datetime
) -> DictionaryChange:
    """`by`: actor and name."""
    if dictionary not in labels():
        raise DictionaryNotFound
    await one_at_a_time(session, DICTIONARIES)
    if command.effective_from < _today(now):
        raise errors.ChangeIncomplete("生效日不能早于今天")
    term = await _named(session, dictionary, command)
    wanted = _said(command) if command.change in (Change.ADD, Change.CHANGE) else {}
    row = DictionaryChange(
        id=uuid4(), dictionary=dictionary, change=command.change, term_id=base_of(term.id) if term else None,
        name=term.name if term else str(command.name), wanted=wanted, effective_from=command.effective_from,
        source=command.source, added_at=now, added_by=by[0], added_by_name=by[1],
    )  # fmt: skip
    await _require_possible(session, row, used, now)
    session.add(row)
    await session.flush()
    await _noted(session, "dictionary.changed", row, by[0], now)
    if row.effective_from <= _today(now):
        await _apply(session, row, now)
    return row


async def cancel(session: AsyncSession, row: DictionaryChange, *, by: str, now: datetime) -> None:
    """`row` is held. What holds already is changed again, not cancelled."""
    if row.applied_at is not None or row.cancelled_at is not None:
        raise errors.ChangeUnknown
    row.cancelled_at, row.cancelled_why = now, "撤销"
    await session.flush()
    await _noted(session, "dictionary.cancelled", row, by, now)


async def held(session: AsyncSession, dictionary: str, change_id: UUID) -> DictionaryChange:
    await one_at_a_time(session, DICTIONARIES)
    row = await locked(session, DictionaryChange, change_id)
    if row is None or row.dictionary != dictionary:
        raise errors.ChangeUnknown
    return row


async def due(session: AsyncSession, now: datetime) -> list[UUID]:
    planned = (DictionaryChange.applied_at.is_(None), DictionaryChange.cancelled_at.is_(None))
    order = (DictionaryChange.effective_from, DictionaryChange.added_at)
    begun = DictionaryChange.effective_from <= _today(now)
    return list(await session.scalars(select(DictionaryChange.id).where(*planned, begun).order_by(*order)))


async def apply_planned(session: AsyncSession, change_id: UUID, *, used: Used, now: datetime) -> None:
    await one_at_a_time(session, DICTIONARIES)
    row = await locked(session, DictionaryChange, change_id)
    if row is None or row.applied_at is not None or row.cancelled_at is not None:
        return
    try:
        await _require_possible(session, row, used, now, planned=True)
        async with session.begin_nested():
            await _apply(session, row, now)
    except DomainError as refusal:
        # What stood in the way came after it was planned: somebody has to plan it anew.
        row.applied_at, row.cancelled_at, row.cancelled_why = None, now, refusal.detail
        await session.flush()
        await _noted(session, "dictionary.failed", row, WORKER[0], now)


def _said(command: ChangeTerm) -> dict[str, Any]:
    return command.model_dump(mode="json", include={"name", "code", "parent_id", "keywords"}, exclude_none=True)


async def _named(session: AsyncSession, dictionary: str, command: ChangeTerm) -> DictionaryTerm | None:
    kind = Change(command.change)
    if kind is Change.ADD:
        if command.name is None or command.term_id is not None:
            raise errors.ChangeIncomplete("请填写新增的名称")
        return None
    if kind is Change.CHANGE and not _said(command):
        raise errors.ChangeIncomplete("请填写要修改的名称、代码、上级或关键词")
    return await _current(session, dictionary, command.term_id)


async def _current(session: AsyncSession, dictionary: str, term_id: str | None) -> DictionaryTerm:
    for row in await _in_use(session, dictionary):
        if term_id is not None and base_of(row.id) == base_of(term_id):
            return row
    raise errors.TermUnknown


async def _in_use(session: AsyncSession, dictionary: str) -> list[DictionaryTerm]:
    holds = (DictionaryTerm.active, DictionaryTerm.effective_to.is_(None))
    query = select(DictionaryTerm).where(DictionaryTerm.dictionary == dictionary, *holds)
    return list(await session.scalars(query.with_for_update()))


async def _require_possible(
    session: AsyncSession, row: DictionaryChange, used: Used, now: datetime, *, planned: bool = False
) -> None:
    """As things stand now; looked at again on the day itself."""
    current = await _in_use(session, row.dictionary)
    term = next((each for each in current if base_of(each.id) == row.term_id), None)
    if row.change != Change.ADD and term is None:
        raise errors.TermUnknown
    if row.term_id is not None and not planned and await _other_planned(session, row):
        raise errors.ChangedThatDay
    others = [each for each in current if each is not term]
    _require_single(row, others)
    _require_parent(row, others)
    if row.change in (Change.RETIRE, Change.DELETE) and _below(row, others):
        raise errors.HasWordsBelow
    if row.change == Change.DELETE:
        await _require_unused(session, row, used)
    elif term is not None and term.effective_from >= row.effective_from:
        raise errors.ChangedThatDay


def _require_single(row: DictionaryChange, others: list[DictionaryTerm]) -> None:
    name, code = row.wanted.get("name"), row.wanted.get("code")
    if any(each.name == name or (code and each.code == code) for each in others):
        raise errors.NameHeld


def _require_parent(row: DictionaryChange, others: list[DictionaryTerm]) -> None:
    """An own word below oneself would make a ring."""
    above, seen = row.wanted.get("parent_id"), {row.term_id}
    while above:
        parent = next((each for each in others if base_of(each.id) == base_of(above)), None)
        if parent is None or base_of(above) in seen:
            raise errors.ChangeIncomplete("上级名称不在字典中，或是它自己的下级")
        seen.add(base_of(above))
        above = parent.parent_id


def _below(row: DictionaryChange, others: list[DictionaryTerm]) -> bool:
    return any(each.parent_id is not None and base_of(each.parent_id) == row.term_id for each in others)


async def _require_unused(session: AsyncSession, row: DictionaryChange, used: Used) -> None:
    """Under each name it ever had."""
    ids = (DictionaryTerm.id == row.term_id) | DictionaryTerm.id.startswith(f"{row.term_id}@", autoescape=True)
    names = set(await session.scalars(select(DictionaryTerm.name).where(ids)))
    count = sum([await used(session, row.dictionary, name) for name in sorted(names)])
    if count or row.term_id in delivered():
        raise errors.TermInUse(count)


async def _other_planned(session: AsyncSession, row: DictionaryChange) -> bool:
    planned = (DictionaryChange.applied_at.is_(None), DictionaryChange.cancelled_at.is_(None))
    same = (DictionaryChange.dictionary == row.dictionary, DictionaryChange.term_id == row.term_id)
    return await session.scalar(select(DictionaryChange.id).where(*planned, *same).limit(1)) is not None


async def _apply(session: AsyncSession, row: DictionaryChange, now: datetime) -> None:
    if row.change == Change.ADD:
        last = await session.scalar(
            select(func.max(DictionaryTerm.seq)).where(DictionaryTerm.dictionary == row.dictionary)
        )
        row.term_id = f"own.{uuid4().hex[:12]}"
        session.add(_version(row, row.term_id, (last or 0) + 1, row.wanted))
    elif row.change == Change.DELETE:
        ids = (DictionaryTerm.id == row.term_id) | DictionaryTerm.id.startswith(f"{row.term_id}@", autoescape=True)
        await session.execute(delete(DictionaryTerm).where(ids))
    else:
        term = await _current(session, row.dictionary, row.term_id)
        term.effective_to = row.effective_from
        if row.change == Change.CHANGE:
            kept = {"name": term.name, "code": term.code, "parent_id": term.parent_id, "keywords": term.keywords}
            identity = f"{base_of(term.id)}@{row.effective_from:%Y%m%d}"
            session.add(_version(row, identity, term.seq, kept | row.wanted))
    row.applied_at = now
    await session.flush()
    await editions.changed(session, DICTIONARIES)


def _version(row: DictionaryChange, identity: str, seq: int, said: dict[str, Any]) -> DictionaryTerm:
    above = said.get("parent_id")
    return DictionaryTerm(
        id=identity,
        dictionary=row.dictionary,
        seq=seq,
        name=said["name"],
        code=said.get("code") or None,
        parent_id=base_of(above) if above else None,
        keywords=list(said.get("keywords") or []),
        effective_from=row.effective_from,
        source=row.source,
    )


async def _noted(session: AsyncSession, event: str, row: DictionaryChange, by: str, now: datetime) -> None:
    detail = {"change": row.change, "term": row.term_id, "effective_from": row.effective_from.isoformat()} | row.wanted
    await audit.record(
        session, chain="dictionaries", event=event, actor=by, object=row.dictionary, now=now, detail=detail
    )


def _today(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
