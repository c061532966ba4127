from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.cases import hearers, recusing
from casebackend.cases.model import Case
from casebackend.notices.service import Word, notify, tell_too
from casebackend.reviews import placing, queries, remanding
from casebackend.reviews.model import Review
from casebackend.reviews.rules import State
from casebackend.staff import queries as staff
from casebackend.staff.model import User
from casebackend.staff.rules import Role
from casebackend.timeline.rules import Kind


async def on_applied(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever above may take it; where nobody of them is free of the case, the complaint managers see to it."""
    review = await session.get_one(Review, UUID(payload["review_id"]))
    case = await session.get_one(Case, review.case_id)
    if review.state != State.APPLIED:
        return
    to = await _hearers(session, review, case, now)
    await notify(session, _word(review, case), to=to, unit_id=review.reviewing_unit_id, now=now)


async def _hearers(session: AsyncSession, review: Review, case: Case, now: datetime) -> list[User]:
    managers = await staff.with_role(session, Role.COMPLAINT_MANAGER)
    to = await _reviewers(session, review, case, managers) if review.reviewing_unit_id else []
    return to or await hearers.managers(session, case, now=now)


def _word(review: Review, case: Case) -> Word:
    values = {"number": case.number, "review": review.number}
    link = f"/cases/{case.number}#reviews"
    return Word(f"review:{review.id}", Kind.REVIEW_APPLIED, "staff_review_applied", values, link, case_id=case.id)


async def on_filled(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    """Whoever came to a post hears of the applications that nobody there has taken."""
    user = await session.get_one(User, UUID(payload["user_id"]), populate_existing=True)
    applied = select(Review, Case).join(Case, Case.id == Review.case_id).where(Review.state == State.APPLIED)
    for review, case in (await session.execute(applied.order_by(Review.id))).all():
        if user in await _hearers(session, review, case, now):
            await tell_too(session, _word(review, case), user, now=now)


async def _reviewers(session: AsyncSession, review: Review, case: Case, managers: Sequence[User]) -> list[User]:
    roles = await placing.reviewers(session, case)
    found = list(await staff.of_unit(session, review.reviewing_unit_id)) if review.reviewing_unit_id else []
    for user in managers:
        if await queries.acts_for(session, of_user(user), review.reviewing_unit_id):
            found.append(user)
    free = [
        user for user in found if roles & set(user.roles) and not await placing.took_part(session, case, of_user(user))
    ]
    barred = await recusing.barred(session, case, free) if free else {}
    return [user for user in free if user.id not in barred]


async def on_moved(session: AsyncSession, payload: Mapping[str, Any], now: datetime) -> None:
    case = await session.get(Case, UUID(payload["case_id"]), populate_existing=True)
    if case is not None:
        await remanding.after_second(session, case, now)
