"""Who may take a step of a review (核查), and what the step needs."""

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.reviews import MoveReview
from casebackend.cases import recusing
from casebackend.cases.model import Case
from casebackend.cases.rules import MANAGER
from casebackend.errors import Forbidden
from casebackend.matters.catalogue import catalogue
from casebackend.reviews import errors, placing, queries, rules, telling
from casebackend.reviews.model import Review
from casebackend.reviews.rules import Move, RejectReason


def is_open_to(case: Case) -> bool:
    """The rule of the review stands in that of consumer complaints; nothing else has one."""
    return catalogue().matters[case.matter_type].reviewed


def require_matter(case: Case) -> None:
    if not is_open_to(case):
        raise errors.NotReviewed(catalogue().matters[case.matter_type].label)


def require_fields(command: MoveReview, arrow: rules.Arrow) -> None:
    wanted = [*arrow.requires, "told_proof"] if telling.by_staff(command) else arrow.requires
    missing = [name for name in wanted if not _given(command, name)]
    if missing:
        raise errors.ReviewFieldsMissing(missing)


def _given(command: MoveReview, name: str) -> bool:
    value = getattr(command, name)
    return bool(value.strip() if isinstance(value, str) else value)


async def require_reviewer(session: AsyncSession, review: Review, case: Case, principal: Principal) -> None:
    """People of the organisation above who took no part; where nobody is above, the complaint managers say so."""
    await recusing.require_unbarred(session, case, principal)
    if review.reviewing_unit_id is None:
        if MANAGER not in principal.roles:
            raise errors.NotAbove
    elif not principal.roles & await placing.reviewers(session, case) or not await queries.acts_for(
        session, principal, review.reviewing_unit_id
    ):
        raise errors.NotAbove
    if review.reviewer_id is not None and principal.user_id != review.reviewer_id:
        raise errors.AnotherReviewer
    if review.reviewing_unit_id is None or review.reviewer_id is not None:
        return
    if await placing.took_part(session, case, principal):
        raise errors.TookPart


async def is_reviewer(session: AsyncSession, review: Review, case: Case, principal: Principal) -> bool:
    try:
        await require_reviewer(session, review, case, principal)
    except Forbidden:
        return False
    return True


def require_grounds(review: Review, command: MoveReview) -> None:
    if command.move is Move.ACCEPT:
        if review.reviewing_unit_id is None:
            raise errors.NotBranchDecision
        if review.late:
            raise errors.LateApplication
    if command.move is Move.REJECT:
        wrong = (command.reject_reason is RejectReason.LATE and not review.late) or (
            command.reject_reason is RejectReason.NOT_BRANCH_DECISION and review.reviewing_unit_id is not None
        )
        if wrong:
            raise errors.WrongReason
