"""How a version of a rule comes to hold, whatever the rule is about: somebody proposes it on the last approved one,
somebody else approves it. Between the two no other one may have come to hold, or its change would be lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.access.principal import Principal
from casebackend.approvals.errors import RuleOvertaken
from casebackend.approvals.model import Edited
from casebackend.approvals.rules import APPROVED, DECIDING, PROPOSED, PROPOSING, REFUSED, differences, overtaken
from casebackend.audit import service as audit
from casebackend.calendar.rules import local_date
from casebackend.database import locked, one_at_a_time
from casebackend.errors import DomainError

# Of what was delivered elsewhere: there is no version to compare with.
FIRST_CHANGE = "本行首次改动"


@dataclass(frozen=True, slots=True)
class Book[Row: Edited]:
    """One kind of rules. `kept` is what the audit trail keeps of a version, `said` what the bank may change of it, by
    its words."""

    model: type[Row]
    edition: str
    event: str
    kept: Callable[[Row], dict[str, object]]
    said: Callable[[Row], dict[str, object]]
    unknown: Callable[[], DomainError]
    decided: Callable[[], DomainError]
    own: Callable[[], DomainError]


async def last_of[Row: Edited](session: AsyncSession, book: Book[Row], code: str, *, read: int | None) -> Row:
    """The version on which a new one is based. Nobody else proposes or decides until the transaction ends. `read`: the
    number of the one that whoever proposes had before him, where he says so."""
    found = await held_of(session, book, code, read=read)
    if not found:
        raise book.unknown()
    return found[-1]


async def held_of[Row: Edited](session: AsyncSession, book: Book[Row], code: str, *, read: int | None) -> list[Row]:
    """As `last_of`, where what was delivered is kept elsewhere: every approved version, in the order in which they came
    to hold; none before the bank's first."""
    await one_at_a_time(session, book.edition)
    found = await _approved(session, book.model, code)
    if read is not None:
        _in_time(book, found, read, PROPOSING)
    return found


async def propose[Row: Edited](
    session: AsyncSession, book: Book[Row], made: Row, before: Row, *, by: Principal, now: datetime
) -> None:
    made.state, made.based_on = PROPOSED, before.number
    made.proposed_by, made.proposed_by_name, made.proposed_at = by.actor, by.display_name, now
    session.add(made)
    await session.flush()
    await _audited(session, book, "proposed", made, by, now)


async def waiting[Row: Edited](session: AsyncSession, book: Book[Row], rule_id: UUID, *, by: Principal) -> Row:
    """For a decision, by somebody else than who proposed it."""
    await one_at_a_time(session, book.edition)
    row = await locked(session, book.model, rule_id)
    if row is None:
        raise book.unknown()
    if row.state != PROPOSED:
        raise book.decided()
    if row.proposed_by == by.actor:
        raise book.own()
    return row


async def decide[Row: Edited](
    session: AsyncSession, book: Book[Row], row: Row, *, approve: bool, by: Principal, now: datetime
) -> None:
    """A version whose day has come while it waited holds from the day of its approval."""
    if approve:
        held = await _approved(session, book.model, row.code)
        _in_time(book, held, row.based_on, DECIDING)
        row.number = max((each.number for each in held), default=0) + 1
    row.state = APPROVED if approve else REFUSED
    row.decided_by, row.decided_by_name = by.actor, by.display_name
    row.effective_from = max(row.effective_from, local_date(now))
    await session.flush()
    await editions.changed(session, book.edition)
    await _audited(session, book, "approved" if approve else "refused", row, by, now)


def _in_time[Row: Edited](book: Book[Row], held: Sequence[Row], based_on: int, what: str) -> None:
    since = [each for each in held if each.number > based_on]
    if not since:
        return
    base = next((each for each in reversed(held) if each.number <= based_on), None)
    changes = differences(book.said(base), book.said(since[-1])) if base is not None else [FIRST_CHANGE]
    told = [(each.proposed_by_name, each.decided_by_name, each.effective_from) for each in since]
    raise RuleOvertaken(overtaken(told, changes, what), changes)


async def _approved[Row: Edited](session: AsyncSession, model: type[Row], code: str) -> list[Row]:
    """In the order in which they came to hold."""
    query = select(model).where(model.code == code, model.state == APPROVED)
    return list(await session.scalars(query.order_by(model.number, model.effective_from)))


async def _audited[Row: Edited](
    session: AsyncSession, book: Book[Row], what: str, row: Row, by: Principal, now: datetime
) -> None:
    event, detail = f"{book.event}.{what}", book.kept(row)
    await audit.record(session, chain="settings", event=event, actor=by.actor, object=row.code, now=now, detail=detail)
